import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Misuse, type Options, readOptions, USAGE } from './options.ts';
import { generate, run } from './run.ts';

/** What the guest needs of this machine and does not find, in words; nothing if a guest can run. */
function lacking(): string | undefined {
  const tools = ['linux.uml', 'python3', 'kmod', 'iptables-legacy', 'ipset', 'ipvsadm', 'conntrack', 'ip', 'bash'];
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`.split(':');
  const missing = tools.filter((tool) => !path.some((folder) => existsSync(`${folder}/${tool}`)));
  if (missing.length > 0) return `this machine has no ${missing.join(', ')}`;
  if (!existsSync('/usr/lib/uml/modules')) return 'this machine has no modules under /usr/lib/uml/modules';
  try {
    execFileSync('linux.uml', ['--version'], {
      stdio: 'ignore',
      timeout: 10_000,
      env: { ...process.env, PATH: path.join(':') },
    });
  } catch {
    return 'linux.uml does not start on this machine';
  }
  return undefined;
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const seed = options.seed ?? Date.now() % 1_000_000;
  if (options.list) {
    console.log(JSON.stringify(generate(seed, options.runs, options.features), null, 1));
    return 0;
  }
  const why = lacking();
  if (why !== undefined) {
    console.log(
      `conformance: SKIPPED, no real kernel to ask: ${why} (Debian packages user-mode-linux kmod iptables ipset ipvsadm conntrack iproute2 python3)`,
    );
    return options.ci ? 0 : 3;
  }
  if (!options.ci) return play(options, seed);
  const half = {
    ...options,
    runs: 150,
    time: 280_000,
    shrink: 60_000,
    keep: 2,
    jobs: Math.min(2, availableParallelism()),
  };
  const statuses = [await play(half, 1), await play(half, seed)];
  return Math.max(...statuses);
}

async function play(options: Options, seed: number): Promise<number> {
  const world = {
    now: () => Date.now(),
    print: (text: string) => console.log(text),
    note: (text: string) => console.error(text),
  };
  if (options.files.length === 0) {
    console.log(`seed ${seed}, ${options.runs} scenarios about ${options.features.join(', ')}`);
  }
  const summary = await run(options, seed, world);
  if (options.coverage === undefined && !options.ci) {
    for (const [kind, names] of summary.coverage.missing()) {
      if (names.length > 0) console.error(`never: ${kind}: ${names.join(', ')}`);
    }
  }
  const { played, equal, different, unstable, refused, took } = summary;
  console.log(
    `${played} scenarios in ${took} s: ${equal} equal, ${different} different, ${unstable} left out because the kernel does not repeat itself, ${refused} refused by both`,
  );
  return different === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Misuse)) throw error;
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}

import { availableParallelism } from 'node:os';
import { FEATURES } from '@chainwalk/scenario/generate';
import { DEBIAN_PACKAGES, lacking, lackingForOwn } from './needs.ts';
import { Misuse, type Options, readOptions, USAGE } from './options.ts';
import { generate, run } from './run.ts';

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
  const why = options.kernel === 'own' ? await lackingForOwn(process.env) : lacking(process.env);
  if (why !== undefined) {
    console.log(`conformance: SKIPPED, no real kernel to ask: ${why} (Debian packages ${DEBIAN_PACKAGES})`);
    return options.ci ? 0 : 3;
  }
  if (!options.ci) return play(options, seed);
  if (options.kernel === 'own') return await lookAround(options);
  const half = {
    ...options,
    runs: 150,
    time: 280_000,
    shrink: 60_000,
    keep: 2,
    jobs: Math.min(2, availableParallelism()),
  };
  const fixed = await play(half, 1);
  // The fresh seed searches: what it meets was there before, so it is kept and told, and fails nobody's landing.
  if ((await play(half, seed)) !== 0) console.log(`FOUND by seed ${seed}: a difference that needs an issue; see above`);
  return fixed;
}

/** Which kernel a machine has is chance, so what is met is told, and fails nobody's landing. */
async function lookAround(options: Options): Promise<number> {
  const features = FEATURES.filter((feature) => feature !== 'ipvs');
  const some = { ...options, features, runs: 80, time: 120_000, shrink: 30_000, keep: 1 };
  if ((await play(some, 1)) !== 0) console.log('FOUND: a difference to the kernel of this machine; see above');
  return 0;
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
  // A few scenarios cannot reach everything.
  if (summary.played >= 200 && options.coverage === undefined && !options.ci) {
    for (const [kind, names] of summary.coverage?.missing() ?? []) {
      if (names.length > 0) console.error(`never: ${kind}: ${names.join(', ')}`);
    }
  }
  for (const [why, count] of [...summary.reasons].sort((a, b) => b[1] - a[1])) console.log(`left out ${count}: ${why}`);
  const { played, equal, ports, different, unstable, refused, leftOut, took } = summary;
  console.log(
    `${played} scenarios in ${took} s: ${equal} equal, ${ports} equal but for ports that are picked at random, ${different} different, ${unstable} left out because the kernel does not repeat itself, ${refused} refused by both${leftOut > 0 ? `, ${leftOut} left out because the kernel lacks something` : ''}`,
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

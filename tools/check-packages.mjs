/**
 * Packs every package, installs the tarballs into an empty project, and uses them there as a stranger would: imports each
 * public door and runs the command. What a package forgot to list in `files` or `exports` is found here, not by a user.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const work = mkdtempSync(join(tmpdir(), 'chainwalk-pack-'));
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });

try {
  const folders = [
    ...readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name)),
    join(root, 'conformance'),
  ];
  const manifests = folders.map((folder) => ({
    folder,
    ...JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  }));
  const tarballs = {};
  for (const { folder, name, version } of manifests) {
    // Not by npm: only pnpm heeds `publishConfig`, which says what npm gets instead of what the workspace has.
    run(
      process.execPath,
      [join(root, 'tools', 'bootstrap.mjs'), '-C', folder, 'pack', '--pack-destination', work],
      root,
    );
    tarballs[name] = `file:${join(work, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)}`;
    if (version !== manifests[0].version)
      throw new Error(`${name} has version ${version}, others ${manifests[0].version}`);
  }
  writeFileSync(
    join(work, 'package.json'),
    JSON.stringify({
      name: 'stranger',
      private: true,
      type: 'module',
      dependencies: { ...tarballs, 'fast-check': '4.10.2' },
    }),
  );
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], work);
  const doors = manifests.flatMap(({ name, exports }) =>
    Object.keys(exports).map((door) => (door === '.' ? name : `${name}/${door.slice(2)}`)),
  );
  const script = doors.map(
    (door, index) =>
      `import * as m${index} from ${JSON.stringify(door)}; if (Object.keys(m${index}).length === 0) throw new Error('nothing in ${door}');`,
  );
  // A library is one file, and not the modules that the workspace has.
  for (const { name, publishConfig } of manifests) {
    if (publishConfig === undefined) continue;
    script.push(
      `if (!import.meta.resolve('${name}').endsWith('/bundle/index.js')) throw new Error('${name} is not one file');`,
    );
  }
  writeFileSync(join(work, 'use.mjs'), script.join('\n'));
  run(process.execPath, ['use.mjs'], work);
  // The command has to start from its bundle: without it, from hundreds of modules, it would be three times as slow.
  rmSync(join(work, 'node_modules', 'chainwalk', 'dist'), { recursive: true });
  const shown = run(join(work, 'node_modules', '.bin', 'chainwalk'), ['--version'], work).trim();
  if (shown !== manifests[0].version) throw new Error(`chainwalk --version says ${shown}`);
  const scenario = {
    name: 'packed',
    interfaces: [{ name: 'eth0', addresses: ['10.0.0.1/24'] }],
    steps: [{ in: 'eth0', packet: { src: '10.0.0.2', dst: '10.0.0.1', proto: 'icmp', id: 1, seq: 1 } }],
  };
  writeFileSync(join(work, 'scenario.json'), JSON.stringify(scenario));
  const [result] = JSON.parse(
    run(join(work, 'node_modules', '.bin', 'chainwalk'), ['run', 'scenario.json', '--json'], work),
  );
  if (result.steps[0].events.length !== 2) throw new Error('an installed chainwalk plays a ping wrongly');
  console.log(`packages: ${manifests.length} packed, installed and used through ${doors.length} doors`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

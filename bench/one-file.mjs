// An experiment as one file with everything that it needs, as the command runs and as a bundler makes of an application:
// V8 knows what other modules export no better than that it may change, and checks it at each use. With --packages each
// package is a file, as npm has it: what an application meets that imports them.
//
//   node --expose-gc bench/one-file.mjs throughput.mjs [--packages] [--services 10000]
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const [script, ...words] = process.argv.slice(2);
if (script === undefined) throw new Error('usage: node bench/one-file.mjs EXPERIMENT.mjs [--packages] [OPTION...]');
const here = fileURLToPath(new URL('.', import.meta.url));
// Beside the experiments, so that packages of others are found; several of them may be under way.
const dir = `${here}.one-file-${process.pid}`;
const packages = readdirSync(`${here}../packages`).map((name) => ({
  name,
  test: new RegExp(`/packages/${name}/dist/`),
}));
const codeSplitting = words.includes('--packages') && {
  includeDependenciesRecursively: false,
  groups: [...packages, { name: 'others', test: /\/node_modules\// }],
};
const bundle = await rolldown({
  input: { main: here + script },
  platform: 'node',
  external: ['mathjs'],
  preserveEntrySignatures: false,
});
try {
  mkdirSync(dir);
  await bundle.write({ dir, format: 'esm', codeSplitting, entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' });
  const form = codeSplitting === false ? ['--one-file'] : [];
  const { status } = spawnSync(process.execPath, [...process.execArgv, join(dir, 'main.mjs'), ...form, ...words], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}

// An experiment as one file with everything that it needs, as the command runs and as a bundler makes of an application:
// V8 knows what other modules export no better than that it may change, and checks it at each use.
//
//   node --expose-gc bench/one-file.mjs throughput.mjs [--services 10000]
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const [script, ...words] = process.argv.slice(2);
if (script === undefined) throw new Error('usage: node bench/one-file.mjs EXPERIMENT.mjs [OPTION...]');
const here = fileURLToPath(new URL('.', import.meta.url));
// Beside the experiments, so that packages of others are found; several of them may be under way.
const file = `${here}.one-file-${process.pid}.mjs`;
const bundle = await rolldown({ input: here + script, platform: 'node', external: ['mathjs'] });
try {
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  const { status } = spawnSync(process.execPath, [...process.execArgv, file, '--one-file', ...words], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(file, { force: true });
}

/**
 * Makes one file of the command and what it needs, because Node takes longer to find five hundred modules than to run
 * them: packages/cli/bundle. What only some commands need stays where it is and is loaded when they ask for it.
 *
 * Precondition: `tsc -b` is done. packages/cli/bin/chainwalk.js does not use a bundle that is older.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const cli = join(dirname(fileURLToPath(import.meta.url)), '..', 'packages', 'cli');
const folder = join(cli, 'bundle');

const bundle = await rolldown({
  input: join(cli, 'dist', 'main.js'),
  platform: 'node',
  external: ['@chainwalk/conformance', 'mathjs'],
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message);
  },
});
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
const { output } = await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js' });

/** The packages of others that are in it, whose licences ask to go along. */
const packages = new Set(
  output.flatMap(({ moduleIds = [] }) =>
    moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []),
  ),
);
const licences = [...packages].sort().map((path) => {
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const files = readdirSync(path);
  // One of them has it at the end of its README.
  const file = files.find((entry) => /^licen[cs]e/i.test(entry)) ?? files.find((entry) => /^readme/i.test(entry));
  if (file === undefined) throw new Error(`${name} says nothing of its licence, ${license}`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(path, file), 'utf8').trim()}\n`;
});
writeFileSync(join(folder, 'LICENSES.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`));

/**
 * FIDELITY.md claims; this asks for the proof. Every row of its tables must name a status and a test or recording that
 * exists, and every match and target that is registered must have a row.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const text = readFileSync(join(root, 'FIDELITY.md'), 'utf8');
const faults = [];
const features = new Set();
const statuses = new Set(['modelled', 'simplified', 'not modelled']);
for (const [index, line] of text.split('\n').entries()) {
  if (!line.startsWith('| ') || /^\| ?-/.test(line)) continue;
  const cells = line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
  if (cells[1] === 'Status') continue;
  const where = `FIDELITY.md:${index + 1}`;
  if (cells.length !== 4) {
    faults.push(`${where}: a row has feature, status, notes and proof`);
    continue;
  }
  for (const name of cells[0].matchAll(/`([^`]+)`/g)) features.add(name[1]);
  if (!statuses.has(cells[1])) faults.push(`${where}: status "${cells[1]}" is none of ${[...statuses].join(', ')}`);
  const proofs = [...cells[3].matchAll(/`([^`]+)`/g)].map((match) => match[1]);
  if (proofs.length === 0) faults.push(`${where}: no test shows it`);
  for (const proof of proofs) if (!existsSync(join(root, proof))) faults.push(`${where}: ${proof} does not exist`);
}
const { DEFAULT_EXTENSIONS } = await import(join(root, 'packages/netfilter/dist/index.js'));
for (const name of DEFAULT_EXTENSIONS.matchNames)
  if (!features.has(`-m ${name}`)) faults.push(`FIDELITY.md: no row for -m ${name}`);
for (const name of DEFAULT_EXTENSIONS.targetNames)
  if (!features.has(`-j ${name}`)) faults.push(`FIDELITY.md: no row for -j ${name}`);
for (const fault of faults) console.error(fault);
console.log(
  faults.length === 0
    ? `fidelity: ${features.size} features, each with its proof`
    : `fidelity: ${faults.length} faults`,
);
process.exit(faults.length === 0 ? 0 : 1);

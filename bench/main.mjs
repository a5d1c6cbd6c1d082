// `npm run bench`: every experiment in a process of its own, results as JSON lines, a Markdown page and charts.
//
//   node bench/main.mjs [--quick] [--only lookup,load]
//
// Writes bench/results/EXPERIMENT.jsonl, docs/bench.md and docs/bench/*.svg. With --quick sizes are small and nothing of
// docs is touched: a check that all of it runs.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { environment } from './lib/measure.mjs';
import { page } from './lib/page.mjs';

const USAGE = 'usage: npm run bench -- [--quick] [--only EXPERIMENT[,EXPERIMENT...]]';

/** What was asked for; a mistake ends the program before anything is measured or written. */
function asked() {
  try {
    const options = { quick: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } };
    return parseArgs({ options }).values;
  } catch (error) {
    refuse(error.message);
  }
}

function refuse(what) {
  console.error(`bench: ${what}\n${USAGE}`);
  process.exit(2);
}

const { quick = false, only: chosen = '', help = false } = asked();
const only = chosen.split(',').filter(Boolean);
const here = fileURLToPath(new URL('.', import.meta.url));
const results = quick ? `${here}.quick/` : `${here}results/`;
const docs = fileURLToPath(new URL('../docs/', import.meta.url));

const LOOKUP = quick ? '10,100,1000' : '10,100,1000,5000,10000,30000,40000,100000';
const THROUGHPUT = quick ? [1000] : [1000, 10_000, 40_000];

/** Experiments by name, each the command lines whose rows it collects. */
const EXPERIMENTS = {
  lookup: ['iptables', 'ipvs'].map((mode) => ['lookup.mjs', '--sizes', LOOKUP, '--mode', mode]),
  curves: [['curves.mjs', ...(quick ? ['--most', '1000'] : [])]],
  cpu: [['cpu.mjs', ...(quick ? ['--services', '500', '--seconds', '0.2'] : [])]],
  claims: [['claims.mjs', ...(quick ? ['--quick'] : [])]],
  full: [['full.mjs', ...(quick ? ['--scale', '1024', '--seconds', '2000'] : [])]],
  update: [['update.mjs', '--sizes', quick ? '125,1250' : '125,1250,5000,20000']],
  load: (quick ? ['125'] : ['125', '1250', '5000', '20000']).map((size) => ['load.mjs', '--sizes', size]),
  connections: ['udp', 'tcp', 'nat'].flatMap((kind) =>
    ['1000', '10000', ...(quick ? [] : ['100000', '1000000'])].map((size) => [
      ...['connections.mjs', '--json', '--kind', kind],
      ...['--least', size, '--most', size],
    ]),
  ),
  ipvs: [['ipvs-tables.mjs', '--json', ...(quick ? ['--services', '1000', '--connections', '10000'] : [])]],
  rules: (quick ? ['1000'] : ['1000', '10000', '40000']).flatMap((count) =>
    ['index', 'walk', 'objects'].map((way) => ['rules.mjs', '--rules', count, '--way', way]),
  ),
  throughput: THROUGHPUT.flatMap((services) => {
    const words = ['throughput.mjs', '--services', String(services)];
    const bundled = ['one-file.mjs', ...words];
    return [bundled, [...bundled, '--packages'], words, [...words, '--linear'], [...words, '--tracing']];
  }),
  replay: (quick ? ['20000'] : ['100000', '1000000', '10000000']).map((size) => ['replay.mjs', '--sizes', size]),
  queue: ['uniform', 'bimodal'].flatMap((times) =>
    ['1000', '10000', '100000', ...(quick ? [] : ['1000000'])].map((size) => [
      ...['queue.mjs', '--times', times, '--sizes', size],
    ]),
  ),
};

/**
 * Experiments whose command lines run several times, in turns, and the field whose least value counts: what neighbours do to
 * the memory of a machine comes and goes by the minute, and all that a process finds may lie within one of them.
 */
const TURNS = { throughput: [3, 'ns a packet'], load: [3, 'load wall s'] };

const names = Object.keys(EXPERIMENTS);
if (help) {
  console.log(`${USAGE}\nexperiments: ${names.join(', ')}`);
  process.exit(0);
}
const unknown = only.find((name) => !names.includes(name));
if (unknown !== undefined) refuse(`there is no experiment ${unknown}; there are ${names.join(', ')}`);

function rowsOf([script, ...words]) {
  const argv = ['--expose-gc', '--max-old-space-size=6144', `${here}${script}`, ...words];
  const output = execFileSync(process.execPath, argv, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  return output.startsWith('[') ? JSON.parse(output) : output.split('\n').map((line) => JSON.parse(line));
}

mkdirSync(results, { recursive: true });
for (const [name, commands] of Object.entries(EXPERIMENTS)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const [turns, field] = quick ? [1, ''] : (TURNS[name] ?? [1, '']);
  const best = commands.map(() => []);
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, command] of commands.entries()) {
      console.error(`node bench/${command.join(' ')}`);
      const where = environment();
      const rows = rowsOf(command).map((row) => ({ experiment: name, seed: 1, ...row, ...where }));
      if (turn === 0 || rows[0][field] < best[index][0][field]) best[index] = rows;
    }
  }
  const rows = best.flat();
  writeFileSync(`${results}${name}.jsonl`, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

const collected = {};
// What bench/calibrate.mjs measured stands beside the rest, though it is no experiment of this command.
for (const name of [...Object.keys(EXPERIMENTS), 'calibrate']) {
  const path = `${results}${name}.jsonl`;
  if (!existsSync(path)) continue;
  collected[name] = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
const { text, charts } = page(collected);
if (quick) console.log(text);
else {
  mkdirSync(`${docs}bench`, { recursive: true });
  writeFileSync(`${docs}bench.md`, text);
  for (const [name, svg] of Object.entries(charts)) writeFileSync(`${docs}bench/${name}.svg`, svg);
  console.error('wrote docs/bench.md, docs/bench/*.svg and bench/results/*.jsonl');
}

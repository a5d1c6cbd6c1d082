// Measures the primitives that the cost model prices on the kernel of this machine, and says how far they lie from the
// committed figures and from the model.
//
//   node bench/calibrate.mjs [--only walk,sets] [--rounds 15] [--quick] [--json] [--write] [--page] [--ipvs]
//                            [--model linux-6.18-measured] [--cpu N]
//
//   --only NAMES   groups whose name begins with one of these: hooks, calls, walk, sets, established, new, nat,
//                  kube, first-walk, receive, nftables, updates
//   --rounds N     runs of each variant, in turn with those it is compared with; at least 10 for figures that count
//   --quick        small sizes and four rounds: a check that all of it runs
//   --json         rows as JSON lines instead of the table
//   --write        puts the rows into bench/results/calibrate.jsonl
//   --page         measures nothing: writes the committed results into docs/calibration.md
//   --ipvs         IPVS instead, in user-mode Linux (conformance/README.md)
//   --model NAME   the model to compare with
//   --cpu N        the processor that sends; the last one otherwise
//
// Everything happens in network namespaces without a name that live as long as the processes in them; the machine's own
// network is not touched. Needs root, python3, iproute2, iptables-legacy and ipset, and a build (`npm run build`).
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { compare, isFar, SENT, summary, table } from './calibrate/comparison.mjs';
import { figureOf, readRuns, shortest } from './calibrate/statistics.mjs';
import { ipvsGroups, kernelGroups } from './calibrate/variants.mjs';
import { environment, round } from './lib/measure.mjs';

const RESULTS = fileURLToPath(new URL('results/calibrate.jsonl', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/calibration.md', import.meta.url));
const GROUP = fileURLToPath(new URL('calibrate/group.py', import.meta.url));
const BUCKETS = '/proc/sys/net/netfilter/nf_conntrack_buckets';
const MOST = '/proc/sys/net/netfilter/nf_conntrack_max';
/** The guest's conntrack table: as large as that of its IPVS connections. */
const GUEST_BUCKETS = 65_536;
/** How long a run lasts. */
const NANOSECONDS = 20_000_000;
const TOOLS = ['python3', 'ip', 'sysctl', 'iptables-legacy', 'iptables-legacy-restore', 'ipset', 'nsenter', 'unshare'];

class Misuse extends Error {}

function options(words) {
  const given = { only: [], rounds: undefined, model: 'linux-6.18-measured', cpu: cpus().length - 1 };
  const value = (option) => {
    if (words.length === 0) throw new Misuse(`${option} needs a value`);
    return words.shift();
  };
  const number = (option) => {
    const text = value(option);
    if (!/^\d+$/.test(text)) throw new Misuse(`${option} needs a number, not "${text}"`);
    return Number(text);
  };
  while (words.length > 0) {
    const word = words.shift();
    if (word === '--only') given.only = value(word).split(',').filter(Boolean);
    else if (word === '--rounds') given.rounds = Math.max(1, number(word));
    else if (word === '--cpu') given.cpu = number(word);
    else if (word === '--model') given.model = value(word);
    else if (['--quick', '--json', '--write', '--ipvs', '--page', '--help'].includes(word)) given[word.slice(2)] = true;
    else throw new Misuse(`unknown option ${word}`);
  }
  given.rounds ??= given.quick ? 4 : 15;
  return given;
}

function isThere(tool) {
  const folders = process.env.PATH.split(':').concat('/usr/sbin', '/sbin');
  return folders.some((folder) => existsSync(join(folder, tool)));
}

/** What is missing here, in words; nothing if all is there. */
function missing() {
  const lacks = [];
  if (process.platform !== 'linux') return ['Linux'];
  if (process.getuid() !== 0) lacks.push('root (network namespaces and iptables need it)');
  for (const tool of TOOLS) if (!isThere(tool)) lacks.push(`${tool}, which is not in the PATH`);
  if (!existsSync(BUCKETS)) lacks.push('conntrack in the kernel (nf_conntrack)');
  return lacks;
}

/** What a figure's base counts, where there is one: given, or counted if the figure's own counts are. */
function baseCountsOf({ base, counts, baseCounts }, counted) {
  if (baseCounts !== undefined) return { baseCounts };
  return base === undefined || counts !== undefined ? {} : { baseCounts: counted(base) };
}

const children = new Set();

/** Runs a group and answers with what group.py wrote. */
function run(group) {
  const input = JSON.stringify(group);
  return new Promise((resolve, reject) => {
    const child = spawn('python3', [GROUP], { stdio: ['pipe', 'pipe', 'inherit'] });
    children.add(child);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', () => {
      children.delete(child);
      resolve(output);
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

async function runInUserModeLinux(group) {
  const { runInGuest } = await import('../conformance/guest.mjs');
  const script = `sysctl -qw net.netfilter.nf_conntrack_buckets=${GUEST_BUCKETS} net.netfilter.nf_conntrack_max=262144; modprobe ip_vs conn_tab_bits=16; modprobe ip_vs_rr; modprobe dummy; python3 '${GROUP}' < group.json`;
  const guest = await runInGuest(script, { seconds: 300, files: { 'group.json': JSON.stringify(group) } });
  if (guest.ended !== 'done') throw new Error(`the guest ${guest.ended}: ${guest.stderr}`);
  return guest.stdout;
}

async function main() {
  const given = options(process.argv.slice(2));
  if (given.help) {
    const usage = readFileSync(new URL(import.meta.url), 'utf8').split('\n');
    return console.log(
      usage
        .slice(
          0,
          usage.findIndex((line) => !line.startsWith('//')),
        )
        .map((line) => line.slice(3))
        .join('\n'),
    );
  }
  if (given.page) return writePage();
  const lacks = given.ipvs ? [] : missing();
  if (lacks.length > 0) throw new Misuse(`missing here: ${lacks.join('; ')}`);
  const { costModel } = await import('../packages/core/dist/index.js');
  const { countsOf, modelled } = await import('./calibrate/counts.mjs');
  const { rendered } = await import('./lib/cluster.mjs');
  const { resizesOf } = await import('./lib/sets.mjs');
  const model = costModel(given.model);
  if (model === undefined) throw new Misuse(`there is no cost model "${given.model}"`);

  const number = (path) => Number(readFileSync(path, 'utf8'));
  const buckets = given.ipvs ? GUEST_BUCKETS : number(BUCKETS);
  const all = given.ipvs
    ? ipvsGroups()
    : kernelGroups({
        connections: number(MOST),
        kube: rendered,
        resizes: resizesOf,
        quick: given.quick,
      });
  const groups = all.filter(
    ({ name, tools = [] }) =>
      tools.every(isThere) && (given.only.length === 0 || given.only.some((start) => name.startsWith(start))),
  );
  if (groups.length === 0)
    throw new Misuse(`no group of that name; there are ${all.map(({ name }) => name).join(', ')}`);

  const scratch = mkdtempSync(join(tmpdir(), 'calibrate-'));
  const end = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      end();
      process.exit(130);
    });
  }
  const rows = [];
  try {
    const where = given.ipvs ? { ...environment(), system: 'user-mode Linux 6.1' } : environment();
    for (const group of groups) {
      const timesTools = group.variants.some((variant) => variant.timed !== undefined);
      const rounds = timesTools ? Math.max(3, Math.ceil(given.rounds / 2)) : given.rounds;
      const variants = group.variants.map((variant) => ({
        cpu: given.cpu,
        lock: given.ipvs ? '/run/xtables.lock' : join(scratch, 'xtables.lock'),
        nanoseconds: NANOSECONDS,
        sinks: ['dummy', 'ifb'],
        ...variant,
      }));
      console.error(
        `${group.name}: ${rounds} rounds of ${variants.map(({ name }) => name).join(', ')}; load ${loadavg()[0]}`,
      );
      const input = { rounds, seed: 1, variants };
      const output = await (given.ipvs ? runInUserModeLinux(input) : run(input));
      const { runs, load: seen, loop } = readRuns(output);
      // A guest does not see how busy its host is.
      const load = given.ipvs ? loadavg()[0] : seen;
      // A namespace is taken apart after its last process: until then its connections stay in the one hash table.
      if (group.tracks !== undefined) await setTimeout(2000);
      const known = new Map();
      const counted = (name) => {
        if (!known.has(name))
          known.set(
            name,
            countsOf(
              group.variants.find((variant) => variant.name === name),
              buckets / (group.sharers ?? 1),
            ),
          );
        return known.get(name);
      };
      for (const figure of group.figures) {
        const base = figure.base === undefined ? undefined : runs.get(figure.base);
        const { ns, spread } = figureOf(runs.get(figure.variant), base, figure.per);
        const against = figure.against === undefined ? undefined : figureOf(runs.get(figure.against), base, 1).ns;
        const row = {
          experiment: 'calibrate',
          group: group.name,
          name: figure.name,
          how: `${figure.how}; shortest of ${rounds}`,
          ns: round(ns),
          spread: round(spread),
          ...(against === undefined ? {} : { against: figure.against, againstNs: round(against) }),
          ...(base === undefined ? {} : { baseNs: round(shortest(base)) }),
          per: figure.per,
          ...(figure.isModelled === false
            ? {}
            : figure.update === undefined
              ? {
                  counts: figure.counts ?? counted(figure.variant),
                  ...baseCountsOf(figure, counted),
                }
              : { update: figure.update }),
          loop: round(loop),
          ...where,
          load,
        };
        const priced = modelled(model, row);
        rows.push({ ...row, ...(priced === undefined ? {} : { model: model.name, modelled: round(priced) }) });
      }
    }
  } finally {
    end();
  }
  const committed = committedRows();
  // Results that are written keep what was counted; how the model prices it is for the moment.
  const written = rows.map(({ model: _, modelled: __, ...row }) => row);
  const compared = compare(rows, committed);
  if (given.json) for (const row of compared) console.log(JSON.stringify(row));
  else print(compared, model.name);
  if (given.write) {
    // A result keeps its place when it is measured again.
    const kept = new Map([...committed, ...written].map((row) => [row.name, row]));
    writeFileSync(RESULTS, [...kept.values()].map((row) => `${JSON.stringify(row)}\n`).join(''));
    console.error(`wrote ${rows.length} rows to bench/results/calibrate.jsonl`);
  }
}

function committedRows() {
  if (!existsSync(RESULTS)) return [];
  const lines = readFileSync(RESULTS, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

async function writePage() {
  const { LINUX_6_18_EPYC, LINUX_6_18_MEASURED } = await import('../packages/core/dist/index.js');
  const { withTables } = await import('./calibrate/page.mjs');
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, withTables(page, committedRows(), [LINUX_6_18_EPYC, LINUX_6_18_MEASURED]));
}

function print(rows, model) {
  const figure = (value) =>
    value === undefined ? '-' : round(value).toLocaleString('en-US', { maximumFractionDigits: 2 });
  const times = (value) => (value === undefined ? '-' : `${value.toFixed(2)}${isFar(value) ? '!' : ' '}`);
  const cells = rows.map((row) => [
    row.name,
    figure(row.ns),
    `${Math.round(100 * row.spread)} %`,
    figure(row.committed),
    times(row.ratio),
    times(row.scaled),
    figure(row.modelled),
    times(row.modelRatio),
    times(row.modelScaled),
    String(row.loop),
    String(row.load),
    row.how,
  ]);
  const head = [
    'primitive',
    'ns',
    'spread',
    'committed',
    'ratio ',
    'scaled ',
    'model',
    'ratio ',
    'scaled ',
    'loop',
    'load',
    'how measured',
  ];
  for (const line of table([head, ...cells])) console.log(line);
  const say = (ratio, against) => {
    const ratios = rows.map((row) => row[ratio]);
    console.log(summary(ratios, against));
  };
  say('ratio', 'the committed figures');
  if (rows.some((row) => row.name === SENT)) {
    say('scaled', 'the committed figures scaled to this machine');
    say('modelScaled', `the model ${model} scaled to this machine`);
  } else console.log(`Nothing is scaled: "${SENT}" was not measured along.`);
  console.log(
    '"scaled" is the ratio divided by that of a packet sent: what is left is not the speed of the machine. "loop" is the ' +
      'yardstick in ns, "!" marks what lies more than 15 % away, "spread" how far apart three parts of the runs lie.',
  );
}

try {
  await main();
} catch (error) {
  console.error(`calibrate: ${error.message}`);
  process.exitCode = error instanceof Misuse ? 2 : 1;
}

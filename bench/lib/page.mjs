// The page of results: tables, charts, and each claim beside its figure.
import { growth } from './fit.mjs';
import { round } from './measure.mjs';
import { chart } from './svg.mjs';

/** First-packet latency in microseconds that the Kubernetes blog published for iptables mode, read off its chart. */
const BLOG = { 5000: [49, 120], 10000: [61, 187], 30000: [274, 491] };

const HIDDEN = new Set(['experiment', 'seed', 'machine', 'system', 'node', 'commit', 'load']);

function cell(value) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? value.toLocaleString('en-US', { maximumSignificantDigits: 4 }) : (value ?? '');
}

function table(
  rows,
  names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !HIDDEN.has(name)),
) {
  const lines = [`| ${names.join(' | ')} |`, `|${names.map(() => '---').join('|')}|`];
  for (const row of rows) lines.push(`| ${names.map((name) => cell(row[name])).join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function verdict(what, figure, bound, holds) {
  return { what, figure, bound, holds: holds ? 'yes' : 'no' };
}

/** The number of Services at which two curves cross, between the measured ones. */
function crossover(a, b) {
  for (let i = 1; i < Math.min(a.length, b.length); i++) {
    const before = a[i - 1].ns - b[i - 1].ns;
    const after = a[i].ns - b[i].ns;
    if (before >= 0 || after < 0) continue;
    const low = a[i - 1].services;
    return Number((low + ((a[i].services - low) * -before) / (after - before)).toPrecision(2));
  }
  return undefined;
}

function lookups(rows, parts, charts) {
  const of = (mode, packet) => rows.filter((row) => row.mode === mode && row.packet === packet);
  const curves = [
    ['iptables, first', of('iptables', 'first')],
    ['iptables, established', of('iptables', 'established')],
    ['IPVS, first', of('ipvs', 'first')],
    ['IPVS, established', of('ipvs', 'established')],
  ].filter(([, list]) => list.length > 0);
  parts.push(
    '## Look-up cost against the number of Services\n',
    'Rules visited and entries compared are what Linux does, exactly; "ns" is their price by the model',
    '`linux-6.18-measured`, the mean over Services in even distances. The counts are the same on every machine.\n',
    '![priced cost](bench/lookup.svg)\n',
    table(rows, [
      'mode',
      'packet',
      'services',
      'rules',
      'match calls',
      'set look-ups',
      'ipvs probes',
      'ns',
      'p50',
      'p90',
    ]),
    'How they grow: constant is a largest cost within a quarter of the smallest; else the law that explains more.\n',
    table(
      curves.map(([what, list]) => {
        const fit = growth(list.map((row) => [row.services, row.ns]));
        return {
          what,
          law: fit.law,
          'largest / smallest': round(fit.ratio),
          'ns a Service': round(fit.linear.slope),
          'R² linear': round(fit.linear.r2),
          'R² logarithmic': round(fit.logarithmic.r2),
        };
      }),
    ),
  );
  const crossing = crossover(of('iptables', 'first'), of('ipvs', 'first'));
  if (crossing !== undefined)
    parts.push(
      `A first packet costs the same in both modes at about ${cell(crossing)} Services. Below that iptables is the`,
      'cheaper one, since kube-proxy asks some sets for every packet in IPVS mode, and this model prices each of them with',
      'a cache miss: its distance between established packets is an upper bound.\n',
    );
  const published = of('iptables', 'first').filter((row) => BLOG[row.services] !== undefined);
  if (published.length > 0) {
    parts.push(
      'Beside the published curve of first-packet latency in iptables mode (Kubernetes blog, 2025):\n',
      table(
        published.map((row) => ({
          services: row.services,
          'P50 us': row.p50 / 1000,
          'published P50': BLOG[row.services][0],
          'P50 ratio': round(row.p50 / 1000 / BLOG[row.services][0]),
          'P90 us': row.p90 / 1000,
          'published P90': BLOG[row.services][1],
          'P90 ratio': round(row.p90 / 1000 / BLOG[row.services][1]),
        })),
      ),
    );
  }
  charts.lookup = chart({
    title: 'Cost of one packet by number of Services',
    x: 'Services',
    y: 'nanoseconds, priced',
    series: [
      ...curves.map(([name, list]) => ({
        name,
        points: list.map((row) => [row.services, row.ns]),
        dashed: name.endsWith('established'),
      })),
      {
        name: 'published P50, iptables',
        points: Object.entries(BLOG).map(([services, [p50]]) => [Number(services), p50 * 1000]),
        dots: true,
      },
    ],
  });
}

function updates(rows, parts, charts) {
  parts.push(
    '## Updates\n',
    'By the model, from the lines of the change and the rules of the table, beside what iptables 1.8.9 and ipset took',
    'on Linux 6.18. The last column is the model named 2017, which holds what was published then.\n',
    '![updates](bench/update.svg)\n',
    table(rows),
  );
  const names = [...new Set(rows.map((row) => row.what))];
  charts.update = chart({
    title: 'Time to change the configuration',
    x: 'Services',
    y: 'milliseconds',
    series: [
      ...names.map((name) => ({
        name,
        points: rows.filter((row) => row.what === name).map((row) => [row.services, row['model ms']]),
      })),
      {
        name: 'measured',
        dots: true,
        points: rows.filter((row) => row['measured ms'] !== undefined).map((row) => [row.services, row['measured ms']]),
      },
    ],
  });
}

function connections(rows, parts, charts, claims) {
  parts.push(
    '## Tables of connections\n',
    'conntrack, as many buckets as connections: processor time of one look-up, of a whole packet, of a new connection.\n',
    '![conntrack](bench/connections.svg)\n',
    table(rows),
  );
  for (const kind of ['udp', 'tcp']) {
    const own = rows.filter((row) => row.kind === kind);
    const probes = own.map((row) => row.probes);
    const packet = own.map((row) => row['packet ns']);
    const created = own.map((row) => row['new ns']);
    const last = own.at(-1);
    if (last === undefined) continue;
    claims.push(
      verdict(
        `conntrack (${kind}): entries compared at ${cell(last.connections)} connections, as a multiple of the fewest`,
        round(Math.max(...probes) / Math.min(...probes)),
        'at most 2',
        Math.max(...probes) <= 2 * Math.min(...probes),
      ),
      verdict(
        `conntrack (${kind}): time of a packet, largest by smallest`,
        round(Math.max(...packet) / Math.min(...packet)),
        'at most 2',
        Math.max(...packet) <= 2 * Math.min(...packet),
      ),
      verdict(
        `conntrack (${kind}): time of a new connection, largest by smallest`,
        round(Math.max(...created) / Math.min(...created)),
        'at most 2',
        Math.max(...created) <= 2 * Math.min(...created),
      ),
      verdict(
        `conntrack (${kind}): MB for ${cell(last.connections)} connections`,
        round((last['bytes each'] * last.connections) / 1e6),
        'at most 400',
        last['bytes each'] * last.connections <= 400e6,
      ),
    );
  }
  const udp = rows.filter((row) => row.kind === 'udp');
  charts.connections = chart({
    title: 'Connection tracking by number of connections (UDP)',
    x: 'connections',
    y: 'nanoseconds of this program',
    series: [
      ['look-up', 'find ns'],
      ['whole packet', 'packet ns'],
      ['new connection', 'new ns'],
    ].map(([name, column]) => ({ name, points: udp.map((row) => [row.connections, row[column]]) })),
  });
}

function throughput(rows, parts, claims) {
  const calls = rows.map((row) => ({ ...row, 'ns / calibration': round(row['ns a packet'] / row['calibration ns']) }));
  parts.push(
    '## Packets through the whole host\n',
    'Rules of kube-proxy in iptables mode, two endpoints a Service, 5 % of packets open a connection. "calibration" is a',
    'plain scan in the same process, in nanoseconds an element: the yardstick for the state of the machine.\n',
    table(calls),
  );
  const off = rows.filter((row) => !row.tracing && !row.linear);
  const at = (services) => off.find((row) => row.services === services);
  for (const [services, must] of [
    [10_000, 1e6],
    [40_000, 0.8e6],
  ]) {
    const row = at(services);
    if (row !== undefined)
      claims.push(
        verdict(
          `packets/s of one core, ${cell(services)} Services`,
          row['packets/s'],
          `at least ${cell(must)}`,
          row['packets/s'] >= must,
        ),
      );
  }
  const small = at(1000);
  const large = at(40_000);
  if (small !== undefined && large !== undefined) {
    const slower = large['ns a packet'] / small['ns a packet'];
    claims.push(verdict('slowdown from 1,000 to 40,000 Services', round(slower), 'at most 1.8', slower <= 1.8));
  }
  for (const row of rows.filter((one) => one.linear)) {
    const indexed = at(row.services);
    if (indexed === undefined) continue;
    const walked = (row['ns a packet'] - indexed['ns a packet']) / row['rules a packet'];
    const what = `the index against the plain walk, ${cell(row.services)} Services: times faster`;
    const faster = row['ns a packet'] / indexed['ns a packet'];
    claims.push(verdict(what, round(faster), 'at least 1', faster >= 1));
    // Where few rules are walked, the difference is noise.
    if (row['rules a packet'] > 200)
      claims.push(
        verdict(`plain walk, ${cell(row.services)} Services: ns a rule`, round(walked), 'at most 8', walked <= 8),
      );
  }
  for (const row of rows.filter((one) => one.tracing)) {
    const plain = at(row.services);
    if (plain === undefined) continue;
    const slower = row['ns a packet'] / plain['ns a packet'];
    claims.push(
      verdict(`tracing on, ${cell(row.services)} Services: times slower`, round(slower), 'at most 5', slower <= 5),
    );
  }
}

function others(collected, parts, claims) {
  const { ipvs = [], load = [], queue = [] } = collected;
  if (ipvs.length > 0) {
    const services = ipvs.filter((row) => row.what === 'services');
    const known = ipvs.filter((row) => row.what === 'connections');
    parts.push(
      '## Tables of IPVS\n',
      'The kernel has 256 buckets for services, and never more; connections have 2^conn_tab_bits.\n',
      table(services),
      table(known),
    );
  }
  if (load.length > 0) {
    parts.push('## Loading rules\n', table(load));
    const last = load.at(-1);
    claims.push(
      verdict(`s to load ${cell(last.rules)} rules`, last['load s'], 'at most 3', last['load s'] <= 3),
      verdict(`MB for ${cell(last.rules)} rules`, last['heap MB'], 'at most 500', last['heap MB'] <= 500),
      verdict('what was loaded is saved byte for byte', cell(last['saved the same']), 'yes', last['saved the same']),
    );
  }
  if (queue.length > 0) {
    parts.push('## Event queue\n', table(queue));
    const row = queue.find((one) => one.pending === 100_000);
    claims.push(
      verdict('event queue: holds/s with 100,000 pending', row['holds/s'], 'at least 2.5M', row['holds/s'] >= 2.5e6),
    );
  }
}

/** The page and the charts, from the rows of each experiment. */
export function page(collected) {
  const parts = [];
  const charts = {};
  const claims = [];
  if (collected.lookup) lookups(collected.lookup, parts, charts);
  if (collected.claims)
    parts.push('## What is said about cost\n', table(collected.claims, ['claim', 'claimed', 'model', 'why']));
  if (collected.update) updates(collected.update, parts, charts);
  if (collected.connections) connections(collected.connections, parts, charts, claims);
  if (collected.throughput) throughput(collected.throughput, parts, claims);
  others(collected, parts, claims);
  const all = Object.values(collected).flat();
  const kinds = (name) => [...new Set(all.map((row) => row[name]))].join('; ');
  const loads = all.map((row) => row.load);
  const head = [
    '# Measurements\n',
    '`npm run bench` writes this page; the rows behind it are in `bench/results`. Times are processor time of one core,',
    'the shortest of some rounds where they are repeated.\n',
    `Machine: ${kinds('machine')}; ${kinds('system')}; Node ${kinds('node')}; commit ${kinds('commit')}; seed ${kinds('seed')}.`,
    `Load average while it ran: ${Math.min(...loads)} to ${Math.max(...loads)}` +
      (Math.max(...loads) > 1.5
        ? ': other programs had a part of the machine, so absolute times are too long.\n'
        : '.\n'),
    '## What was asked for\n',
    table(claims),
    'The time of a packet over tables of 1,000 to 1,000,000 connections grows with what no processor cache holds any more;',
    'the number of entries compared does not. On Linux 6.18 conntrack adds 307 ns to a packet with 1,000 connections and',
    '612 ns with 240,000.\n',
  ];
  return { text: [...head, ...parts].join('\n'), charts };
}

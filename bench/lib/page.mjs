// The page of results: tables, charts, and each claim beside its figure.
import { growth } from './fit.mjs';
import { round } from './measure.mjs';
import { bars, chart } from './svg.mjs';

/** First-packet latency in microseconds that the Kubernetes blog published for iptables mode, read off its chart. */
const BLOG = { 5000: [49, 120], 10000: [61, 187], 30000: [274, 491] };

/** Microseconds of processor time that so many Services add to a connection, from the answers a second of imroc.cc. */
const TKE = { 5000: 57, 10000: 100 };

const HIDDEN = new Set(['experiment', 'table', 'curve', 'seed', 'machine', 'system', 'node', 'commit', 'load']);

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

/** Whether every `ratio` of model by measurement is within 15 %, and which is the worst. */
function within(what, rows, nameOf) {
  if (rows.length === 0) return [];
  const worst = rows.reduce((a, b) => (Math.abs(a.ratio - 1) >= Math.abs(b.ratio - 1) ? a : b));
  const off = rows.filter((row) => Math.abs(row.ratio - 1) > 0.15).length;
  const figure = `${cell(worst.ratio)} (${nameOf(worst)})${off > 0 ? `, ${off} of ${rows.length} beyond` : ''}`;
  return [verdict(`${what}: model by kernel, furthest`, figure, '1 ± 0.15', off === 0)];
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

function lookups(rows, parts, charts, claims, calibrate) {
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
    'How they grow: constant is a largest cost within a quarter of the smallest; else the law that explains more. The weight',
    '(Akaike) says how likely it is beside the other two, as far as these points tell; the slope has its 95 % interval.\n',
    table(
      curves.map(([what, list]) => {
        const fit = growth(list.map((row) => [row.services, row.ns]));
        return {
          what,
          law: fit.law,
          'largest / smallest': round(fit.ratio),
          'weight of the law': fit.weight === undefined ? '' : round(fit.weight),
          'ns a Service': round(fit.linear.slope),
          '95 %': Number.isNaN(fit.linear.margin) ? '' : `± ${cell(round(fit.linear.margin))}`,
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
      'cheaper one, since kube-proxy asks some sets for every packet in IPVS mode. UCloud published a crossing at about 1,000',
      'Services.\n',
    );
  if (of('ipvs', 'first').some((row) => row.services > 65_536))
    parts.push(
      'IPVS is no constant to the end: the kernel keeps services in 256 buckets, and from some 9,000 Services on the set that',
      'each packet asks for its cluster IP is larger than what the cache keeps of it. And kube-proxy gets only to 65,536, where its',
      'sets are full ("Hash is full, cannot add more elements"); beyond it they were made larger here.\n',
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
    const last = published.find((row) => row.services === 30_000);
    for (const [i, name] of ['p50', 'p90'].entries()) {
      if (last === undefined) continue;
      const figure = last[name] / 1000;
      const holds = Math.abs(figure / BLOG[30_000][i] - 1) <= 0.1;
      claims.push(
        verdict(
          `30,000 Services, first packet, ${name.toUpperCase()} in us`,
          round(figure),
          `${BLOG[30_000][i]} ± 10 %`,
          holds,
        ),
      );
    }
  }
  nftables(calibrate, parts, claims);
  const base = of('iptables', 'first')[0];
  const tke = of('iptables', 'first').filter((row) => TKE[row.services] !== undefined);
  if (tke.length > 0) {
    parts.push(
      'Beside what Services cost a connection by a published load test (imroc.cc, TKE, kernel 6.6; short connections through',
      'four cores that are taken to be busy all the time, which makes its figures an upper bound):\n',
      table(
        tke.map((row) => ({
          services: row.services,
          'model, us above few Services': round((row.ns - base.ns) / 1000),
          'published, us': TKE[row.services],
          ratio: round((row.ns - base.ns) / 1000 / TKE[row.services]),
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

function updates(rows, parts, charts, claims) {
  parts.push(
    '## Updates\n',
    'By the model, from the lines of the change and the rules of the table, beside what iptables 1.8.9 and ipset took',
    'on Linux 6.18. The last column is the model named 2017, which holds what was published then. 5,000 members of a set took',
    'longer each (15 us) than 1,250 (12) and 20,000 (9): one price a member and one a doubling of the table meet two of them.\n',
    '![updates](bench/update.svg)\n',
    table(rows),
  );
  const names = [...new Set(rows.map((row) => row.what))];
  for (const name of names) {
    const measured = rows.filter((row) => row.what === name && row.ratio !== undefined);
    claims.push(...within(`update, ${name}`, measured, (row) => `${cell(row['nat rules'])} rules`));
  }
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
    'conntrack, as many buckets as connections: processor time of one look-up, of a whole packet, of a new connection. "nat" is',
    'TCP whose source is mapped.\n',
    '![conntrack](bench/connections.svg)\n',
    table(rows),
  );
  for (const kind of ['udp', 'tcp', 'nat']) {
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
      ...[
        ['bytes each', 'bytes a connection', 96],
        ['find ns', 'ns to find a random one', 450],
        ['insert ns', 'ns to put one in', 900],
      ].map(([column, what, most]) =>
        verdict(
          `conntrack (${kind}), ${cell(last.connections)} connections: ${what}`,
          last[column],
          `at most ${most}`,
          last[column] <= most,
        ),
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

function curves(rows, parts, charts, claims) {
  const kinds = (curve) => [...new Set(rows.filter((row) => row.curve === curve).map((row) => row.what))];
  parts.push(
    '## The model beside the kernel\n',
    'The same rules, sets and connections: priced by what one packet counts here, and timed on Linux 6.18. New connections',
    'are compared above what the first point without rules took, sets above an empty one. Two points that were timed while',
    'other programs ran are left out.\n',
    '![model and kernel](bench/curves.svg)\n',
    table(rows),
    'Where the model is further away than 15 %: new connections over rules of 200 bytes were timed on a slow machine (10 ns a',
    'rule, where the same rules took 9 in mangle, and those of 488 bytes the same in both).\n',
  );
  for (const what of kinds('walk')) {
    const own = rows.filter((row) => row.what === what);
    claims.push(...within(`walk, ${what}`, own, (row) => `${cell(row.count)} rules`));
  }
  const hash = rows.filter((row) => row.curve === 'hash');
  if (hash.length > 0) {
    const probes = hash.map((row) => row.probes);
    const flat = Math.max(...probes) / Math.min(...probes);
    claims.push(
      verdict('one rule with an ipset: buckets probed, largest / smallest', round(flat), 'at most 1.25', flat <= 1.25),
      ...within('one rule with an ipset', hash, (row) => `${cell(row.count)} members`),
    );
  }
  for (const what of kinds('conntrack')) {
    const own = rows.filter((row) => row.what === what);
    claims.push(...within(what, own, (row) => `${cell(row.count)} connections`));
  }
  charts.curves = chart({
    title: 'Walk over rules: model (lines) and Linux 6.18 (dots)',
    x: 'rules',
    y: 'nanoseconds a packet',
    series: kinds('walk').flatMap((what, colour) => {
      const points = rows.filter((row) => row.what === what && row.count > 0);
      const named = what
        .replace('address', '-d')
        .replace(/ (tcp|udp) port/, ' $1')
        .replace(/^udp port, match called/, 'udp called')
        .replace('new connection, ', 'new, ')
        .replace(/ bytes$/, ' B');
      return [
        { name: named, colour, points: points.map((row) => [row.count, row['model ns']]) },
        { colour, dots: true, points: points.map((row) => [row.count, row['measured ns']]) },
      ];
    }),
  });
}

function cpu(rows, parts, charts, claims) {
  parts.push(
    '## New connections on a core\n',
    'Clients are pods of the node, on one simulated core with the prices of the model. Beside it what Tigera published for',
    '10,000 Services of 10 pods; in IPVS mode that holds the syncs of kube-proxy, which are not part of these rows.\n',
    '![share of a core](bench/cpu.svg)\n',
    table(rows),
  );
  const share = (name) => rows.find((row) => row.what.startsWith(name))?.['share of a core %'];
  const rules = share('iptables, rules of 1.12, the last');
  const ipvs = share('IPVS');
  const kept = share('iptables, rules of 1.12, 100');
  if (rows[0]?.services === 10_000)
    claims.push(
      verdict(
        '10,000 Services, 1,000 connections/s: iptables above IPVS, % of a core',
        round(rules - ipvs),
        '27 to 35',
        rules - ipvs >= 27 && rules - ipvs <= 35,
      ),
      verdict('the same, iptables in all', rules, '35 ± 10 %', Math.abs(rules / 35 - 1) <= 0.1),
      verdict('the same, IPVS, without syncs', ipvs, 'at most 8', ipvs <= 8),
      verdict('the same, iptables, 100 requests a connection', kept, 'at most 3', kept <= 3),
    );
  const marks = {
    'iptables, rules of 1.12, the last Service': 35,
    'iptables, rules of 1.12, 100 requests a connection': 2,
    IPVS: 8,
  };
  charts.cpu = bars({
    title: `${cell(rows[0].services)} Services: share of a core (black: published)`,
    x: '% of a core',
    rows: rows.map((row) => ({ name: row.what, value: row['share of a core %'], mark: marks[row.what] })),
  });
}

function said(rows, parts, charts) {
  const of = (name) => rows.filter((row) => row.table === name);
  const wrk = of('wrk');
  const among = of('concurrency');
  parts.push(
    '## What is said about cost\n',
    table(of('claims'), ['#', 'claim', 'claimed', 'model', 'why']),
    '1,000 connections of a load tester through four cores, to pods that take 12.5 ms for an answer:\n',
    '![load tester](bench/wrk.svg)\n',
    table(wrk),
    'Packets among so many open connections, 500 Services of 10 pods. IPVS keeps connections in 4,096 buckets unless',
    '`conn_tab_bits` says more:\n',
    '![open connections](bench/concurrency.svg)\n',
    table(among),
    'A table of 2,000 entries, held by clients that fell silent eleven minutes before others come:\n',
    '![table full](bench/table-full.svg)\n',
    table(of('table full')),
  );
  charts.wrk = bars({
    title: 'Answers a second, 1,000 connections (black: claimed)',
    x: 'answers a second',
    rows: wrk.map((row) => ({
      name: `${row.mode}, ${cell(row.services)} Services, ${row.connection === 'kept' ? 'kept' : 'new for each'}`,
      value: row['answers/s'],
      colour: row.mode === 'ipvs' ? 1 : 0,
      mark: row.services === 500 && row.connection === 'kept' ? (row.mode === 'ipvs' ? 78_000 : 23_000) : undefined,
    })),
  });
  charts.concurrency = chart({
    title: 'Cost of one packet among open connections',
    x: 'connections',
    y: 'nanoseconds, priced',
    series: ['iptables', 'ipvs'].flatMap((mode) =>
      ['ns, first packet', 'ns, known'].map((name) => ({
        name: `${mode}, ${name.replace('ns, ', '')}`,
        dashed: name === 'ns, known',
        points: among.filter((row) => row.mode === mode).map((row) => [row.connections, row[name]]),
      })),
    ),
  });
  charts['table-full'] = bars({
    title: 'New connections answered while the table is full',
    x: '% answered',
    rows: of('table full').map((row) => ({
      name: `${row.mode}, ${row.what.replace('nf_conntrack_', '')}`,
      value: row['answered %'],
      colour: row.mode === 'ipvs' ? 1 : 0,
    })),
  });
}

function full(rows, parts, charts) {
  const times = rows.filter((row) => row.what === 'time to full');
  const loads = rows.filter((row) => row.what === 'load');
  const seconds = (value) => (typeof value === 'number' ? value : Number(/\d+/.exec(value)[0]));
  parts.push(
    'How long a table lasts: 1,000 connections a second, nine of ten closed by both sides, one of ten clients gone after its',
    'request. "In the end" is rate x lifetime; what has expired stays until the collector comes by, about once a minute, so',
    'that a table is full before that. Max buys time, timeouts decide what it lasts for.\n',
    '![time to full](bench/full.svg)\n',
    table(times.map(({ what, ...row }) => row)),
    'Cost against load: more and more connections in the same buckets.\n',
    '![load](bench/load-factor.svg)\n',
    table(loads.map(({ what, ...row }) => row)),
  );
  charts.full = bars({
    title: `Seconds until the table is full (${cell(Math.max(...times.map((row) => seconds(row['table full after s']))))}: never within the run)`,
    x: 'seconds',
    rows: times.map((row) => ({
      name: row.settings.replace(/tcp_timeout_/g, ''),
      value: seconds(row['table full after s']),
      colour: typeof row['table full after s'] === 'number' ? 0 : 2,
    })),
  });
  charts['load-factor'] = chart({
    title: 'Look-up of a known connection by load of the table',
    x: 'tuples a bucket',
    y: 'entries compared',
    series: [
      { name: 'counted', points: loads.map((row) => [row['tuples a bucket'], row['entries compared, known']]) },
      {
        name: 'ideal hash',
        dashed: true,
        points: loads.map((row) => [row['tuples a bucket'], row['expected of an ideal hash']]),
      },
    ],
  });
}

function rules(rows, parts, charts, claims) {
  parts.push(
    '## One look-up in a long chain\n',
    'Rules of eight kinds of address tests, a port in half of them; of ten packets one finds nothing. "index" and "walk" are',
    'the two ways of chainwalk, with every count of Linux; "objects" is the plain loop over an array of objects, which',
    'answers with a position and counts nothing. All three agree.\n',
    '![look-ups](bench/rules.svg)\n',
    table(rows),
  );
  const most = Math.max(...rows.map((row) => row.rules));
  const at = (way) => rows.find((row) => row.way === way && row.rules === most);
  const [index, walk] = [at('index'), at('walk')];
  if (index !== undefined) {
    const rate = index['look-ups/s'];
    claims.push(verdict(`look-ups/s in ${cell(most)} rules, exact counts`, rate, 'at least 2M', rate >= 2e6));
  }
  if (walk !== undefined) {
    const each = walk['ns a rule'];
    claims.push(verdict(`plain walk of ${cell(most)} rules: ns a rule`, each, 'at most 8', each <= 8));
  }
  charts.rules = chart({
    title: 'One look-up in a long chain',
    x: 'rules',
    y: 'nanoseconds of this program',
    series: ['index', 'walk', 'objects'].map((way) => ({
      name: way,
      points: rows.filter((row) => row.way === way).map((row) => [row.rules, row['ns a look-up']]),
    })),
  });
}

const isOneFile = (row) => row['one file'];
const isInModules = (row) => !row.tracing && !row.linear && !row['one file'] && !row['file a package'];

function throughput(rows, parts, charts, claims) {
  const calls = rows.map((row) => ({ ...row, 'ns / calibration': round(row['ns a packet'] / row['calibration ns']) }));
  parts.push(
    '## Packets through the whole host\n',
    'Rules of kube-proxy in iptables mode, two endpoints a Service, 5 % of packets open a connection. "one file" is how the',
    'command runs: all modules made one file by a bundler, and V8 told to inline more (`packages/cli/src/inlining.ts`). An',
    'application can do both. "file a package" is what it gets when it imports the packages as npm has them and does nothing',
    'else. With neither, as here in the workspace, Node loads each module by itself, and V8 checks at each use what one module',
    'takes from another. "calibration" is a plain scan in the same process, in nanoseconds an element: the yardstick for the',
    'state of the machine.\n',
    '![packets](bench/throughput.svg)\n',
    table(calls),
  );
  charts.throughput = chart({
    title: 'Packets a second of one core',
    x: 'Services',
    y: 'packets a second',
    series: [
      ['by index', isOneFile],
      ['by index, a file a package', (row) => row['file a package']],
      ['by index, in modules', isInModules],
      ['plain walk', (row) => row.linear],
      ['traced', (row) => row.tracing],
    ].map(([name, isMine]) => ({
      name,
      points: rows.filter(isMine).map((row) => [row.services, row['packets/s']]),
    })),
  });
  const at = (services, isMine) => rows.find((row) => row.services === services && isMine(row));
  for (const [services, must] of [
    [10_000, 1e6],
    [40_000, 0.8e6],
  ]) {
    const row = at(services, isOneFile);
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
  const small = at(1000, isOneFile);
  const large = at(40_000, isOneFile);
  if (small !== undefined && large !== undefined) {
    const slower = large['ns a packet'] / small['ns a packet'];
    claims.push(verdict('slowdown from 1,000 to 40,000 Services', round(slower), 'at most 1.8', slower <= 1.8));
  }
  for (const row of rows.filter((one) => one.linear)) {
    const indexed = at(row.services, isInModules);
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
    const plain = at(row.services, isInModules);
    if (plain === undefined) continue;
    const slower = row['ns a packet'] / plain['ns a packet'];
    claims.push(
      verdict(`tracing on, ${cell(row.services)} Services: times slower`, round(slower), 'at most 5', slower <= 5),
    );
  }
}

function others(collected, parts, charts, claims) {
  const { ipvs = [], load = [], queue = [], replay = [] } = collected;
  if (ipvs.length > 0) {
    const services = ipvs.filter((row) => row.what === 'services');
    const known = ipvs.filter((row) => row.what === 'connections');
    parts.push(
      '## Tables of IPVS\n',
      'The kernel has 256 buckets for services, and never more; connections have 2^conn_tab_bits.\n',
      '![ipvs tables](bench/ipvs.svg)\n',
      table(services),
      table(known),
    );
    charts.ipvs = chart({
      title: 'Tables of IPVS: entries compared',
      x: 'services or connections',
      y: 'entries a packet',
      series: [
        ['services, 256 buckets', services, 'service probes'],
        ['connections, 4,096', known.filter((row) => row.conn_tab_bits === 12), 'connection probes'],
        ['connections, 2^20', known.filter((row) => row.conn_tab_bits === 20), 'connection probes'],
      ].map(([name, list, column]) => ({ name, points: list.map((row) => [row.count, row[column]]) })),
    });
  }
  if (load.length > 0) {
    parts.push('## Loading rules\n', '![loading](bench/load.svg)\n', table(load));
    charts.load = chart({
      title: 'Loading and saving rules',
      x: 'rules',
      y: 'seconds of processor time',
      series: [
        ['load', 'load s'],
        ['save', 'save s'],
      ].map(([name, column]) => ({ name, points: load.map((row) => [row.rules, row[column]]) })),
    });
    const last = load.at(-1);
    for (const row of load.filter(({ rules }) => rules >= 40_000)) {
      // Asked for are 0.3 s for 40,000 rules and 1.2 s for 160,000.
      const most = (row.rules / 40_000) * 0.3;
      const [all, clock] = [row['load s'], row['load wall s']];
      const bound = `at most ${round(most)}`;
      claims.push(
        verdict(`s by the clock to load ${cell(row.rules)} rules`, clock, bound, clock <= most),
        verdict(`s of processor time of all threads for that`, all, bound, all <= most),
      );
    }
    claims.push(
      verdict(`MB for ${cell(last.rules)} rules`, last['heap MB'], 'at most 500', last['heap MB'] <= 500),
      verdict('what was loaded is saved byte for byte', cell(last['saved the same']), 'yes', last['saved the same']),
    );
  }
  if (replay.length > 0) {
    parts.push(
      '## Replay of a capture\n',
      '`chainwalk replay --out`: a capture is read, played through a firewall and written, in a process of its own. Memory',
      'holds the connections of the host as well: 4,000, however long the capture is.\n',
      '![replay](bench/replay.svg)\n',
      table(replay),
    );
    const memory = replay.map((row) => row['rss MB']);
    const growth = Math.max(...memory) / Math.min(...memory);
    const most = Math.max(...replay.map((row) => row.packets));
    claims.push(
      // To start, and to become fast, the program takes most of what a hundred thousand packets take.
      ...replay.map((row) =>
        verdict(
          `replay: packets/s read, played and written, start included, of ${cell(row.packets)}`,
          row['packets/s'],
          'at least 300,000',
          row['packets/s'] >= 300_000,
        ),
      ),
      verdict(`replay: memory with ${cell(most)} packets, as a multiple`, round(growth), 'at most 1.5', growth <= 1.5),
    );
    charts.replay = chart({
      title: 'Replay of a capture',
      x: 'packets',
      y: 'packets a second, MB',
      series: [
        { name: 'packets/s', points: replay.map((row) => [row.packets, row['packets/s']]) },
        { name: 'memory, MB', points: replay.map((row) => [row.packets, row['rss MB']]) },
      ],
    });
  }
  if (queue.length > 0) {
    parts.push(
      '## Event queue\n',
      'With so many events pending, the next is taken out and another put in: up to a second later (`uniform`), or up to a',
      'millisecond and, one in ten, up to a day (`bimodal`).\n',
      '![event queue](bench/queue.svg)\n',
      table(queue),
    );
    const kinds = [...new Set(queue.map((row) => row.times))];
    charts.queue = chart({
      title: 'Event queue: pop the next, push another',
      x: 'pending events',
      y: 'nanoseconds',
      series: kinds.map((times) => ({
        name: times,
        points: queue.filter((row) => row.times === times).map((row) => [row.pending, row['ns a hold']]),
      })),
    });
    for (const row of queue.filter(({ pending }) => pending === 100_000)) {
      const fast = row['holds/s'] >= 2.5e6;
      claims.push(
        verdict(`event queue: holds/s with 100,000 pending, ${row.times}`, row['holds/s'], 'at least 2.5M', fast),
      );
    }
  }
}

/** kube-proxy's nftables mode, which is not simulated: what bench/calibrate.mjs timed in the kernel. */
function nftables(calibrate, parts, claims) {
  const rows = calibrate.filter((row) => row.group === 'nftables' && row.name.startsWith('first packet'));
  if (rows.length === 0) return;
  const servicesOf = (row) => Number(/(\d+) Services/.exec(row.name)[1]);
  parts.push(
    "kube-proxy's nftables mode is not simulated and has no price. What a first packet takes Linux 6.18 on an EPYC through its",
    'rules (`bench/calibrate.mjs --only nftables`) does not depend on the number of Services, as published:\n',
    table(
      rows.map((row) => ({
        services: servicesOf(row),
        'measured ns above a packet without rules': row.ns,
        'published P50 us': 14,
        'published P90 us': 22,
      })),
    ),
  );
  const flat = Math.max(...rows.map((row) => row.ns)) / Math.min(...rows.map((row) => row.ns));
  const sizes = rows.map(servicesOf);
  const span = `${cell(Math.min(...sizes))} to ${cell(Math.max(...sizes))} Services`;
  claims.push(
    verdict(
      `nftables mode is flat from ${span}: timed on Linux, not modelled`,
      round(flat),
      'largest / smallest at most 1.2',
      flat <= 1.2,
    ),
  );
}

/** Whether rules cost first packets more than others, from what bench/calibrate.mjs timed in one run. */
function firstWalks(calibrate, parts, claims) {
  const rows = calibrate
    .filter((row) => row.group.startsWith('first-walk-') && row.name.includes('by first packets'))
    .map((row) => {
      const later = calibrate.find((one) => one.name.startsWith('rule visited by') && isOfSameRules(one, row));
      const rules = row.name.replace(/^.*?, /, '');
      return { rules, 'ns, first packets': row.ns, 'ns, later packets': later.ns, ratio: round(row.ns / later.ns) };
    });
  if (rows.length === 0) return;
  parts.push(
    'A rule that first packets visit in nat, beside the same rule that packets of as many known flows visit in mangle, timed',
    'in turn on an EPYC (`bench/calibrate.mjs --only first-walk`):\n',
    table(rows),
  );
  claims.push(
    ...within('a rule, first packets in nat by later ones in mangle, timed in turn', rows, (row) => row.rules).map(
      (claim) => ({ ...claim, what: claim.what.replace(': model by kernel', '') }),
    ),
  );
}

function isOfSameRules(one, other) {
  return one !== other && one.name.replace(/^.*?, /, '') === other.name.replace(/^.*?, /, '');
}

/** The page and the charts, from the rows of each experiment. */
export function page({ calibrate = [], ...collected }) {
  const parts = [];
  const charts = {};
  const claims = [];
  if (collected.lookup) lookups(collected.lookup, parts, charts, claims, calibrate);
  if (collected.curves) curves(collected.curves, parts, charts, claims);
  firstWalks(calibrate, parts, claims);
  if (collected.cpu) cpu(collected.cpu, parts, charts, claims);
  if (collected.claims) said(collected.claims, parts, charts);
  if (collected.update) updates(collected.update, parts, charts, claims);
  if (collected.connections) connections(collected.connections, parts, charts, claims);
  if (collected.full) full(collected.full, parts, charts);
  if (collected.rules) rules(collected.rules, parts, charts, claims);
  if (collected.throughput) throughput(collected.throughput, parts, charts, claims);
  others(collected, parts, charts, claims);
  const all = Object.values(collected).flat();
  const kinds = (name) => [...new Set(all.map((row) => row[name]))].join('; ');
  const loads = all.map((row) => row.load);
  const head = [
    '# Measurements\n',
    '`npm run bench` writes this page; the rows behind it are in `bench/results`. Times are processor time of one core,',
    'the shortest of some rounds where they are repeated; packets through the whole host and loading of three processes.\n',
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

// What bench/calibrate measures: variants of one packet's way, in groups that run side by side, and the figures that are
// differences between two of them.
//
// A variant is what sender.py takes. `setup` is done in its namespace and, but for steps marked `kernel`, on a simulated
// host too, whose meter counts what the packet does: the model's figure is the price of those counts.

import { SENT } from './comparison.mjs';
import { nftablesGroup } from './nftables.mjs';

/** Rules of the shapes that the cost model tells apart; none matches the packets (UDP to 10.64.0.0/10, port 80). */
export const SHAPES = {
  address: { bytes: 152, what: '-d IP', rule: (address) => `-d ${address}/32` },
  port: {
    bytes: 200,
    what: '-d IP -p tcp -m tcp --dport',
    rule: (address) => `-d ${address}/32 -p tcp -m tcp --dport 80`,
  },
  kube: {
    bytes: 488,
    what: '-d IP -p tcp -m comment -m tcp --dport',
    rule: (address, i) => `-d ${address}/32 -p tcp -m comment --comment "ns/svc-${i} cluster IP" -m tcp --dport 80`,
  },
  udp: {
    bytes: 200,
    what: '-p udp -m udp --dport, whose match is called',
    rule: (_, i) => `-p udp -m udp --dport ${1000 + (i % 60_000)}`,
  },
  'udp-comment': {
    bytes: 488,
    what: '-p udp -m comment -m udp --dport, whose matches are called',
    rule: (_, i) => `-p udp -m comment --comment "ns/svc-${i}" -m udp --dport ${1000 + (i % 60_000)}`,
  },
};

const WALK_SIZES = [100, 1000, 5000, 10_000, 20_000, 40_000];

/** An address that no packet has. */
const elsewhere = (i) => `10.${200 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;

function restore(table, chains, rules) {
  return {
    argv: ['iptables-legacy-restore', '-w'],
    stdin: [`*${table}`, ...chains, ...rules, 'COMMIT', ''].join('\n'),
  };
}

/** Rules in OUTPUT of mangle: `text(i)` is a rule without its chain. */
const output = (count, text, chains = []) => ({
  setup: [
    restore(
      'mangle',
      [':OUTPUT ACCEPT [0:0]', ...chains.map((name) => `:${name} - [0:0]`)],
      Array.from({ length: count }, (_, i) => `-A OUTPUT ${text(i)}`),
    ),
  ],
});

/** A rule of the input path: no packet here visits it, but it makes the kernel track connections. */
const TRACKED = restore('filter', [':INPUT ACCEPT [0:0]'], ['-A INPUT -m conntrack --ctstate ESTABLISHED']);
const UNTRACKED = restore('filter', [':INPUT ACCEPT [0:0]'], ['-A INPUT -m comment --comment base']);
const LONG_TIMEOUT = { argv: ['sysctl', '-w', 'net.netfilter.nf_conntrack_udp_timeout=600'] };
/** Hooks of nat are called only where a target or match asks for connections. */
const nat = (...rules) =>
  restore(
    'nat',
    [':PREROUTING ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]'],
    ['-A PREROUTING -d 10.99.99.99/32 -j DNAT --to-destination 10.99.99.98', ...rules],
  );
const ROUTE_BACK = { argv: ['ip', 'route', 'add', '10.128.0.0/10', 'via', '10.99.0.2'] };
const NETMAP = '-A OUTPUT -d 10.64.0.0/10 -j NETMAP --to 10.128.0.0/10';

function walkGroup(shape, sizes) {
  const { bytes, what, rule } = SHAPES[shape];
  const name = (count) => `${shape}-${count}`;
  return {
    name: `walk-${shape}`,
    variants: [0, ...sizes].map((count) => ({
      name: name(count),
      ...output(count, (i) => `${rule(elsewhere(i), i)} -j ACCEPT`),
    })),
    figures: sizes.map((count) => ({
      name: `rule visited, ${bytes} B (${shape}), ${count} rules`,
      how: `mangle OUTPUT with ${count} rules ${what}, less with none, a rule`,
      variant: name(count),
      base: name(0),
      per: count,
      curve: true,
    })),
  };
}

const CALLS = 200;

function callsGroup() {
  const passed = '-d 10.64.0.0/10';
  const other = (i) => `-d ${elsewhere(i)}/32`;
  const pair = (name, what, text, chains) => ({
    variants: [
      { name: `${name}-done`, ...output(CALLS, () => `${passed} ${text}`, chains) },
      { name: `${name}-not`, ...output(CALLS, (i) => `${other(i)} ${text}`, chains) },
    ],
    figure: {
      name: what,
      how: `${CALLS} rules "${text}" that apply to the packet, less ${CALLS} that do not, each`,
      variant: `${name}-done`,
      base: `${name}-not`,
      per: CALLS,
    },
  });
  const commented = pair(
    'comment',
    'match call (comment), rules in the cache',
    '-p udp -m comment --comment "ns/svc" -m udp --dport 9 -j ACCEPT',
  );
  const pairs = [
    pair('match', 'match call (udp), rules in the cache', '-p udp -m udp --dport 9 -j ACCEPT'),
    {
      variants: [commented.variants[0]],
      figure: {
        ...commented.figure,
        how: `${CALLS} rules "-m comment -m udp" whose matches are called, less ${CALLS} "-m udp" whose match is, each`,
        base: 'match-done',
      },
    },
    pair('mark-match', 'match call (mark), rules in the cache', '-m mark --mark 0x4000/0x4000 -j ACCEPT'),
    pair('jump', 'jump and return', '-j AWAY', ['AWAY']),
    pair('target', 'target (MARK)', '-j MARK --set-xmark 0x4000/0x4000'),
  ];
  return { name: 'calls', variants: pairs.flatMap((p) => p.variants), figures: pairs.map((p) => p.figure) };
}

function hooksGroup() {
  const table = (name) => restore(name, [':OUTPUT ACCEPT [0:0]'], []);
  return {
    name: 'hooks',
    variants: [
      { name: 'bare' },
      { name: 'connected', connected: true },
      { name: 'filter', setup: [table('filter')] },
      { name: 'raw-filter', setup: [table('raw'), table('filter')] },
      { name: 'routes', setup: [{ argv: ['ip', '-batch', '-'], kernel: true, stdin: routes(10_000) }] },
    ],
    figures: [
      {
        name: SENT,
        how: 'a UDP packet of 46 bytes from sendmmsg to the driver, without any rule',
        variant: 'bare',
        per: 1,
      },
      {
        name: 'route look-up',
        how: 'a socket that names its destination with each packet, less one that is connected and keeps its route',
        variant: 'bare',
        base: 'connected',
        per: 1,
        counts: { routeLookups: 1 },
      },
      {
        name: 'route look-up, 10,000 routes more',
        how: 'the same with 10,000 other /24 in the table',
        variant: 'routes',
        base: 'connected',
        per: 1,
        counts: { routeLookups: 1 },
      },
      {
        name: 'hook function with an empty table',
        how: 'raw and filter without rules in OUTPUT, less no table, each',
        variant: 'raw-filter',
        base: 'bare',
        per: 2,
      },
    ],
  };
}

const routes = (count) =>
  Array.from({ length: count }, (_, i) => `route add 11.${i >> 8}.${i & 255}.0/24 via 10.99.0.2`).join('\n') + '\n';

const SETS = 10;
const MEMBERS = [1000, 4000, 10_000, 20_000, 40_000];

function setsGroup(members = MEMBERS) {
  const dotted = (i) => `10.64.${(i >> 8) & 255}.${i & 255}`;
  const sets = (each) => ({
    argv: ['ipset', 'restore'],
    stdin: Array.from({ length: SETS }, (_, s) => [
      `create s${s} hash:ip,port maxelem 262144`,
      ...Array.from({ length: each }, (_, i) => `add s${s} ${dotted(i + 1)},udp:${s + 1}`),
    ])
      .flat()
      .concat('')
      .join('\n'),
  });
  // A set of addresses whose member the packet is: found at the first look-up.
  const destinations = (count) => ({
    argv: ['ipset', 'restore'],
    stdin: [
      'create found hash:ip,port maxelem 262144',
      ...Array.from({ length: count }, (_, i) => `add found ${dotted(i)},udp:80`),
      '',
    ].join('\n'),
  });
  const asked = (where) => output(SETS, (i) => `${where(i)} -m set --match-set s${i} dst,dst -j ACCEPT`).setup;
  const applies = asked(() => '-d 10.64.0.0/10');
  const not = asked((i) => `-d ${elsewhere(i)}/32`);
  const found = (where) => output(1, (i) => `${where(i)} -m set --match-set found dst,dst -j ACCEPT`).setup;
  return {
    name: 'sets',
    variants: [
      { name: 'not', setup: [sets(1), ...not] },
      { name: 'empty', setup: [sets(0), ...applies] },
      { name: 'small', setup: [sets(10), ...applies] },
      { name: 'large', setup: [sets(4000), ...applies] },
      ...members.flatMap((flows) => [
        { name: `cold-not-${flows}`, flows, setup: [destinations(flows), ...found((i) => `-d ${elsewhere(i)}/32`)] },
        { name: `cold-${flows}`, flows, setup: [destinations(flows), ...found(() => '-d 10.64.0.0/10')] },
      ]),
    ],
    figures: [
      ...[
        ['empty', 'empty'],
        ['small', 'of 10 members'],
        ['large', 'of 4000 members'],
      ].map(([variant, what]) => ({
        name: `set look-up, hot, set ${what}`,
        how: `${SETS} rules of a set each (hash:ip,port, ${what}, a miss), same packet over and over, less ${SETS} rules that do not ask theirs, each; its match call included`,
        variant,
        base: 'not',
        per: SETS,
      })),
      ...members.map((count) => ({
        name: `set look-up, cold, set of ${count} members`,
        how: `${count} destinations in turn, one rule that finds each in a hash:ip,port of them, less a rule that does not ask; its match call included`,
        variant: `cold-${count}`,
        base: `cold-not-${count}`,
        per: 1,
      })),
    ],
  };
}

const FRESH = 8000;

function establishedGroup(flows) {
  return {
    name: `established-${flows}`,
    tracks: flows,
    variants: [
      { name: 'untracked', flows, setup: [UNTRACKED] },
      { name: 'tracked', flows, setup: [TRACKED, LONG_TIMEOUT] },
    ],
    figures: [
      {
        name: `conntrack look-up, ${flows} flows`,
        how: `packets of ${flows} flows in turn, tracked, less untracked`,
        variant: 'tracked',
        base: 'untracked',
        per: 1,
      },
    ],
  };
}

function insertGroup(flows) {
  return {
    name: `new-${flows}`,
    tracks: flows + FRESH,
    variants: [
      { name: 'untracked', flows: flows + FRESH, setup: [UNTRACKED] },
      { name: 'new', flows, fresh: FRESH, count: true, setup: [TRACKED, LONG_TIMEOUT] },
    ],
    figures: [
      {
        name: `conntrack insert, ${flows} flows there`,
        how: `the first packets of ${FRESH} flows with ${flows} in the table, less untracked packets of as many`,
        variant: 'new',
        base: 'untracked',
        per: 1,
      },
    ],
  };
}

/** Walks of first packets, whose connections take a part of the caches, beside walks of as many packets without any. */
function firstWalkGroup(shape, sizes) {
  const { bytes, what, rule } = SHAPES[shape];
  const flows = 1000;
  const fresh = 2048;
  const text = (i) => `${rule(elsewhere(i), i)} -j ACCEPT`;
  const inNat = (count) => Array.from({ length: count }, (_, i) => `-A OUTPUT ${text(i)}`);
  return {
    name: `first-walk-${shape}`,
    tracks: (sizes.length + 1) * (flows + fresh),
    variants: [0, ...sizes].flatMap((count) => [
      { name: `mangle-${count}`, flows: fresh, setup: output(count, text).setup },
      { name: `nat-${count}`, flows, fresh, setup: [TRACKED, LONG_TIMEOUT, nat(...inNat(count))] },
    ]),
    figures: sizes.flatMap((count) =>
      [
        ['mangle', `by ${fresh} flows`, 'packets of so many flows in turn'],
        ['nat', 'by first packets', 'first packets of as many'],
      ].map(([table, who, packets]) => ({
        name: `rule visited ${who}, ${bytes} B (${shape}), ${count} rules`,
        how: `${table} OUTPUT with ${count} rules ${what}, less with none, a rule; ${packets}`,
        variant: `${table}-${count}`,
        base: `${table}-0`,
        per: count,
      })),
    ),
  };
}

/** Two null bindings ask twice whether a tuple is free: what that takes where chains are longer. */
function natLoadGroup(flows) {
  const nat0 = natGroup(flows);
  const names = ['new', 'new-null'];
  const figure = nat0.figures.find(({ variant }) => variant === 'new-null');
  return {
    name: `nat-${flows}`,
    tracks: names.length * (flows + FRESH),
    // Both have their connections in the kernel's one hash table.
    sharers: names.length,
    variants: nat0.variants.filter(({ name }) => names.includes(name)),
    figures: [{ ...figure, name: `${figure.name}, ${flows} flows there` }],
  };
}

/** The way in, and through: a veth into a namespace that drops, routes or forwards what comes. */
function receiveGroup() {
  const drop = (table, hook) => [
    {
      argv: ['iptables-legacy-restore', '-w'],
      stdin: `*${table}\n:${hook} ACCEPT [0:0]\n-A ${hook} -j DROP\nCOMMIT\n`,
    },
  ];
  const dropped = { tables: 1, hookFunctions: 1, rules: 1, ruleBytes: 152, dropped: 1 };
  return {
    name: 'receive',
    variants: [
      { name: 'sent' },
      { name: 'received', hops: [drop('raw', 'PREROUTING')] },
      { name: 'routed', hops: [drop('filter', 'FORWARD')] },
      { name: 'forwarded', hops: [[]] },
      { name: 'twice', hops: [[], []] },
    ],
    figures: [
      {
        name: 'packet received',
        how: 'through a veth into another namespace, whose table raw drops it, less into a device that drops it; a softirq for each',
        variant: 'received',
        base: 'sent',
        per: 1,
        counts: { ...dropped, received: 1 },
      },
      {
        name: 'packet received and forwarded',
        how: 'through a veth into another namespace, routed there into a device that drops it, less into such a device here',
        variant: 'forwarded',
        base: 'sent',
        per: 1,
        counts: { received: 1, routeLookups: 1, transmitted: 1 },
      },
      {
        name: 'packet forwarded, once received',
        how: 'that, less dropped in FORWARD of its table filter',
        variant: 'forwarded',
        base: 'routed',
        per: 1,
        counts: { transmitted: 1 },
        baseCounts: dropped,
      },
      {
        name: 'packet received and forwarded within a softirq',
        how: 'through two such namespaces, less through one',
        variant: 'twice',
        base: 'forwarded',
        per: 1,
        counts: { received: 1, routeLookups: 1, transmitted: 1 },
      },
    ],
  };
}

function natGroup(flows) {
  return {
    name: 'nat',
    // All variants share the kernel's one hash table.
    tracks: 2 * flows + 3 * (flows + FRESH),
    variants: [
      { name: 'tracked', flows, setup: [TRACKED, LONG_TIMEOUT] },
      { name: 'rewritten', flows, setup: [TRACKED, LONG_TIMEOUT, ROUTE_BACK, nat(NETMAP)] },
      { name: 'new', flows, fresh: FRESH, setup: [TRACKED, LONG_TIMEOUT] },
      { name: 'new-null', flows, fresh: FRESH, setup: [TRACKED, LONG_TIMEOUT, nat()] },
      { name: 'new-mapped', flows, fresh: FRESH, setup: [TRACKED, LONG_TIMEOUT, ROUTE_BACK, nat(NETMAP)] },
    ],
    figures: [
      {
        name: 'NAT set-up without a match',
        how: `first packets with a nat table whose rules do not apply (two null bindings), less without it, ${flows} flows there`,
        variant: 'new-null',
        base: 'new',
        per: 1,
      },
      {
        name: 'NAT set-up with a match',
        how: 'first packets that NETMAP sends elsewhere (DNAT, header and route anew), less without a nat table',
        variant: 'new-mapped',
        base: 'new',
        per: 1,
      },
      {
        name: 'NAT rewrite, established',
        how: `later packets of ${flows} flows that NETMAP sends elsewhere, less tracked only`,
        variant: 'rewritten',
        base: 'tracked',
        per: 1,
      },
    ],
  };
}

const KUBE_SERVICES = 1000;

/** Whole rule sets of kube-proxy, whose packets go nowhere in particular: the sum of what is priced one by one. */
function kubeGroup(mode, { iptablesSave, ipsetSave }) {
  const setup = [
    ...(ipsetSave === undefined || ipsetSave === '' ? [] : [{ argv: ['ipset', 'restore'], stdin: ipsetSave }]),
    { argv: ['iptables-legacy-restore', '-w'], stdin: iptablesSave },
    LONG_TIMEOUT,
  ];
  const flows = 1000;
  const what = `kube-proxy rules of ${KUBE_SERVICES} Services in ${mode} mode, packets from the node to no Service`;
  return {
    name: `kube-${mode}`,
    tracks: 2 * flows + FRESH,
    variants: [
      { name: 'bare', flows },
      { name: 'bare-new', flows: flows + FRESH },
      { name: 'established', flows, setup },
      { name: 'new', flows, fresh: FRESH, setup },
    ],
    figures: [
      {
        name: `established packet, ${mode} mode`,
        how: `${what}, less without rules`,
        variant: 'established',
        base: 'bare',
        per: 1,
      },
      {
        name: `first packet, ${mode} mode`,
        how: `${what}, less without rules`,
        variant: 'new',
        base: 'bare-new',
        per: 1,
      },
    ],
  };
}

/**
 * Tools, timed by the clock. `text(services)` is what kube-proxy restores, `resizes` how often a set's table is doubled
 * by what `ipset restore` reads.
 */
function updatesGroup(sizes, text, resizes) {
  const variants = [];
  const figures = [];
  const add = (name, what, how, update, variant) => {
    variants.push({ name, ...variant });
    figures.push({ name: what, how, variant: name, per: 1, update });
  };
  for (const services of sizes) {
    const all = { argv: ['iptables-legacy-restore', '-w'], stdin: text(services) };
    const rules = all.stdin.split('\n').filter((line) => line.startsWith('-A')).length;
    const natRules = all.stdin
      .slice(all.stdin.indexOf('*nat'))
      .split('COMMIT')[0]
      .split('\n')
      .filter((line) => line.startsWith('-A')).length;
    add(
      `restore-${services}`,
      `iptables-restore of ${rules} rules`,
      'kube-proxy rules, whole tables',
      { kind: 'iptables', lines: rules, tableRules: rules },
      { timed: [all] },
    );
    add(
      `append-${services}`,
      `iptables -A, ${natRules} rules in nat`,
      'one rule more',
      { kind: 'iptables', lines: 1, tableRules: natRules },
      {
        setup: [all],
        timed: [
          { argv: ['iptables-legacy', '-w', '-t', 'nat', '-A', 'KUBE-SERVICES', '-d', '10.1.2.3/32', '-j', 'RETURN'] },
        ],
      },
    );
  }
  for (const members of sizes.map((services) => 4 * services)) {
    const lines = Array.from({ length: members }, (_, i) => `add s 10.1.${i >> 8}.${i & 255},tcp:80`);
    const into = (hashsize) => ({
      argv: ['ipset', 'restore'],
      stdin: [`create s hash:ip,port hashsize ${hashsize} maxelem 262144`, ...lines, ''].join('\n'),
    });
    const fill = into(1024);
    add(
      `set-${members}`,
      `ipset restore of ${members} members`,
      'into a new hash:ip,port of 1,024 buckets',
      { kind: 'ipset', members, resizes: resizes(fill.stdin) },
      { before: [{ argv: ['ipset', 'destroy'] }], timed: [fill] },
    );
    add(
      `wide-${members}`,
      `ipset restore of ${members} members, no resize`,
      'into a new hash:ip,port of 65,536 buckets',
      { kind: 'ipset', members },
      { before: [{ argv: ['ipset', 'destroy'] }], timed: [into(65_536)] },
    );
    add(
      `member-${members}`,
      `ipset add, ${members} members in the set`,
      'one member more',
      { kind: 'ipset', members: 1 },
      {
        setup: [fill],
        before: [{ argv: ['ipset', '-exist', 'del', 's', '10.9.9.9,tcp:80'] }],
        timed: [{ argv: ['ipset', 'add', 's', '10.9.9.9,tcp:80'] }],
      },
    );
  }
  return { name: 'updates', variants, figures };
}

/**
 * Groups for this kernel.
 *
 * @param connections Entries that conntrack takes (`nf_conntrack_max`); groups that need more are left out.
 * @param kube What kube-proxy restores for so many Services in a mode.
 * @param resizes How often a set's table is doubled by what `ipset restore` reads.
 */
export function kernelGroups({ connections, kube, resizes, quick = false }) {
  const sizes = quick ? [100, 1000] : WALK_SIZES;
  const groups = [
    hooksGroup(),
    callsGroup(),
    ...Object.keys(SHAPES).map((shape) => walkGroup(shape, sizes)),
    setsGroup(quick ? [4000] : MEMBERS),
    ...[1, 1000, 60_000, 240_000].map(establishedGroup),
    ...[1000, 60_000, 230_000].map(insertGroup),
    natGroup(1000),
    natLoadGroup(60_000),
    ...['port', 'kube'].map((shape) => firstWalkGroup(shape, quick ? [1000] : [1000, 10_000])),
    receiveGroup(),
    ...['iptables', 'ipvs'].map((mode) => kubeGroup(mode, kube(KUBE_SERVICES, mode))),
    nftablesGroup(quick ? [4000] : [5000, 10_000, 30_000], {
      flows: 1000,
      fresh: 2048,
      setup: [LONG_TIMEOUT, { argv: ['ip', 'route', 'add', '10.128.0.0/9', 'via', '10.99.0.2'] }],
    }),
    updatesGroup(quick ? [125] : [125, 1250, 5000], (services) => kube(services, 'iptables').iptablesSave, resizes),
  ];
  return groups.filter((group) => (group.tracks ?? 0) <= connections && (!quick || (group.tracks ?? 0) <= 20_000));
}

const NEW_A_RUN = 1024;

/** IPVS and what it is compared with, in user-mode Linux: packets of a raw socket, a client port for each flow. */
export function ipvsGroups() {
  const groups = [];
  for (const services of [1, 1000, 10_000]) {
    const lines = [];
    for (let i = 0; i < services; i++) {
      const address = `10.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
      lines.push(`-A -u ${address}:80 -s rr`, `-a -u ${address}:80 -r 10.128.0.1:8080 -m`);
    }
    const ipvs = { setup: [ROUTE_BACK, { argv: ['ipvsadm', '-R'], stdin: lines.join('\n') + '\n' }] };
    const flows = { services, flows: NEW_A_RUN };
    groups.push({
      name: `ipvs-${services}`,
      variants: [
        { name: 'sent', ...flows },
        { name: 'tracked', ...flows, setup: [TRACKED, LONG_TIMEOUT] },
        { name: 'new', ...flows, fresh: NEW_A_RUN, once: true, setup: [TRACKED, LONG_TIMEOUT] },
        { name: 'ipvs', ...flows, ...ipvs },
        { name: 'ipvs-new', ...flows, fresh: NEW_A_RUN, once: true, ...ipvs },
      ],
      figures: [
        [
          'ipvs',
          `IPVS, established, ${services} services`,
          'tracked',
          'packets of established flows through IPVS, less sent alone',
        ],
        [
          'ipvs-new',
          `IPVS, new connection, ${services} services`,
          'new',
          'first packets through IPVS (rr, one server, NAT), less sent alone',
        ],
      ].map(([variant, name, against, how]) => ({ name, how, variant, base: 'sent', per: 1, against })),
    });
  }
  return groups;
}

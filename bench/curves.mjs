// The priced model beside the kernel: the same rules, sets and connections, counted here and timed on Linux 6.18.
//
//   node bench/curves.mjs [--most 40000]
//
// Timed there: UDP packets sent over veth in a network namespace in batches of 64, shortest of 5 to 31 runs. Counted here:
// one such packet through the same rules, sent by the host. Two of the timed rows were taken while other programs ran;
// they are not compared.
import {
  formatIpv4,
  ipv4FromBits,
  LINUX_6_18_MEASURED,
  Packet,
  price,
  Simulation,
  udpHeader,
} from '../packages/core/dist/index.js';
import { Node } from '../packages/scenario/dist/index.js';
import { device, shellOf } from './lib/host.mjs';
import { option, report, round } from './lib/measure.mjs';

const SIZES = [0, 100, 1000, 5000, 10_000, 20_000, 40_000];
const most = Number(option('most', '40000'));
const address = (i) => formatIpv4(0x0a60_0001 + i);
const COMMENT = '-m comment --comment "ns/svc:http cluster IP"';

/** Nanoseconds of one packet by number of rules, and the rule that was there so many times. */
const WALKS = {
  'address, tcp port, comment: 488 bytes': {
    rule: (i) => `-d ${address(i)}/32 -p tcp ${COMMENT} -m tcp --dport 80 -j GONE`,
    measured: [1239, 1705, 7365, 71_059, 178_397, 348_736, 733_367],
  },
  'address, tcp port: 200 bytes': {
    rule: (i) => `-d ${address(i)}/32 -p tcp -m tcp --dport 80 -j GONE`,
    measured: [1224, 1652, 6358, 29_796, 89_556, 174_580, 358_491],
  },
  'address: 152 bytes': {
    rule: (i) => `-d ${address(i)}/32 -j GONE`,
    measured: [1198, 1638, 6669, 26_099, 69_069, 139_795, 270_779],
  },
  'udp port, match called: 200 bytes': {
    rule: (i) => `-p udp -m udp --dport ${10_000 + i} -j GONE`,
    measured: [1210, 2742, 15_621, 62_296, 118_463, 235_822, 479_961],
  },
  'udp port, match called, comment: 488 bytes': {
    rule: (i) => `-p udp ${COMMENT} -m udp --dport ${10_000 + i} -j GONE`,
    measured: [1191, 2839, 16_324, 95_993, 199_932, 445_031, undefined],
  },
  'new connection, nat, 488 bytes': {
    table: 'nat',
    rule: (i) => `-d ${address(i)}/32 -p tcp ${COMMENT} -m tcp --dport 80 -j GONE`,
    measured: [3612, 4760, 9751, 89_842, 190_655, 369_061, undefined],
  },
  'new connection, nat, 200 bytes': {
    table: 'nat',
    rule: (i) => `-d ${address(i)}/32 -p tcp -m tcp --dport 80 -j GONE`,
    measured: [3827, 5241, 10_782, 38_740, 112_245, 209_915, 410_784],
  },
};

function nodeOf(rules, sets = '') {
  const node = new Node(new Simulation({ seed: 1 }));
  const sh = shellOf(node);
  node.host.configure((config) => {
    config.interfaces.push(device('v0', 0x0a40_0001, 24));
  });
  sh('sysctl -w net.netfilter.nf_conntrack_max=1048576');
  if (sets !== '') sh('ipset restore', sets);
  if (rules !== '') sh('iptables-restore', rules);
  return node;
}

/** Sends a datagram and gives what it counted. */
function sent(node, port, target = 0x0a40_0002) {
  const { host } = node;
  const before = host.meter.snapshot();
  host.send(
    new Packet({
      src: ipv4FromBits(0x0a40_0001),
      dst: ipv4FromBits(target),
      protocol: 17,
      transport: udpHeader(port, 9, 18),
      payloadLength: 18,
    }),
  );
  return host.meter.since(before);
}

function say(curve, what, count, ns, measured, probes) {
  report({
    experiment: 'curves',
    curve,
    what,
    count,
    ...(probes === undefined ? {} : { probes }),
    'model ns': round(ns),
    'measured ns': measured,
    ratio: round(ns / measured),
  });
}

for (const [what, { table = 'mangle', rule, measured }] of Object.entries(WALKS)) {
  let offset = 0;
  for (const [i, count] of SIZES.entries()) {
    if (count > most || measured[i] === undefined) continue;
    const rules = Array.from({ length: count }, (_, at) => `-A OUTPUT ${rule(at)}`);
    // The nat table is entered only where connections are tracked; there a rule asks for it.
    const tracked = table === 'nat' ? '*filter\n-A INPUT -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n' : '';
    const node = nodeOf(`*${table}\n:GONE - [0:0]\n${rules.join('\n')}\nCOMMIT\n${tracked}`);
    const ns = price(LINUX_6_18_MEASURED, sent(node, 5000));
    // What a new connection costs without rules was timed twice, at 2,306 ns (below) and at 3,612: the walk is compared.
    if (table === 'nat' && count === 0) offset = measured[0] - ns;
    else say('walk', what, count, ns + offset, measured[i]);
  }
}

const SETS = [1494, 1664, 1749, 1655, 2539, 2284, 2092];
let setOffset = 0;
for (const [i, count] of SIZES.entries()) {
  if (count > most) continue;
  const members = Array.from({ length: count }, (_, at) => `add s ${address(at)},udp:80`);
  const node = nodeOf(
    '*mangle\n-A OUTPUT -m set --match-set s dst,dst -j DROP\nCOMMIT\n',
    ['create s hash:ip,port maxelem 65536', ...members, ''].join('\n'),
  );
  const counts = sent(node, 5000);
  const ns = price(LINUX_6_18_MEASURED, counts);
  // A packet without the set was not timed in that run: what members add is compared.
  if (count === 0) setOffset = SETS[0] - ns;
  else say('hash', 'one rule with an ipset of so many members', count, ns + setOffset, SETS[i], counts.setProbes);
}

// What conntrack adds to a packet of a flow among so many, and to the first packet of one.
const TRACKED = '*filter\n-A INPUT -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n';
const NAT = `${TRACKED}*nat\n-A OUTPUT -p udp -m udp --dport 10 -j DNAT --to-destination 10.64.0.3\nCOMMIT\n`;
const DNAT = `${TRACKED}*nat\n-A OUTPUT -p udp -m udp --dport 9 -j DNAT --to-destination 10.64.0.3\nCOMMIT\n`;
// The same table without anything that asks for connections.
const UNTRACKED = '*filter\n-A INPUT -p sctp -j DROP\nCOMMIT\n';
const base = price(LINUX_6_18_MEASURED, sent(nodeOf(UNTRACKED), 5000));

/** The mean price of packets over flows, above one without conntrack: first ones while the table fills, or later ones. */
function added(rules, flows, which) {
  const node = nodeOf(rules);
  shellOf(node)('sysctl -w net.netfilter.nf_conntrack_buckets=262144');
  const send = (i) => sent(node, 1024 + (i % 60_000), 0x0a40_0002 + Math.floor(i / 60_000));
  let first = 0;
  for (let i = 0; i < flows; i++) first += price(LINUX_6_18_MEASURED, send(i));
  if (which === 'new') return first / flows - base;
  let later = 0;
  const samples = Math.min(flows, 20_000);
  for (let i = 0; i < samples; i++) later += price(LINUX_6_18_MEASURED, send(Math.floor((i * flows) / samples)));
  return later / samples - base;
}

for (const [what, rules, flows, which, measured] of [
  ['established, added by conntrack', TRACKED, 1000, 'later', 307],
  ['established, added by conntrack', TRACKED, 60_000, 'later', 408],
  ['established, added by conntrack', TRACKED, 240_000, 'later', 612],
  ['new, added by conntrack', TRACKED, 60_000, 'new', 1069],
  ['new, added by conntrack', TRACKED, 240_000, 'new', 1520],
  ['new, added by conntrack and a nat table without a match', NAT, 60_000, 'new', 1115],
  ['new, added by conntrack and DNAT', DNAT, 60_000, 'new', 1404],
  ['established, added by conntrack and DNAT', DNAT, 60_000, 'later', 757],
]) {
  if (flows > most * 6) continue;
  say('conntrack', what, flows, added(rules, flows, which), measured);
}

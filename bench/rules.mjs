// One look-up in a long chain: by the index, by the plain walk, and by the loop over an array of objects that anybody
// would write first. All find the same rule and visit as many, or the program says so and ends.
//
//   node bench/rules.mjs [--rules 40000] [--shapes 8] [--way index | walk | objects]
import { formatIpv4, Hook, ipv4FromBits, Packet, Simulation, tcpHeader } from '../packages/core/dist/index.js';
import { Node } from '../packages/scenario/dist/index.js';
import { calibration, option, processorTime, report, round, xorshift } from './lib/measure.mjs';

const count = Number(option('rules', '40000'));
const shapes = Number(option('shapes', '8'));
const way = option('way', 'index');
const seed = Number(option('seed', '1'));
const PACKETS = 4096;
const ROUNDS = 10;
const TCP = 6;
/** Of that many packets one finds nothing. */
const MISS = 10;

const maskOf = (length) => (length === 0 ? 0 : -1 << (32 - length));
const random = xorshift(seed * 7919);

/** Lengths of source and destination prefix, and whether there is a port. */
const SHAPES = [
  { src: 0, dst: 32, port: true },
  { src: 0, dst: 32, port: false },
  { src: 0, dst: 24, port: true },
  { src: 32, dst: 0, port: true },
  { src: 24, dst: 32, port: true },
  { src: 32, dst: 32, port: false },
  { src: 16, dst: 24, port: true },
  { src: 0, dst: 28, port: false },
].slice(0, shapes);

/** Every rule has a network of its own, so that a packet for one is for no other. */
const rules = Array.from({ length: count }, (_, i) => {
  const shape = SHAPES[i % SHAPES.length];
  return {
    src: shape.src,
    dst: shape.dst,
    port: shape.port,
    srcNetwork: ((0x2000_0000 + i * 65_536) | 0) & maskOf(shape.src),
    srcMask: maskOf(shape.src),
    dstNetwork: ((0x6000_0000 + i * 256) | 0) & maskOf(shape.dst),
    dstMask: maskOf(shape.dst),
    dport: shape.port ? 80 : -1,
  };
});
const lineOf = ({ src, dst, srcNetwork, dstNetwork, port }) =>
  `-A FORWARD${src > 0 ? ` -s ${formatIpv4(srcNetwork)}/${src}` : ''}${dst > 0 ? ` -d ${formatIpv4(dstNetwork)}/${dst}` : ''} -p tcp${port ? ' -m tcp --dport 80' : ''} -j DROP`;

const packets = Array.from({ length: PACKETS }, () => {
  const { srcNetwork, dstNetwork } = rules[random() % count];
  const isMiss = random() % MISS === 0;
  return new Packet({
    src: ipv4FromBits(isMiss ? 1 : srcNetwork | 1),
    dst: ipv4FromBits(isMiss ? 2 : dstNetwork),
    protocol: TCP,
    transport: tcpHeader({ sport: 1024, dport: 80 }),
  });
});

/** The position of the first rule for a packet, or how many there are. */
function byObjects(packet) {
  const src = packet.src | 0;
  const dst = packet.dst | 0;
  const { dport } = packet.transport;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i];
    if ((src & rule.srcMask) !== rule.srcNetwork) continue;
    if ((dst & rule.dstMask) !== rule.dstNetwork) continue;
    if (rule.dport >= 0 && rule.dport !== dport) continue;
    return i;
  }
  return rules.length;
}

const node = new Node(new Simulation({ seed }));
const { status, stderr } = node.run(['iptables-restore'], `*filter\n${rules.map(lineOf).join('\n')}\nCOMMIT\n`);
if (status !== 0) throw new Error(stderr);
node.netfilter.usesIndex = way !== 'walk';
const { host } = node;
const walk = host.hooks.list('ipv4', Hook.FORWARD).find(({ name }) => name === 'iptable_filter').fn;
const state = { hook: Hook.FORWARD, family: 'ipv4', inDevice: undefined, outDevice: undefined, host };

for (const packet of packets.slice(0, 200)) {
  const before = host.meter.rules;
  const dropped = walk(packet, state).kind === 'drop';
  const expected = byObjects(packet);
  const visited = host.meter.rules - before;
  if (dropped !== expected < count || visited !== Math.min(expected + 1, count)) {
    throw new Error(`${visited} rules visited, and the plain loop finds number ${expected + 1}`);
  }
}
const look = way === 'objects' ? byObjects : (packet) => walk(packet, state);
let best = Number.POSITIVE_INFINITY;
const some = way === 'index' ? PACKETS : Math.max(20, Math.min(PACKETS, Math.floor(4e6 / count)));
for (let turn = 0; turn < ROUNDS; turn++) {
  const start = processorTime();
  for (let i = 0; i < some; i++) look(packets[i]);
  if (way === 'index') for (let again = 0; again < 9; again++) for (let i = 0; i < some; i++) look(packets[i]);
  best = Math.min(best, (processorTime() - start) / (way === 'index' ? some * 10 : some));
}
let walked = 0;
for (let i = 0; i < some; i++) walked += Math.min(byObjects(packets[i]) + 1, count);
report({
  experiment: 'rules',
  seed,
  way,
  rules: count,
  shapes,
  'ns a look-up': round(best),
  'look-ups/s': Math.round(1e9 / best),
  'rules visited': round(walked / some),
  'ns a rule': round(best / (walked / some)),
  'calibration ns': calibration(),
});

// Packets through the whole host with many Services, most of established connections, in both directions: by index, by a plain walk, or traced.
//
//   node --expose-gc bench/throughput.mjs [--services 10000] [--new 0.05] [--packets 100000] [--tracing | --linear]
//   node --expose-gc bench/one-file.mjs throughput.mjs [--packages] ...     # as the command runs, or as npm has the packages
import { inlineMore } from '../packages/cli/dist/inlining.js';
import { ipv4FromBits, Packet, TCP_FLAG, Trace, tcpHeader } from '../packages/core/dist/index.js';
import { CLIENTS, CLUSTER_IPS, nodeWith, rendered } from './lib/cluster.mjs';
import { calibration, option, report, round, timed, xorshift } from './lib/measure.mjs';

const services = Number(option('services', '10000'));
const share = Number(option('new', '0.05'));
const mode = option('mode', 'iptables');
const tracing = process.argv.includes('--tracing');
const linear = process.argv.includes('--linear');
const packets = Number(option('packets', tracing || linear ? '2000' : '20000'));
const seed = Number(option('seed', '1'));
const ROUNDS = 10;
const OPENED = Number(option('flows', '20000'));
/** Integers a connection: client, its port, Service, what the other end sees of the four, and whose turn it is. */
const FLOW = 8;
/** Integers a packet that is to come: addresses, ports, flags, both numbers, and its connection if it is the first of it. */
const SHOT = 7;

const { host, netfilter } = nodeWith(rendered(services, mode), seed);
// What the command does before it plays packets.
if (process.argv.includes('--one-file')) inlineMore();
// The node of kube-proxy takes no such option: the plain walk is there for comparison only.
netfilter.usesIndex = !linear;
const device = host.device('eth0');
const random = xorshift(12_345);
const ends = new Int32Array((OPENED + Math.ceil(packets * ROUNDS * share * 1.2) + 100) * FLOW);
/** Connections that are there, and those that were begun in the round at hand: they go on in the next one. */
let flows = 0;
let begun = 0;
// What is played next is written down before the clock starts, as a capture is: the host is measured, not who invents it.
const shots = new Int32Array(Math.max(packets, OPENED) * SHOT);
let count = 0;
function shoot(src, dst, sport, dport, flags, seq, ack, flow) {
  const at = count++ * SHOT;
  shots[at] = src;
  shots[at + 1] = dst;
  shots[at + 2] = (sport << 16) | dport;
  shots[at + 3] = flags;
  shots[at + 4] = seq;
  shots[at + 5] = ack;
  shots[at + 6] = flow;
}
/** The first packet of a connection: a client, its port, and a Service. */
function open() {
  const flow = begun++;
  const at = flow * FLOW;
  ends[at] = CLIENTS + (flow >>> 14);
  ends[at + 1] = 1024 + (flow & 0x3fff);
  ends[at + 2] = CLUSTER_IPS + (random() % services);
  ends[at + 7] = 1;
  shoot(ends[at], ends[at + 2], ends[at + 1], 80, TCP_FLAG.SYN, 100, 0, flow);
}
/** The next one of a connection: the rest of the handshake, then acknowledgements of both sides in turn. */
function goOn(flow) {
  const at = flow * FLOW;
  const turn = ends[at + 7]++;
  if (turn % 2 === 0) return shoot(ends[at], ends[at + 2], ends[at + 1], 80, TCP_FLAG.ACK, 101, 501, -1);
  const flags = turn === 1 ? TCP_FLAG.SYN | TCP_FLAG.ACK : TCP_FLAG.ACK;
  const ports = ends[at + 5];
  shoot(ends[at + 4], ends[at + 3], ports & 0xffff, ports >>> 16, flags, turn === 1 ? 500 : 501, 101, -1);
}
/** Plays what is written down. */
function play() {
  for (let i = 0; i < count; i++) {
    const at = i * SHOT;
    const ports = shots[at + 2];
    const packet = new Packet({
      src: ipv4FromBits(shots[at]),
      dst: ipv4FromBits(shots[at + 1]),
      protocol: 6,
      transport: tcpHeader({
        sport: ports >>> 16,
        dport: ports & 0xffff,
        seq: shots[at + 4],
        ack: shots[at + 5],
        flags: shots[at + 3],
      }),
    });
    if (tracing) packet.trace = new Trace(packet);
    host.receive(device, packet);
    const flow = shots[at + 6];
    if (flow < 0) continue;
    // As it left, rewritten: what the other end answers.
    ends[flow * FLOW + 3] = Number(packet.src);
    ends[flow * FLOW + 4] = Number(packet.dst);
    ends[flow * FLOW + 5] = (packet.transport.sport << 16) | packet.transport.dport;
  }
  count = 0;
  flows = begun;
}
for (let i = 0; i < OPENED; i++) open();
play();
for (let turn = 0; turn < 2; turn++) {
  for (let flow = 0; flow < OPENED; flow++) goOn(flow);
  play();
}
const before = host.meter.snapshot();
let best = Number.POSITIVE_INFINITY;
for (let turn = 0; turn < ROUNDS; turn++) {
  for (let i = 0; i < packets; i++) {
    if (random() % 1e6 < share * 1e6) open();
    else goOn(random() % flows);
  }
  best = Math.min(best, timed(play) / packets);
}
const counted = host.meter.since(before);
report({
  experiment: 'throughput',
  seed,
  mode,
  services,
  'new connections': share,
  tracing,
  linear,
  'one file': process.argv.includes('--one-file'),
  'file a package': process.argv.includes('--packages'),
  'ns a packet': round(best),
  'packets/s': Math.round(1e9 / best),
  'rules a packet': round(counted.rules / counted.received),
  'passed on': counted.transmitted === counted.received,
  'rss MB': round(process.memoryUsage().rss / 1e6),
  'calibration ns': calibration(),
});

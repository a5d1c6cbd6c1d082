// Packets through the whole host with many Services, most of established connections, in both directions: by index, by a plain walk, or traced.
//
//   node --expose-gc bench/throughput.mjs [--services 10000] [--new 0.05] [--packets 100000] [--tracing | --linear]
import { TCP_FLAG, Trace } from '../packages/core/dist/index.js';
import { answer, nodeWith, rendered, segment } from './lib/cluster.mjs';
import { calibration, option, processorTime, report, round, xorshift } from './lib/measure.mjs';

const services = Number(option('services', '10000'));
const share = Number(option('new', '0.05'));
const mode = option('mode', 'iptables');
const tracing = process.argv.includes('--tracing');
const linear = process.argv.includes('--linear');
const packets = Number(option('packets', tracing || linear ? '2000' : '20000'));
const seed = Number(option('seed', '1'));
const ROUNDS = 10;
const OPENED = Number(option('flows', '20000'));
/** Integers a connection, a cache line; room for those to come. */
const FLOW = 16;

const { host, netfilter } = nodeWith(rendered(services, mode), seed);
// The node of kube-proxy takes no such option: the plain walk is there for comparison only.
netfilter.usesIndex = !linear;
const device = host.device('eth0');
const random = xorshift(12_345);
/** Where the last packet went: what the other end of a connection answers. */
let out;
host.observe((event) => {
  if (event.kind === 'transmit') out = event.packet;
});
const ends = new Int32Array((OPENED + Math.ceil(packets * ROUNDS * share * 1.2) + 100) * FLOW);
let flows = 0;
function receive(packet) {
  if (tracing) packet.trace = new Trace(packet);
  host.receive(device, packet);
}
/** The first packet of a connection: a client, its port, and a Service. */
function open() {
  const at = flows * FLOW;
  ends[at] = flows >>> 14;
  ends[at + 1] = 1024 + (flows & 0x3fff);
  ends[at + 2] = random() % services;
  receive(segment(ends[at], ends[at + 1], ends[at + 2]));
  ends[at + 3] = out.src;
  ends[at + 4] = out.dst;
  ends[at + 5] = out.transport.sport;
  ends[at + 6] = out.transport.dport;
  ends[at + 7] = 1;
  flows++;
}
/** The next one of a connection: the rest of the handshake, then acknowledgements of both sides in turn. */
function goOn(flow) {
  const at = flow * FLOW;
  const turn = ends[at + 7]++;
  if (turn % 2 === 0) receive(segment(ends[at], ends[at + 1], ends[at + 2], TCP_FLAG.ACK, 101, 501));
  else {
    const flags = turn === 1 ? TCP_FLAG.SYN | TCP_FLAG.ACK : TCP_FLAG.ACK;
    receive(answer(ends[at + 3], ends[at + 4], ends[at + 5], ends[at + 6], flags, turn === 1 ? 500 : 501));
  }
}
for (let i = 0; i < OPENED; i++) {
  open();
  goOn(i);
  goOn(i);
}
const before = host.meter.snapshot();
let best = Number.POSITIVE_INFINITY;
for (let turn = 0; turn < ROUNDS; turn++) {
  const start = processorTime();
  for (let i = 0; i < packets; i++) {
    if (random() % 1e6 < share * 1e6) open();
    else goOn(random() % flows);
  }
  best = Math.min(best, (processorTime() - start) / packets);
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
  'ns a packet': round(best),
  'packets/s': Math.round(1e9 / best),
  'rules a packet': round(counted.rules / counted.received),
  'passed on': counted.transmitted === counted.received,
  'rss MB': round(process.memoryUsage().rss / 1e6),
  'calibration ns': calibration(),
});

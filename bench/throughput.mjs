// Packets through the whole host with many Services, most of established connections: by index, by a plain walk, or traced.
//
//   node --expose-gc bench/throughput.mjs [--services 10000] [--new 0.05] [--packets 100000] [--tracing | --linear]
import { Trace } from '../packages/core/dist/index.js';
import { nodeWith, rendered, segment } from './lib/cluster.mjs';
import { calibration, option, processorTime, report, round, xorshift } from './lib/measure.mjs';

const services = Number(option('services', '10000'));
const share = Number(option('new', '0.05'));
const mode = option('mode', 'iptables');
const tracing = process.argv.includes('--tracing');
const linear = process.argv.includes('--linear');
const packets = Number(option('packets', tracing || linear ? '5000' : '100000'));
const seed = Number(option('seed', '1'));
const ROUNDS = 3;
const OPENED = 20_000;

const { host, netfilter } = nodeWith(rendered(services, mode), seed);
// The node of kube-proxy takes no such option: the plain walk is there for comparison only.
netfilter.usesIndex = !linear;
const device = host.device('eth0');
const random = xorshift(12_345);
const flows = [];
/** Two words a connection: client and port, Service. */
function open() {
  const number = flows.length;
  const flow = { client: number >>> 14, port: 1024 + (number & 0x3fff), service: random() % services };
  flows.push(flow);
  return flow;
}
function send(flow) {
  const packet = segment(flow.client, flow.port, flow.service);
  if (tracing) packet.trace = new Trace(packet);
  host.receive(device, packet);
}
for (let i = 0; i < OPENED; i++) {
  const flow = open();
  host.receive(device, segment(flow.client, flow.port, flow.service));
}
const before = host.meter.snapshot();
let best = Number.POSITIVE_INFINITY;
for (let turn = 0; turn < ROUNDS; turn++) {
  const start = processorTime();
  for (let i = 0; i < packets; i++) {
    send(random() % 1e6 < share * 1e6 ? open() : flows[random() % flows.length]);
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

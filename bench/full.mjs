// How long a table of connections lasts, and what each setting buys.
//
//   node bench/full.mjs [--scale 256] [--seconds 20000]
//
// A node with the default table of 262,144 entries sees 1,000 connections a second. Nine of ten end well, and stay in
// TIME_WAIT; one of ten clients vanishes after its request, and its entry waits for the timeout of ESTABLISHED. Table and
// rate are a `scale`th of that here: the times are the same, since entries are rate x lifetime.
import {
  ipv4FromBits,
  LINUX_6_18_MEASURED,
  Packet,
  SECOND,
  Simulation,
  TCP_FLAG,
  tcpHeader,
} from '../packages/core/dist/index.js';
import { Node } from '../packages/scenario/dist/index.js';
import { device, shellOf } from './lib/host.mjs';
import { option, report, round } from './lib/measure.mjs';

const scale = Number(option('scale', '256'));
const seconds = Number(option('seconds', '20000'));
const MAX = 262_144;
const RATE = 1000;
const VANISH = 10;
const { SYN, ACK, FIN, PSH } = TCP_FLAG;

/** Client, server, flags, sequence and acknowledgement of a request that ends well, less what follows if the client goes. */
const OPENING = [
  [true, SYN, 100, 0],
  [false, SYN | ACK, 500, 101],
  [true, ACK | PSH, 101, 501],
  [false, ACK | PSH, 501, 101],
];
const CLOSING = [
  [true, FIN | ACK, 101, 501],
  [false, FIN | ACK, 501, 102],
  [true, ACK, 102, 502],
];

function nodeOf(settings) {
  const node = new Node(new Simulation({ seed: 1 }));
  const sh = shellOf(node);
  node.host.configure((config) => {
    config.interfaces.push(device('eth0', 0x0b00_0001, 8), device('cni0', 0x0af4_0001, 16));
  });
  sh('sysctl -w net.ipv4.ip_forward=1');
  sh('iptables-restore', '*filter\n-A FORWARD -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n');
  for (const [name, value] of Object.entries(settings)) sh(`sysctl -w net.netfilter.${name}=${value}`);
  return node;
}

/** Connections at a steady rate until the table refuses one, or time is up. */
function fill(settings) {
  const { nf_conntrack_max: max = MAX, ...others } = settings;
  const node = nodeOf({ nf_conntrack_max: Math.round(max / scale), ...others });
  const { host } = node;
  const { simulation } = host;
  let firstRefused;
  host.observe((event) => {
    if (event.kind !== 'drop' || event.reason !== 'conntrack-table-full') return;
    firstRefused ??= simulation.now;
  });
  const inside = host.device('cni0');
  const outside = host.device('eth0');
  const gap = Math.round((SECOND * scale) / RATE);
  const server = ipv4FromBits(0x0af4_0105);
  let made = 0;
  for (; firstRefused === undefined && made * gap < seconds * SECOND; made++) {
    simulation.run(made * gap);
    const client = ipv4FromBits(0x0b01_0000 + Math.floor(made / 20_000));
    const port = 10_000 + (made % 20_000);
    for (const [fromClient, flags, seq, ack] of made % VANISH === 0 ? OPENING : [...OPENING, ...CLOSING]) {
      const [sport, dport] = fromClient ? [port, 8080] : [8080, port];
      const [src, dst] = fromClient ? [client, server] : [server, client];
      const transport = tcpHeader({ sport, dport, seq, ack, flags });
      host.receive(fromClient ? outside : inside, new Packet({ src, dst, protocol: 6, transport }));
      if (firstRefused !== undefined) break;
    }
  }
  return { full: firstRefused, entries: node.conntrack.count * scale, max, made };
}

/** How many entries rate and lifetimes come to in the end. */
function steady({
  nf_conntrack_tcp_timeout_established: established = 432_000,
  nf_conntrack_tcp_timeout_time_wait: wait = 120,
}) {
  return Math.round(RATE * ((1 - 1 / VANISH) * wait + (1 / VANISH) * established));
}

const ESTABLISHED = 'nf_conntrack_tcp_timeout_established';
const WAIT = 'nf_conntrack_tcp_timeout_time_wait';
for (const settings of [
  {},
  { nf_conntrack_max: 1_048_576 },
  { nf_conntrack_max: 2_000_000, [ESTABLISHED]: 86_400 },
  { [WAIT]: 30 },
  { [ESTABLISHED]: 86_400 },
  { [ESTABLISHED]: 3600 },
  { [ESTABLISHED]: 600 },
  { [ESTABLISHED]: 600, [WAIT]: 30 },
  { nf_conntrack_max: 1_048_576, [ESTABLISHED]: 600 },
]) {
  const { full, entries, max } = fill(settings);
  const names = Object.entries(settings).map(([name, value]) => `${name.replace('nf_conntrack_', '')}=${value}`);
  const end = steady(settings);
  report({
    experiment: 'full',
    what: 'time to full',
    settings: names.join(', ') || 'defaults',
    'table full after s': full === undefined ? `not within ${seconds}` : round(full / SECOND),
    'entries then': entries,
    'entries in the end': end,
    'share of the table': round(end / max),
    'lasts connections/s': Math.floor((RATE * max) / end),
  });
}

// Cost against load: the same number of buckets, more and more entries.
const BUCKETS = 16_384;
const { conntrackLookups: lookup, conntrackProbes: probe } = LINUX_6_18_MEASURED.prices;
for (const load of [0.25, 0.5, 1, 2, 4, 8]) {
  const node = nodeOf({ nf_conntrack_max: 1_048_576, nf_conntrack_buckets: BUCKETS });
  const { host } = node;
  const count = Math.round((load * BUCKETS) / 2);
  const segment = (i, flags) =>
    new Packet({
      src: ipv4FromBits(0x0b01_0000 + (i >>> 12)),
      dst: ipv4FromBits(0x0af4_0105),
      protocol: 6,
      transport: tcpHeader({ sport: 10_000 + (i & 0xfff), dport: 8080, seq: 100, flags }),
    });
  const outside = host.device('eth0');
  for (let i = 0; i < count; i++) host.receive(outside, segment(i, SYN));
  const average = (work) => {
    const before = host.meter.snapshot();
    const samples = 2000;
    for (let i = 0; i < samples; i++) work(i, samples);
    const counted = host.meter.since(before);
    return round(counted.conntrackProbes / samples);
  };
  const known = average((i, samples) => host.receive(outside, segment(Math.floor((i * count) / samples), SYN)));
  report({
    experiment: 'full',
    what: 'load',
    buckets: BUCKETS,
    connections: count,
    'tuples a bucket': load,
    'entries compared, known': known,
    // A chain is half walked on average before the entry itself is found.
    'expected of an ideal hash': round(1 + load / 2),
    'ns for it': round(lookup.nanoseconds + probe.nanoseconds * known),
  });
}

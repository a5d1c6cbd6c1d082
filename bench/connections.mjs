// A million connections: what each takes of memory, what one packet takes of time, and what Linux would compare.
//
//   node --expose-gc bench/connections.mjs [--kind udp,tcp,nat] [--least 1000] [--most 1000000] [--json]
//
// Flows are UDP, TCP, or TCP whose source is mapped, through one router; buckets are as many as connections, as Linux has them at `nf_conntrack_max`.
// "find" is a look-up in the table alone, "insert" makes a connection and puts it there, "new" is the whole way of its first
// packet, "packet" that of a later one, from ip_rcv to the device; all in processor time, best of some rounds, over random
// flows but for the making: beyond some 10,000 connections each is a series of cache misses. "probes" is what the meter counts, the same at every size. "chains" compares the longest chain with
// what a Poisson law of the same mean expects of an ideal hash, as the kernel's siphash is one.

import { Conntrack, DEFAULT_ZONE } from '../packages/conntrack/dist/index.js';
import {
  Hook,
  Host,
  ipv4FromBits,
  Meter,
  Packet,
  Simulation,
  tcpHeader,
  udpHeader,
} from '../packages/core/dist/index.js';
import { device } from './lib/host.mjs';
import { memory, option, processorTime } from './lib/measure.mjs';

const most = Number(option('most', '1000000'));
const least = Number(option('least', '1000'));
const asJson = process.argv.includes('--json');
const ROUNDS = 5;
const PER_ROUND = 200_000;
const ACK = 16;

/** Another network for the sources, with the same host bits: no two flows compete for a port. */
const MAPPED = { network: ipv4FromBits(0xac10_0000), mask: 0xffff_0000 };

function router(buckets, kind) {
  const host = new Host(new Simulation({ seed: 1 }));
  host.configure((config) => {
    config.interfaces.push(device('eth0', 0xc0a8_0001, 16), device('eth1', 0x0a00_0001, 16));
  });
  host.sysctl.write('net.ipv4.ip_forward', 1);
  const conntrack = new Conntrack(host, { buckets, max: 2 * buckets });
  conntrack.require('ipv4');
  if (kind === 'nat') {
    const lookup = (packet, state) => conntrack.nat.netmap(packet, state, MAPPED.network, MAPPED.mask);
    conntrack.nat.registerRuleset({ family: 'ipv4', hook: Hook.POSTROUTING, priority: 0, name: 'nat', lookup });
  }
  return { host, conntrack };
}

const source = (flow) => ipv4FromBits(0xc0a8_0100 + (flow >>> 14));
const SERVER = ipv4FromBits(0x0a00_0005);
const port = (flow) => 1024 + (flow & 0x3fff);

const segment = (flow) =>
  new Packet({
    src: source(flow),
    dst: SERVER,
    protocol: 6,
    transport: tcpHeader({ sport: port(flow), dport: 80, flags: ACK, seq: 1000, ack: 1 }),
  });
const KINDS = {
  udp: (flow) => new Packet({ src: source(flow), dst: SERVER, protocol: 17, transport: udpHeader(port(flow), 53, 0) }),
  tcp: segment,
  nat: segment,
};

/** Nanoseconds of one call of `work` with a random flow, best of some rounds. */
function nanoseconds(flows, work) {
  let state = 12_345;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = processorTime();
    for (let i = 0; i < PER_ROUND; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      work(Math.floor((state / 0x1_0000_0000) * flows));
    }
    best = Math.min(best, (processorTime() - start) / PER_ROUND);
  }
  return Math.round(best);
}

/** Nanoseconds to make a connection and put it into the table, without a packet: best of a few tables filled. */
function insertion(flows, protocol, dport) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < Math.max(3, Math.min(20, 100_000 / flows)); round++) {
    const { conntrack } = router(flows);
    const start = processorTime();
    for (let flow = 0; flow < flows; flow++) {
      const original = { src: source(flow), dst: SERVER, protocol, sport: port(flow), dport };
      const reply = { src: SERVER, dst: original.src, protocol, sport: dport, dport: original.sport };
      const ct = conntrack.table.make(original, reply, DEFAULT_ZONE);
      ct.timeout = 1_000_000;
      conntrack.table.insert(ct);
    }
    best = Math.min(best, (processorTime() - start) / flows);
  }
  return Math.round(best);
}

/** The shortest length that fewer than one chain in all is expected to exceed. */
function poissonLongest(buckets, mean) {
  let probability = Math.exp(-mean);
  let above = 1 - probability;
  let length = 0;
  while (buckets * above > 1) {
    length++;
    probability *= mean / length;
    above -= probability;
  }
  return length;
}

/** Lets the compiler see all of it before anything is measured. */
function warmUp() {
  const { host } = router(4096);
  const inside = host.device('eth0');
  for (let flow = 0; flow < 40_000; flow++) host.receive(inside, KINDS[flow & 1 ? 'udp' : 'tcp'](flow & 0x1fff));
}

const rows = [];
warmUp();
for (const kind of option('kind', 'udp,tcp,nat').split(',')) {
  for (let flows = least; flows <= most; flows *= 10) {
    const fill = () => {
      const made = router(flows, kind);
      const inside = made.host.device('eth0');
      const start = processorTime();
      for (let flow = 0; flow < flows; flow++) made.host.receive(inside, KINDS[kind](flow));
      return { ...made, inside, each: Math.round((processorTime() - start) / flows) };
    };
    // A small table is filled several times, for its time is short.
    let created = Number.POSITIVE_INFINITY;
    for (let round = 0; round < Math.min(20, 100_000 / flows); round++) created = Math.min(created, fill().each);
    const before = memory();
    const { host, conntrack, inside, each } = fill();
    created = Math.min(created, each);
    const bytes = Math.round((memory() - before) / flows);
    const { table } = conntrack;
    const meter = new Meter();
    const protocol = kind === 'udp' ? 17 : 6;
    const dport = kind === 'udp' ? 53 : 80;
    // As conntrack itself looks up nearly every packet: addresses and ports as integers, hashed, in the default zone.
    const collect = () => {};
    const server = Number(SERVER) | 0;
    const find = nanoseconds(flows, (flow) => {
      const src = (0xc0a8_0100 + (flow >>> 14)) | 0;
      const ports = (port(flow) << 16) | dport;
      const hash = table.hashBits(src, server, ports, protocol, 0);
      if (table.findBits(src, server, ports, protocol, hash, 0, collect, meter) < 0) throw new Error('lost');
    });
    const packet = nanoseconds(flows, (flow) => host.receive(inside, KINDS[kind](flow)));
    const chains = table.chainLengths();
    const inserted = insertion(flows, protocol, dport);
    rows.push({
      kind,
      connections: conntrack.count,
      'bytes each': bytes,
      'insert ns': inserted,
      'new ns': created,
      'find ns': find,
      'packet ns': packet,
      probes: Number((meter.conntrackProbes / meter.conntrackLookups).toFixed(2)),
      'longest chain': chains.length - 1,
      'Poisson longest': poissonLongest(table.buckets, (2 * flows) / table.buckets),
    });
  }
}
if (asJson) console.log(JSON.stringify(rows, undefined, 1));
else console.table(rows);

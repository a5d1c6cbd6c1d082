// 100,000 services and 1,000,000 connections: what loading takes, what one look-up takes, and what Linux would compare.
//
//   node bench/ipvs-tables.mjs [--services 100000] [--connections 1000000] [--json]
//
// "ns" is the simulator's own time for one packet; "probes" is what the meter counts: entries that the kernel's walk
// along its hash bucket would have compared. The kernel's table of services has 256 buckets and never grows; that of
// connections has 2^conn_tab_bits.
import { formatIpv4, Host, ipv4FromBits, Packet, Simulation, tcpHeader } from '../packages/core/dist/index.js';
import { Ipvs, runIpvsadm } from '../packages/ipvs/dist/index.js';
import { device } from './lib/host.mjs';
import { option, round, timed } from './lib/measure.mjs';

const SYN = 2;
const ACK = 16;
const mostServices = Number(option('services', '100000'));
const mostConnections = Number(option('connections', '1000000'));
const asJson = process.argv.includes('--json');
const rows = [];

const VIP = (index) => ipv4FromBits(0x0a60_0000 + index);
const CLIENT = (index) => ipv4FromBits(0x0b01_0000 + (index >>> 12));
const PORT = (index) => 10_000 + (index & 0xfff);

/** A host whose whole 10.96.0.0/12 is local, so that no address has to be added for each service. */
function director(tableBits) {
  const host = new Host(new Simulation({ seed: 1 }));
  host.configure((config) => {
    config.interfaces.push(device('eth0', 0x0b00_0001, 8), device('cni0', 0x0af4_0001, 16));
    config.routes.push({
      type: 'local',
      prefix: { network: VIP(0), length: 12 },
      table: 255,
      metric: 0,
      tos: 0,
      device: 'lo',
      scope: 'host',
    });
  });
  host.sysctl.write('net.ipv4.ip_forward', 1);
  return { host, ipvs: new Ipvs(host, undefined, { tableBits }) };
}

/** `ipvsadm -R` text of services with one server each. */
function rules(count) {
  const lines = [];
  for (let i = 0; i < count; i++) {
    const vip = formatIpv4(VIP(i));
    lines.push(`-A -t ${vip}:80 -s rr`, `-a -t ${vip}:80 -r ${formatIpv4(0x0af4_0100 + (i % 50_000))}:8080 -m`);
  }
  return lines.join('\n');
}

function segment(client, virtual, flags) {
  const transport = tcpHeader({ sport: PORT(client), dport: 80, flags });
  return new Packet({ src: CLIENT(client), dst: VIP(virtual), protocol: 6, transport });
}

function report(row) {
  rows.push(row);
  if (asJson) return;
  const columns = Object.entries(row).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? round(value) : value}`,
  );
  console.log(columns.join(', '));
}

/** New connections to random services: one look-up of a service each. */
function servicesBench(count) {
  const { host, ipvs } = director(20);
  const text = rules(count);
  const load = timed(() => {
    const result = runIpvsadm(ipvs, ['-R'], text);
    if (result.status !== 0) throw new Error(result.stderr);
  });
  const outside = host.device('eth0');
  const packets = 50_000;
  const make = (i) => segment(i, (i * 7919) % count, SYN);
  for (let i = 0; i < 20_000; i++) host.receive(outside, make(1_000_000 + i));
  const before = host.meter.snapshot();
  const spent = timed(() => {
    for (let i = 0; i < packets; i++) host.receive(outside, make(i));
  });
  const counted = host.meter.since(before);
  report({
    what: 'services',
    count,
    'load s': load / 1e9,
    'ns a new connection': spent / packets,
    'service probes': counted.ipvsServiceProbes / packets,
  });
}

/** Packets of known connections: one look-up of a connection each, in either direction. */
function connectionsBench(count, bits) {
  const { host, ipvs } = director(bits);
  runIpvsadm(ipvs, ['-R'], rules(1));
  const outside = host.device('eth0');
  const load = timed(() => {
    for (let i = 0; i < count; i++) host.receive(outside, segment(i, 0, SYN));
  });
  const packets = 100_000;
  const stride = Math.max(1, Math.floor(count / packets));
  const before = host.meter.snapshot();
  const spent = timed(() => {
    for (let i = 0; i < packets; i++) host.receive(outside, segment((i * stride) % count, 0, ACK));
  });
  const counted = host.meter.since(before);
  report({
    what: 'connections',
    count,
    conn_tab_bits: bits,
    'load s': load / 1e9,
    'ns a packet': spent / packets,
    'connection probes': counted.ipvsConnectionProbes / packets,
    'look-ups': counted.ipvsConnectionLookups / packets,
    'heap MB': process.memoryUsage().heapUsed / 1e6,
  });
}

for (let count = 100; count <= mostServices; count *= 10) servicesBench(count);
for (let count = 1_000; count <= mostConnections; count *= 10) connectionsBench(count, 12);
connectionsBench(mostConnections, 20);
if (asJson) for (const row of rows) console.log(JSON.stringify(row));

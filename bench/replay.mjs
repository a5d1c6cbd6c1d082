// Reading, replaying and writing captures of growing length with the command: processor time a packet, and memory.
//
//   node bench/replay.mjs [--sizes 100000,1000000]
//
// A capture of 10,000,000 packets takes 1.4 GB where temporary files go, and what is written 1.8 GB.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  encodePacket,
  ipv4FromBits,
  LINKTYPE,
  Packet,
  pcapngHeader,
  pcapngPacket,
  TCP_FLAG,
  tcpHeader,
} from '../packages/core/dist/index.js';
import { calibration, numbers, option, report, round, xorshift } from './lib/measure.mjs';

const seed = Number(option('seed', '1'));
const CHAINWALK = fileURLToPath(new URL('../packages/cli/bin/chainwalk.js', import.meta.url));
const CLIENTS = 0x0a00_0000;
const SERVER = 0xc0a8_0150;
/** Of each connection: a handshake, then what both sides send in turn. The number is the same for captures of any size. */
const CONNECTIONS = 4000;
const CHUNK = 1 << 20;
/** How often each capture is played, but for the largest; the shortest counts. */
const RUNS = 5;

/** A router with a firewall: what is published is open, everything else only what belongs to a connection. */
const HOST = `
interfaces:
  - name: eth0
    addresses: [10.0.0.1/8]
  - name: eth1
    addresses: [192.168.1.1/24]
sysctls:
  net.ipv4.ip_forward: 1
  net.netfilter.nf_conntrack_buckets: 65536
  net.netfilter.nf_conntrack_max: 1000000
iptables: |
  *filter
  :INPUT DROP [0:0]
  :FORWARD DROP [0:0]
  :OUTPUT ACCEPT [0:0]
  :IN - [0:0]
  -A FORWARD -m conntrack --ctstate INVALID -j DROP
  -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
  -A FORWARD -i eth1 -j ACCEPT
  -A FORWARD -i eth0 -j IN
  -A IN -p tcp -m multiport --dports 22,25,53 -j ACCEPT
  -A IN -d 192.168.1.80/32 -p tcp -m tcp --dport 80 -j ACCEPT
  -A IN -p udp -m udp --dport 53 -j ACCEPT
  -A IN -m limit --limit 5/min -j LOG --log-prefix "refused: "
  COMMIT
  *nat
  :PREROUTING ACCEPT [0:0]
  :INPUT ACCEPT [0:0]
  :OUTPUT ACCEPT [0:0]
  :POSTROUTING ACCEPT [0:0]
  -A PREROUTING -d 10.0.0.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.168.1.80:80
  -A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE
  COMMIT
steps: []
`;

/** Writes a capture of connections that take turns, in chunks. */
function writeCapture(path, packets) {
  const file = openSync(path, 'w');
  const random = xorshift(seed);
  let chunk = [pcapngHeader(['eth0', 'eth1'].map((name) => ({ name, linkType: LINKTYPE.ipv4 })))];
  let waiting = 0;
  const sent = new Uint32Array(CONNECTIONS);
  let opened = 0;
  for (let i = 0; i < packets; i++) {
    // They begin one after the other.
    if (i % 20 === 0 && opened < CONNECTIONS) opened++;
    const flow = random() % opened;
    const turn = sent[flow]++;
    const isAnswer = turn % 2 === 1;
    const client = { address: ipv4FromBits(CLIENTS + 2 + (flow >>> 14)), port: 1024 + (flow & 0x3fff) };
    const server = { address: ipv4FromBits(SERVER), port: 80 };
    // Every other connection goes to the published port; the answers on the inside come from behind it all the same.
    const called = flow % 2 === 0 && !isAnswer ? { address: ipv4FromBits(CLIENTS + 1), port: 8080 } : server;
    const [from, to] = isAnswer ? [server, client] : [client, called];
    const packet = new Packet({
      src: from.address,
      dst: to.address,
      protocol: 6,
      transport: tcpHeader({
        sport: from.port,
        dport: to.port,
        seq: isAnswer ? (turn === 1 ? 500 : 501) : turn === 0 ? 100 : 101,
        ack: isAnswer ? 101 : turn === 0 ? 0 : 501,
        flags: turn === 0 ? TCP_FLAG.SYN : turn === 1 ? TCP_FLAG.SYN | TCP_FLAG.ACK : TCP_FLAG.ACK,
      }),
      payloadLength: turn < 3 ? 0 : 64,
    });
    const nanoseconds = i * 10_000;
    const time = { seconds: Math.floor(nanoseconds / 1e9), nanoseconds: nanoseconds % 1e9 };
    chunk.push(pcapngPacket({ time, bytes: encodePacket(packet), interfaceId: isAnswer ? 1 : 0 }));
    waiting += 200;
    if (waiting < CHUNK && i < packets - 1) continue;
    writeSync(file, Buffer.concat(chunk));
    chunk = [];
    waiting = 0;
  }
  closeSync(file);
}

/** Runs in the measured process: tells what it took. */
const WITNESS = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();" +
    ' process.stderr.write(JSON.stringify({ cpu: (userCPUTime + systemCPUTime) * 1000, rss: maxRSS * 1024 })); });',
)}`;

// What is measured is the command as it is installed.
execFileSync(process.execPath, [fileURLToPath(new URL('../tools/bundle.mjs', import.meta.url))]);
const directory = mkdtempSync(join(tmpdir(), 'chainwalk-bench-'));
try {
  const path = (name) => join(directory, name);
  writeFileSync(path('host.yaml'), HOST);
  for (const packets of numbers('sizes', '100000,1000000')) {
    writeCapture(path('in.pcapng'), packets);
    const words = ['replay', path('in.pcapng'), '--host', path('host.yaml'), '--out', path('out.pcapng')];
    let best;
    for (let run = 0; run < (packets > 1e6 ? 2 : RUNS); run++) {
      const clock = performance.now();
      const errors = openSync(path('stderr'), 'w');
      const told = execFileSync(process.execPath, ['--import', WITNESS, CHAINWALK, ...words], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', errors],
      });
      closeSync(errors);
      const wall = performance.now() - clock;
      const { cpu, rss } = JSON.parse(readFileSync(path('stderr'), 'utf8'));
      if (!told.startsWith(`${packets} packets played`)) throw new Error(told.slice(0, 500));
      const sent = [...told.matchAll(/(\d+) +\d+ {2}sent through/g)].reduce((sum, [, count]) => sum + Number(count), 0);
      if (best === undefined || cpu < best.cpu) best = { cpu, rss, wall, sent };
    }
    const { cpu, rss, wall, sent } = best;
    report({
      experiment: 'replay',
      seed,
      packets,
      'capture MB': round(statSync(path('in.pcapng')).size / 1e6),
      'processor s': round(cpu / 1e9),
      'wall s': round(wall / 1000),
      'packets/s': Math.round((packets / cpu) * 1e9),
      'passed on': round(sent / packets),
      'rss MB': round(rss / 1e6),
      'calibration ns': calibration(),
    });
  }
} finally {
  if (process.env.KEEP) console.error(directory);
  else rmSync(directory, { recursive: true, force: true });
}

// A capture of real traffic through a real router, replayed: is every packet, counter and connection what Linux made it?
import { readFileSync } from 'node:fs';
import { CaptureReader, Simulation } from '@chainwalk/core';
import { Node, Replay, readScenarios, setUp } from '@chainwalk/scenario';

const read = (name) => readFileSync(new URL(name, import.meta.url));
const kernel = JSON.parse(read('kernel.json'));

const node = new Node(new Simulation());
setUp(node, readScenarios(read('host.yaml').toString(), 'host.yaml')[0]);
// Devices have the numbers that `ip link` shows on the captured host.
const replay = new Replay(node, {
  inMap: new Map([
    ['2', 'eth0'],
    ['3', 'cni0'],
  ]),
});
const reader = new CaptureReader('capture.pcap');
for (const packet of reader.write(read('capture.pcap'))) replay.play(packet);
reader.end();
// The kernel was asked some time after the last packet.
node.simulation.run(Math.round(kernel['listed, seconds after the first packet'] * 1e9));

const { same, drawn, onlyCaptured, onlyPlayed, differences } = replay.output;
console.log(`${replay.packets} captured packets`);
console.log(`what left the router: ${same} packets the same, ${drawn} but for a port drawn at random,`);
console.log(`  ${onlyCaptured} sent by the kernel alone, ${onlyPlayed} sent here alone`);
for (const { captured, played } of differences) console.log(`  ${captured} there, ${played} here`);

/** A drawn port is the kernel's; everything else of a connection is to be equal, in any order. */
const ports = new Map(differences.map((one) => [portOf(one.played), portOf(one.captured)]));
function portOf(packet) {
  return /:(\d+) >/.exec(packet)[1];
}
function asThere(line) {
  return line.replace(/(?<=dport=)\d+/g, (port) => ports.get(port) ?? port);
}

const rules = node.sh('iptables-save -c').stdout.split('\n');
const counters = kernel['iptables-save -c'];
const unlike = counters.filter((line) => !rules.includes(line));
console.log(`rules and policies with counters: ${counters.length - unlike.length} of ${counters.length} the same`);
for (const line of unlike) console.log(`  the kernel has ${line}`);

const listed = node.sh('conntrack -L -o extended').stdout.trimEnd().split('\n').map(asThere);
const connections = kernel['conntrack -L -o extended'];
const missing = connections.filter((line) => !listed.includes(line));
console.log(
  `connections with state, timeout and counters: ${connections.length - missing.length} of ${listed.length} the same`,
);
for (const line of missing) console.log(`  the kernel has ${line}`);

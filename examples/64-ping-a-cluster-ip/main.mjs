// Pinging a cluster IP: in iptables mode nobody has the address; in IPVS mode the node has, and a rule refuses.
import { readFileSync } from 'node:fs';
import { describePacket, icmpHeader, Packet, PROTOCOL, parseIpv4, Simulation, Trace } from '@chainwalk/core';
import { bareNode, install, nodeNetwork, PODS, parseObjects, pathOf, render } from '@chainwalk/kube-proxy';

const objects = parseObjects(readFileSync(new URL('cluster.yaml', import.meta.url), 'utf8'), 'cluster.yaml');

for (const mode of ['iptables', 'ipvs', 'userspace']) {
  const rendered = render(objects, { node: 'worker-1', mode, nfacct: false });
  const node = bareNode(new Simulation({ seed: 1 }), nodeNetwork(rendered.settings, rendered.entries));
  install(node, rendered);
  const packet = new Packet({
    src: parseIpv4('10.244.1.9'),
    dst: parseIpv4('10.96.12.34'),
    protocol: PROTOCOL.icmp,
    transport: icmpHeader(8, 0, 77, 1),
    payloadLength: 56,
  });
  packet.trace = new Trace(packet);
  const left = [];
  node.host.observe((event) => {
    if (event.kind === 'transmit') left.push(`${describePacket(event.packet)} out of ${event.device.name}`);
  });
  node.host.receive(node.host.device(PODS), packet);
  console.log(`${mode}:`);
  for (const step of pathOf(packet.trace)) console.log(`  ${step}`);
  console.log(`  => ${left.join('; ') || 'nothing'}\n`);
}

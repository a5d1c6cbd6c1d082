// A scheduler of one's own in ten lines: the nearest server, by the number of leading address bits shared with the client.
import { ipv4ToBits, Packet, parseIpv4, parseTcpFlags, Simulation, tcpHeader } from '@chainwalk/core';
import { Node, setUp } from '@chainwalk/scenario';

const nearest = {
  name: 'nearest',
  init: () => undefined,
  schedule(service, _state, { clientAddress }) {
    const distance = (server) => 32 - Math.clz32(ipv4ToBits(server.address) ^ ipv4ToBits(clientAddress));
    return service.destinations
      .filter((server) => server.weight > 0 && !server.overloaded)
      .toSorted((a, b) => distance(a) - distance(b))[0];
  },
};

const VIP = '10.96.0.1';
const node = new Node(new Simulation({ seed: 1 }));
node.ipvs.schedulers.register(nearest);
setUp(node, {
  interfaces: [
    { name: 'eth0', addresses: ['10.0.0.1/8'] },
    { name: 'kube-ipvs0', kind: 'dummy', up: false, addresses: [`${VIP}/32`] },
  ],
  steps: [],
});
node.sh('sysctl -w net.ipv4.ip_forward=1');
node.sh(`ipvsadm -A -t ${VIP}:80 -s nearest`);
for (const server of ['10.1.0.5', '10.1.7.5', '10.2.0.5']) node.sh(`ipvsadm -a -t ${VIP}:80 -r ${server}:8080 -m`);

for (const [index, client] of ['10.1.0.77', '10.1.7.8', '10.2.200.1', '10.1.6.9', '10.3.0.1'].entries()) {
  const transport = tcpHeader({ sport: 40000 + index, dport: 80, flags: parseTcpFlags('S') });
  const packet = new Packet({ src: parseIpv4(client), dst: parseIpv4(VIP), protocol: 6, transport });
  node.host.receive(node.host.device('eth0'), packet);
}
console.log(node.sh('ipvsadm -Ln').stdout);
const connections = node.sh('ipvsadm -Lnc').stdout.trimEnd().split('\n').slice(2).sort();
console.log(connections.join('\n'));

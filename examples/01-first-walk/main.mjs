import { renderTrace } from '@chainwalk/core';
import { Player } from '@chainwalk/scenario';

const player = new Player(
  {
    interfaces: [
      { name: 'eth0', addresses: ['192.168.1.10/24'] },
      { name: 'cni0', addresses: ['10.244.1.1/24'] },
    ],
    iptables: '*nat\n-A PREROUTING -d 192.168.1.10 -p tcp --dport 80 -j DNAT --to 10.244.1.5:8080\nCOMMIT\n',
    steps: [
      {
        in: 'eth0',
        packet: { src: '192.168.1.50', dst: '192.168.1.10', proto: 'tcp', sport: 40000, dport: 80, flags: 'S' },
      },
    ],
  },
  { traces: true },
).play();
console.log(renderTrace(player.traces[0].trace));
console.log(player.node.sh('conntrack -L').stdout);

// Endpoint shares of kube-proxy's dice: a million connections, each walked through the rules, for 3, 7 and 319 endpoints and
// both generations of probability text, with chi-squared against equal shares.
//   node bench/endpoint-shares.mjs [connections]
import {
  formatAddress,
  ipv4FromBits,
  Packet,
  PROTOCOL,
  parseIpv4,
  Simulation,
  udpHeader,
} from '../packages/core/dist/index.js';
import { bareNode, install, nodeNetwork, parseObjects, render } from '../packages/kube-proxy/dist/index.js';

const CONNECTIONS = Number(process.argv[2] ?? 1_000_000);
const SERVICE = parseIpv4('10.96.0.10');

function cluster(endpoints) {
  const ip = (index) => `10.244.${1 + Math.floor(index / 200)}.${1 + (index % 200)}`;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'n' },
        status: { addresses: [{ type: 'InternalIP', address: '192.168.1.10' }] },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 's', namespace: 'd' },
        spec: {
          type: 'ClusterIP',
          clusterIP: '10.96.0.10',
          clusterIPs: ['10.96.0.10'],
          ipFamilies: ['IPv4'],
          ports: [{ name: 'p', protocol: 'UDP', port: 53 }],
        },
      },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 's-1', namespace: 'd', labels: { 'kubernetes.io/service-name': 's' } },
        addressType: 'IPv4',
        endpoints: Array.from({ length: endpoints }, (_, index) => ({
          addresses: [ip(index)],
          nodeName: 'other',
          conditions: { ready: true },
        })),
        ports: [{ name: 'p', protocol: 'UDP', port: 53 }],
      },
    ],
  });
}

/** Chi-squared against equal shares, as standard deviations from its mean (Wilson and Hilferty). */
function deviation(chiSquared, degrees) {
  return (Math.cbrt(chiSquared / degrees) - (1 - 2 / (9 * degrees))) / Math.sqrt(2 / (9 * degrees));
}

for (const generation of ['current', '1.12']) {
  for (const endpoints of [3, 7, 319]) {
    const rendered = render(parseObjects(cluster(endpoints), 'shares'), {
      node: 'n',
      mode: 'iptables',
      generation,
      nfacct: false,
    });
    const node = bareNode(new Simulation({ seed: endpoints }), nodeNetwork(rendered.settings, rendered.entries));
    install(node, rendered);
    const { host } = node;
    // Old connections would only fill the table: the dice are thrown for first packets, and each of these is one.
    host.sysctl.write('net.netfilter.nf_conntrack_max', 0);
    const counts = new Map();
    host.observe((event) => {
      if (event.kind !== 'transmit') return;
      const to = formatAddress(event.packet.dst);
      counts.set(to, (counts.get(to) ?? 0) + 1);
    });
    const outside = host.device('eth0');
    for (let i = 0; i < CONNECTIONS; i++) {
      if (i % 20_000 === 0) node.sh('conntrack -F');
      const src = ipv4FromBits(0xc0a80200 + Math.floor(i / 50_000));
      host.receive(
        outside,
        new Packet({ src, dst: SERVICE, protocol: PROTOCOL.udp, transport: udpHeader(1024 + (i % 50_000), 53, 0) }),
      );
    }
    const expected = CONNECTIONS / endpoints;
    const seen = [...counts.values()];
    const chiSquared = seen.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    const sigma = deviation(chiSquared, endpoints - 1);
    console.log(
      JSON.stringify({
        generation,
        endpoints,
        connections: seen.reduce((a, b) => a + b, 0),
        reached: counts.size,
        chiSquared: Math.round(chiSquared * 10) / 10,
        degrees: endpoints - 1,
        sigma: Math.round(sigma * 100) / 100,
      }),
    );
  }
}

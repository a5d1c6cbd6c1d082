// Endpoint shares of kube-proxy's dice: a million connections, each walked through the rules, for 3, 7 and 319 endpoints and
// both generations of probability text, with chi-squared against equal shares.
//   node bench/endpoint-shares.mjs [connections]
import { formatAddress } from '../packages/core/dist/index.js';
import { nodeWith, rendered, segment } from './lib/cluster.mjs';

const CONNECTIONS = Number(process.argv[2] ?? 1_000_000);

/** Chi-squared against equal shares, as standard deviations from its mean (Wilson and Hilferty). */
function deviation(chiSquared, degrees) {
  return (Math.cbrt(chiSquared / degrees) - (1 - 2 / (9 * degrees))) / Math.sqrt(2 / (9 * degrees));
}

for (const generation of ['current', '1.12']) {
  for (const endpoints of [3, 7, 319]) {
    const node = nodeWith(rendered(1, 'iptables', endpoints, generation), endpoints);
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
      host.receive(outside, segment(Math.floor(i / 50_000), 1024 + (i % 50_000), 0));
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

// The way of a connection to a NodePort, rule by rule, and the shares of the three pods behind it.
import { readFileSync } from 'node:fs';
import { compareModes, DEFAULT_CONFIG, parseObjects, pathOf } from '@chainwalk/kube-proxy';

const objects = parseObjects(readFileSync(new URL('cluster.yaml', import.meta.url), 'utf8'), 'cluster.yaml');
const config = { ...DEFAULT_CONFIG, clusterCIDR: '10.244.0.0/16' };

for (const generation of ['current', '1.12']) {
  const { modes } = compareModes(objects, {
    node: 'worker-1',
    config,
    generation,
    from: '192.168.1.77',
    to: '192.168.1.10:30031',
    modes: ['iptables'],
    tries: 3000,
  });
  const [{ walk, outcomes, tries }] = modes;
  console.log(`Rules of ${generation === 'current' ? 'today' : generation}:`);
  for (const step of pathOf(walk.trace)) console.log(`  ${step}`);
  for (const [end, count] of [...outcomes].sort()) {
    console.log(`  ${end} took ${((100 * count) / tries).toFixed(1)} % of ${tries} connections`);
  }
  console.log();
}

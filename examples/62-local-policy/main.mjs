// A load balancer with externalTrafficPolicy: Local, seen from a node that has a pod of it and from one that has none.
import { readFileSync } from 'node:fs';
import { compareModes, DEFAULT_CONFIG, parseObjects } from '@chainwalk/kube-proxy';

const text = readFileSync(new URL('cluster.yaml', import.meta.url), 'utf8');
const config = { ...DEFAULT_CONFIG, clusterCIDR: '10.244.0.0/16' };
const all = parseObjects(text, 'cluster.yaml');
const elsewhere = all.endpointSlices.map((slice) => ({
  ...slice,
  endpoints: slice.endpoints.filter((endpoint) => endpoint.nodeName !== 'worker-1'),
}));
const objects = { 'has a pod': all, 'has none': { ...all, endpointSlices: elsewhere } };
const clients = { 'somebody outside': '198.51.100.7', 'a pod': '10.244.1.9', 'the node itself': '192.168.1.10' };

for (const [where, cluster] of Object.entries(objects)) {
  console.log(`The node ${where}:`);
  for (const [who, from] of Object.entries(clients)) {
    const { modes, agree, differences } = compareModes(cluster, {
      node: 'worker-1',
      config,
      from,
      to: '203.0.113.200:80',
      modes: ['iptables', 'ipvs'],
      tries: 60,
    });
    for (const { mode, outcomes, masqueraded } of modes) {
      const ends = [...outcomes.keys()].sort().join(', ');
      console.log(`  ${who.padEnd(16)} ${mode.padEnd(8)} ${ends}${masqueraded ? ", from the node's address" : ''}`);
    }
    if (!agree) for (const { why } of differences) console.log(`  ${''.padEnd(16)} (${why})`);
  }
  console.log();
}

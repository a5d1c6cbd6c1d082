// A pod asks the Service that it is itself behind. Without masquerading it would see a packet from itself to itself.
import { readFileSync } from 'node:fs';
import { DEFAULT_CONFIG, parseObjects, traceText } from '@chainwalk/kube-proxy';

const file = new URL('cluster.yaml', import.meta.url);
const objects = parseObjects(readFileSync(file, 'utf8'), 'cluster.yaml');
const config = { ...DEFAULT_CONFIG, clusterCIDR: '10.244.0.0/16' };
const options = { node: 'worker-1', config, to: '10.96.12.34:80', modes: ['iptables', 'ipvs'] };

console.log('The pod asks its own Service:\n');
console.log(traceText(objects, { ...options, from: '10.244.1.5' }));
console.log('Another pod of the node asks:\n');
console.log(traceText(objects, { ...options, from: '10.244.1.9' }));

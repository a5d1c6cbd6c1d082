// A DNS pod moves. Connection tracking goes on sending a busy client to the old address until kube-proxy cleans up.
import { SECOND, Simulation } from '@chainwalk/core';
import {
  bareNode,
  DEFAULT_CONFIG,
  fateText,
  KubeProxy,
  nodeInfo,
  nodeNetwork,
  parseObjects,
  resolveSettings,
  walk,
} from '@chainwalk/kube-proxy';

const slice = (ip) => ({
  kind: 'EndpointSlice',
  metadata: { name: 'dns-1', namespace: 'kube-system', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
  addressType: 'IPv4',
  ports: [{ name: 'dns', protocol: 'UDP', port: 53 }],
  endpoints: [{ addresses: [ip], nodeName: 'worker-2' }],
});
const service = {
  kind: 'Service',
  metadata: { name: 'kube-dns', namespace: 'kube-system' },
  spec: { clusterIP: '10.96.0.10', ports: [{ name: 'dns', protocol: 'UDP', port: 53 }] },
};
const read = (...items) => parseObjects(JSON.stringify({ kind: 'List', items }), 'cluster');

const simulation = new Simulation({ seed: 1 });
const settings = resolveSettings(DEFAULT_CONFIG, nodeInfo('worker-1', { nodes: [] }, { addresses: ['192.168.1.10'] }), {
  nfacct: false,
});
const node = bareNode(simulation, nodeNetwork(settings, []));
const proxy = new KubeProxy(simulation, node, { settings });
proxy.start();
proxy.list(read(service, slice('10.244.2.53')));
simulation.run(2 * SECOND);

const ask = (sourcePort) =>
  fateText(walk(node, { from: '10.244.1.9', to: '10.96.0.10', port: 53, protocol: 'udp', sourcePort }).fate);
const at = () => `${(simulation.now / SECOND).toFixed(2).padStart(5)} s`;
const tell = (what) => console.log(`${at()}  ${what.padEnd(46)} old port: ${ask(5353)}  new port: ${ask(next++)}`);
let next = 6000;

tell('the pod is at 10.244.2.53');
proxy.setSlice(read(slice('10.244.3.53')).endpointSlices[0]);
tell('it has moved to 10.244.3.53, nothing is synced');
simulation.run(4 * SECOND);
tell('kube-proxy has synced');
console.log(`\n${proxy.metrics.value('conntrack_reconciler_deleted_entries_total')} stale connections deleted`);

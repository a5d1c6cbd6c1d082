// A rolling update of ten pods under load, in iptables mode and in IPVS mode: what each sync writes, how long it takes,
// and where connections go meanwhile.
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

const PODS = 10;
/** Services beside the one that is updated: they make a full sync long. */
const OTHERS = 300;

const service = (name, ip) => ({
  kind: 'Service',
  metadata: { name },
  spec: { clusterIP: ip, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
});
const slice = (name, ips) => ({
  kind: 'EndpointSlice',
  metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints: ips.map((ip) => ({ addresses: [ip], nodeName: 'worker-2' })),
});
const others = Array.from({ length: OTHERS }, (_, i) => [
  service(`other${i}`, `10.97.${i >> 8}.${i & 255}`),
  slice(`other${i}`, [`10.245.${i >> 8}.${i & 255}`]),
]).flat();
const old = Array.from({ length: PODS }, (_, i) => `10.244.2.${i + 1}`);
const node = {
  kind: 'Node',
  metadata: { name: 'worker-1' },
  status: { addresses: [{ type: 'InternalIP', address: '192.168.1.10' }] },
};
const items = [node, service('web', '10.96.0.80'), slice('web', old), ...others];
const objects = parseObjects(JSON.stringify({ kind: 'List', items }), 'cluster');

for (const mode of ['iptables', 'ipvs']) {
  for (const generation of mode === 'ipvs' ? ['current'] : ['current', '1.12']) {
    const simulation = new Simulation({ seed: 1 });
    const config = { ...DEFAULT_CONFIG, clusterCIDR: '10.244.0.0/16' };
    const settings = resolveSettings(config, nodeInfo('worker-1', objects), { generation, nfacct: false });
    const host = bareNode(simulation, nodeNetwork(settings, []));
    const proxy = new KubeProxy(simulation, host, { settings, mode });
    proxy.start();
    proxy.list(objects);
    simulation.run(60 * SECOND);

    // Every two seconds one pod goes and its successor comes; twenty new connections a second ask all the while.
    const alive = [...old];
    let wrong = 0;
    let asked = 0;
    let port = 20000;
    const before = proxy.history.length;
    for (let step = 0; step < PODS + 5; step++) {
      if (step < PODS) {
        alive[step] = `10.244.3.${step + 1}`;
        proxy.setSlice(parseObjects(JSON.stringify(slice('web', alive)), 'slice').endpointSlices[0]);
      }
      for (let i = 0; i < 40; i++) {
        simulation.run(simulation.now + SECOND / 20);
        const { fate } = walk(host, {
          from: '10.244.1.9',
          to: '10.96.0.80',
          port: 80,
          protocol: 'tcp',
          sourcePort: port++,
        });
        asked++;
        if (!alive.includes(fateText(fate).replace(':8080', ''))) wrong++;
      }
    }
    const syncs = proxy.history.slice(before);
    const lines = syncs.reduce((sum, sync) => sum + sync.natRules + sync.filterRules, 0);
    const longest = Math.max(...syncs.map((sync) => sync.end - sync.start)) / 1e6;
    proxy.stop();
    console.log(`${mode}${generation === '1.12' ? ' (1.12)' : ''}:`);
    console.log(
      `  ${syncs.length} syncs (${new Set(syncs.map((sync) => sync.kind)).size === 1 ? syncs[0].kind : 'mixed'})`,
    );
    console.log(`  ${lines} rules written, the longest sync took ${longest.toFixed(1)} ms`);
    console.log(`  ${wrong} of ${asked} new connections went to a pod that was gone already\n`);
  }
}

// sessionAffinity: ClientIP holds a client to its pod: by xt_recent in iptables mode, by persistence in IPVS mode.
import { readFileSync } from 'node:fs';
import { SECOND, Simulation } from '@chainwalk/core';
import { bareNode, fateText, install, nodeNetwork, parseObjects, render, walk } from '@chainwalk/kube-proxy';

const objects = parseObjects(readFileSync(new URL('cluster.yaml', import.meta.url), 'utf8'), 'cluster.yaml');

for (const mode of ['iptables', 'ipvs']) {
  const rendered = render(objects, { node: 'worker-1', mode, nfacct: false });
  const simulation = new Simulation({ seed: 4 });
  const node = bareNode(simulation, nodeNetwork(rendered.settings, rendered.entries));
  install(node, rendered);
  let port = 30000;
  const ask = (from) =>
    fateText(walk(node, { from, to: '10.96.12.34', port: 80, protocol: 'tcp', sourcePort: port++ }).fate);
  const pods = (from, times) => Array.from({ length: times }, () => ask(from).replace(':8080', '')).join(' ');
  console.log(`${mode}, affinity of 60 s:`);
  for (const from of ['10.244.1.9', '10.244.1.10', '10.244.1.11']) console.log(`  ${from.padEnd(12)} ${pods(from, 5)}`);
  for (const wait of [50, 50, 130]) {
    simulation.run(simulation.now + wait * SECOND);
    console.log(`  ${wait} s later  ${pods('10.244.1.9', 3)}`);
  }
  console.log();
}

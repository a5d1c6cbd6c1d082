// The dummy device kube-ipvs0 does nothing but make service addresses local. Without it IPVS never sees a packet.
import { readFileSync } from 'node:fs';
import { Simulation } from '@chainwalk/core';
import { bareNode, fateText, install, nodeNetwork, parseObjects, pathOf, render, walk } from '@chainwalk/kube-proxy';

const objects = parseObjects(readFileSync(new URL('cluster.yaml', import.meta.url), 'utf8'), 'cluster.yaml');
const rendered = render(objects, { node: 'worker-1', mode: 'ipvs', nfacct: false });

for (const present of [true, false]) {
  const node = bareNode(new Simulation({ seed: 1 }), nodeNetwork(rendered.settings, rendered.entries));
  install(node, rendered);
  if (!present) console.log(`$ ip link del kube-ipvs0\n${node.sh('ip link del kube-ipvs0').stderr}`);
  console.log(`kube-ipvs0 is ${present ? 'there, down as always' : 'gone'}:`);
  for (const from of ['10.244.1.9', '192.168.1.10']) {
    const { fate, trace } = walk(node, { from, to: '10.96.12.34', port: 80, protocol: 'tcp' });
    console.log(`  ${from === '10.244.1.9' ? 'a pod' : 'the node itself'} reaches ${fateText(fate)}`);
    for (const step of pathOf(trace)) console.log(`    ${step}`);
  }
  console.log();
}

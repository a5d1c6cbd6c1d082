// The rules of iptables mode and the virtual servers of IPVS mode on one node: who gets the packet?
import { readFileSync } from 'node:fs';
import { Simulation } from '@chainwalk/core';
import { bareNode, fateText, install, nodeNetwork, parseObjects, pathOf, render, walk } from '@chainwalk/kube-proxy';

const objects = parseObjects(readFileSync(new URL('cluster.yaml', import.meta.url), 'utf8'), 'cluster.yaml');
const ipvs = render(objects, { node: 'worker-1', mode: 'ipvs', nfacct: false });
const iptables = render(objects, { node: 'worker-1', mode: 'iptables', nfacct: false });

const node = bareNode(new Simulation({ seed: 1 }), nodeNetwork(ipvs.settings, ipvs.entries));
install(node, ipvs);
// A switch of modes without cleaning up: the new rules come on top, the virtual servers stay.
install(node, iptables);

const ask = (title) => {
  const { fate, trace } = walk(node, {
    from: '10.244.1.9',
    to: '10.96.12.34',
    port: 80,
    protocol: 'tcp',
    sourcePort: next++,
  });
  console.log(`${title}: ${fateText(fate)}`);
  for (const step of pathOf(trace)) console.log(`  ${step}`);
  console.log();
};
let next = 40000;

ask('With both in place');
console.log(node.sh('ipvsadm -Ln --stats').stdout);
node.sh('iptables -t nat -F');
console.log('$ iptables -t nat -F\n');
ask('After the nat rules are gone');

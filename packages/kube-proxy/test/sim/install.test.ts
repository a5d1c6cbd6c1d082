import { Simulation } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { bareNode, install, nodeNetwork, parseObjects, render } from '../../src/index.ts';
import { objectsOf } from '../cluster-fixtures.ts';

const CLUSTER = objectsOf([
  {
    name: 'd/s',
    type: 'NodePort',
    ip: '10.96.0.10',
    ports: [{ name: 'p', port: 80, targetPort: 8080, nodePort: 30080 }],
    eps: ['10.244.1.5@n'],
  },
]);

describe('install', () => {
  it('makes the accounting objects that the rules count into', () => {
    const rendered = render(parseObjects(JSON.stringify({ kind: 'List', items: CLUSTER }), 'cluster.json'), {
      node: 'n',
      mode: 'iptables',
      nodeOptions: { addresses: ['192.168.1.10'] },
    });
    const node = bareNode(new Simulation(), nodeNetwork(rendered.settings, rendered.entries));
    install(node, rendered);
    expect(node.sh('iptables-save -t nat').stdout).toContain('--nfacct-name  localhost_nps_accepted_pkts');
    // A second time finds them there.
    install(node, rendered);
  });
});

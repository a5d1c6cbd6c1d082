import { Simulation } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { bareNode, install, nodeNetwork, parseObjects, render } from '../../src/index.ts';

const CLUSTER = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
      status: { addresses: [{ type: 'InternalIP', address: '192.168.1.10' }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', namespace: 'd' },
      spec: {
        type: 'NodePort',
        clusterIP: '10.96.0.10',
        clusterIPs: ['10.96.0.10'],
        ipFamilies: ['IPv4'],
        ports: [{ name: 'p', protocol: 'TCP', port: 80, nodePort: 30080 }],
      },
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 's-1', namespace: 'd', labels: { 'kubernetes.io/service-name': 's' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.244.1.5'], nodeName: 'n', conditions: { ready: true } }],
      ports: [{ name: 'p', protocol: 'TCP', port: 8080 }],
    },
  ],
});

describe('install', () => {
  it('makes the accounting objects that the rules count into', () => {
    const rendered = render(parseObjects(CLUSTER, 'cluster.json'), { node: 'n', mode: 'iptables' });
    const node = bareNode(new Simulation(), nodeNetwork(rendered.settings, rendered.entries));
    install(node, rendered);
    expect(node.sh('iptables-save -t nat').stdout).toContain('--nfacct-name  localhost_nps_accepted_pkts');
    // A second time finds them there.
    install(node, rendered);
  });
});

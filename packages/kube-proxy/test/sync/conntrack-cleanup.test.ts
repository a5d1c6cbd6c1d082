import { SECOND, Simulation } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { parseObjects } from '../../src/api/parse-objects.ts';
import { fateText, walk } from '../../src/sim/fate.ts';
import { bareNode, nodeNetwork } from '../../src/sim/node-setup.ts';
import { KubeProxy } from '../../src/sync/kube-proxy.ts';
import { clusterOf, objectsOf, type ServiceSpec, settingsOf } from '../cluster-fixtures.ts';

const DNS: ServiceSpec = {
  name: 'ns/dns',
  type: 'NodePort',
  ip: '172.30.0.10',
  ports: [{ name: 'dns', port: 53, protocol: 'UDP', nodePort: 30053 }],
  eps: ['10.180.0.3'],
};
const objects = (specs: ServiceSpec[]) =>
  parseObjects(JSON.stringify({ kind: 'List', items: objectsOf(specs) }), 'test');

describe('stale UDP connections', () => {
  const setup = () => {
    const simulation = new Simulation();
    const settings = settingsOf({}, { nfacct: false });
    const node = bareNode(simulation, nodeNetwork(settings, clusterOf([DNS]).entries()));
    const proxy = new KubeProxy(simulation, node, { settings });
    proxy.start();
    proxy.list(objects([DNS]));
    simulation.run(2 * SECOND);
    const ask = (to: string, port: number): string =>
      fateText(walk(node, { from: '203.0.113.2', to, port, protocol: 'udp', sourcePort: 5000 }).fate);
    return { simulation, node, proxy, ask };
  };

  it('keep leading to an endpoint that moved, until the proxy deletes them', () => {
    const { simulation, proxy, ask } = setup();
    expect(ask('172.30.0.10', 53)).toBe('10.180.0.3:53');
    expect(ask('192.168.0.2', 30053)).toBe('10.180.0.3:53');
    proxy.setSlice(objects([{ ...DNS, eps: ['10.180.0.7'] }]).endpointSlices[0]!);
    expect(ask('172.30.0.10', 53)).toBe('10.180.0.3:53');
    simulation.run(5 * SECOND);
    expect(ask('172.30.0.10', 53)).toBe('10.180.0.7:53');
    expect(ask('192.168.0.2', 30053)).toBe('10.180.0.7:53');
    expect(proxy.metrics.value('conntrack_reconciler_deleted_entries_total')).toBe(2);
  });

  it('are left alone while no endpoint serves', () => {
    const { simulation, proxy, ask } = setup();
    expect(ask('172.30.0.10', 53)).toBe('10.180.0.3:53');
    proxy.setSlice(objects([{ ...DNS, eps: [] }]).endpointSlices[0]!);
    simulation.run(5 * SECOND);
    expect(ask('172.30.0.10', 53)).toBe('10.180.0.3:53');
    expect(proxy.metrics.value('conntrack_reconciler_deleted_entries_total')).toBe(0);
  });
});

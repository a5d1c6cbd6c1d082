import { describe, expect, it } from 'vitest';
import { type NodeInfo, ZONE_LABEL } from '../../src/model/node.ts';
import { categorizeEndpoints } from '../../src/model/topology.ts';
import { clusterOf, type ServiceSpec, TEST_NODE } from '../cluster-fixtures.ts';

const zoned: NodeInfo = { ...TEST_NODE, labels: { [ZONE_LABEL]: 'zone-a' } };

function categories(spec: Partial<ServiceSpec>, node = zoned) {
  const entries = clusterOf([{ name: 'ns/svc', ip: '172.30.0.41', ...spec }], node).entries();
  const { cluster, local, reachable, any } = categorizeEndpoints(entries[0]!.port, entries[0]!.endpoints, {
    node,
    nodeHints: true,
  });
  const ips = (list: typeof cluster): string => list.map((endpoint) => endpoint.ip.split('.').at(-1)).join(' ');
  return { cluster: ips(cluster), local: ips(local), reachable: ips(reachable), any };
}

const LOCAL_BOTH = {
  type: 'NodePort',
  ports: [{ name: 'p', port: 80, nodePort: 30080 }],
  extra: { externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Local' },
};
const LOCAL_EXTERNAL = { ...LOCAL_BOTH, extra: { externalTrafficPolicy: 'Local' } };

describe('the endpoints of a node', () => {
  it('are the ready ones, wherever they are, in the order of their texts', () => {
    expect(categories({ eps: ['10.0.0.9@x', '10.0.0.10@here', '10.0.0.2!notready'] })).toEqual({
      cluster: '10 9',
      local: '',
      reachable: '10 9',
      any: true,
    });
  });

  it('fall back to those that serve while they terminate, each set for itself', () => {
    expect(
      categories({ ...LOCAL_EXTERNAL, eps: ['10.0.0.1@here!terminating', '10.0.0.2@x', '10.0.0.3@here!gone'] }),
    ).toEqual({
      cluster: '2',
      local: '1',
      reachable: '1 2',
      any: true,
    });
    expect(categories({ eps: ['10.0.0.1@x!terminating', '10.0.0.2@y!gone'] })).toMatchObject({
      cluster: '1',
      any: true,
    });
    expect(categories({ eps: ['10.0.0.1@x!notready', '10.0.0.2@y!gone'] })).toMatchObject({ cluster: '', any: false });
  });

  it('are local ones only if a local policy asks for them', () => {
    const eps = ['10.0.0.1@here', '10.0.0.2@x'];
    expect(categories({ extra: { internalTrafficPolicy: 'Local' }, eps })).toEqual({
      cluster: '',
      local: '1',
      reachable: '1',
      any: true,
    });
    expect(categories({ ...LOCAL_BOTH, eps })).toEqual({ cluster: '1 2', local: '1', reachable: '1 2', any: true });
    expect(categories({ extra: { internalTrafficPolicy: 'Local' }, eps: ['10.0.0.2@x'] })).toEqual({
      cluster: '',
      local: '',
      reachable: '',
      any: true,
    });
  });

  it('without a node are local to none', () => {
    expect(categories({ ...LOCAL_EXTERNAL, eps: ['10.0.0.1'] })).toMatchObject({ local: '' });
  });

  it('are narrowed by zone hints if every ready one has them and one names this zone', () => {
    const eps = ['10.0.0.1@x', '10.0.0.2@y', '10.0.0.3@z'];
    expect(categories({ eps, zones: [['zone-a'], ['zone-b'], ['zone-a', 'zone-b']] }).cluster).toBe('1 3');
    expect(categories({ eps, zones: [['zone-b'], ['zone-b'], ['zone-c']] }).cluster).toBe('1 2 3');
    expect(categories({ eps, zones: [['zone-a'], [], ['zone-b']] }).cluster).toBe('1 2 3');
    expect(categories({ eps, zones: [['zone-a'], ['zone-b'], ['zone-b']] }, TEST_NODE).cluster).toBe('1 2 3');
  });

  it('that are not ready have no say in hints', () => {
    const eps = ['10.0.0.1@x', '10.0.0.2@y!notready'];
    expect(categories({ eps, zones: [['zone-a'], []] }).cluster).toBe('1');
  });

  it('never lose local ones to hints', () => {
    const eps = ['10.0.0.1@here', '10.0.0.2@x'];
    expect(categories({ ...LOCAL_EXTERNAL, eps, zones: [['zone-b'], ['zone-a']] })).toMatchObject({
      cluster: '2',
      local: '1',
    });
  });
});

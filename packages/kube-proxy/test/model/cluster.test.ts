import { describe, expect, it } from 'vitest';
import { parseObjects } from '../../src/api/parse-objects.ts';
import { RuleCache } from '../../src/iptables/rule-cache.ts';
import { Cluster } from '../../src/model/cluster.ts';
import { clusterOf, OVERALL, objectsOf, type ServiceSpec, settingsOf } from '../cluster-fixtures.ts';

const objects = (items: unknown[]) => parseObjects(JSON.stringify({ kind: 'List', items }), 'test');

describe('service ports', () => {
  it('are none for headless and ExternalName Services', () => {
    const items = [
      { kind: 'Service', metadata: { name: 'a' }, spec: { clusterIP: 'None', ports: [{ port: 80 }] } },
      { kind: 'Service', metadata: { name: 'b' }, spec: { type: 'ExternalName', externalName: 'example.com' } },
      { kind: 'Service', metadata: { name: 'c' }, spec: { ports: [{ port: 80 }] } },
    ];
    expect(new Cluster('n', 'ipv4', objects(items)).entries()).toEqual([]);
  });

  it('have canonical addresses, whatever zeros and blanks they came with', () => {
    const [entry] = clusterOf([
      {
        name: 'ns/svc',
        type: 'LoadBalancer',
        ip: '172.30.0.041',
        extra: { externalIPs: ['192.168.099.022'], loadBalancerSourceRanges: [' 203.0.113.000/025'] },
        lb: ['001.002.003.004'],
        eps: ['10.180.00.001'],
      },
    ]).entries();
    expect(entry!.port).toMatchObject({
      clusterIP: '172.30.0.41',
      externalIPs: ['192.168.99.22'],
      sourceRanges: ['203.0.113.0/25'],
      loadBalancerVIPs: ['1.2.3.4'],
    });
    expect(entry!.endpoints[0]!.text).toBe('10.180.0.1:80');
  });

  it('ignore load balancer addresses that are proxied elsewhere', () => {
    const [service] = objectsOf([{ name: 'ns/svc', type: 'LoadBalancer', ip: '172.30.0.41' }]) as [object];
    const status = {
      loadBalancer: {
        ingress: [{ ip: '1.1.1.1', ipMode: 'Proxy' }, { ip: '2.2.2.2', ipMode: 'VIP' }, { hostname: 'x' }],
      },
    };
    const [entry] = new Cluster('n', 'ipv4', objects([{ ...service, status }])).entries();
    expect(entry!.port.loadBalancerVIPs).toEqual(['2.2.2.2']);
  });

  it('take what is theirs of dual-stack Services', () => {
    const items = [
      {
        kind: 'Service',
        metadata: { name: 'a' },
        spec: {
          clusterIP: '172.30.0.1',
          clusterIPs: ['172.30.0.1', 'fd00::1'],
          externalIPs: ['1.2.3.4', '2001:db8::5'],
          ports: [{ port: 80 }],
        },
      },
    ];
    const of = (family: 'ipv4' | 'ipv6') => new Cluster('n', family, objects(items)).entries()[0]!.port;
    expect(of('ipv4')).toMatchObject({ clusterIP: '172.30.0.1', externalIPs: ['1.2.3.4'] });
    expect(of('ipv6')).toMatchObject({ clusterIP: 'fd00::1', externalIPs: ['2001:db8::5'] });
  });
});

describe('a change', () => {
  const specs: ServiceSpec[] = OVERALL;

  it('of one endpoint compiles one service port anew', () => {
    const cluster = clusterOf(specs);
    const cache = new RuleCache(settingsOf());
    cache.ruleset(cluster.entries());
    expect(cache.compilations).toBe(6);
    const [, slice] = objectsOf([{ name: 'ns1/svc1', ip: '172.30.0.41', eps: ['10.180.0.77'] }]);
    expect(cluster.setSlice(objects([slice]).endpointSlices[0]!)).toEqual({ kind: 'endpoints', name: 'ns1/svc1' });
    cache.ruleset(cluster.entries());
    expect(cache.compilations).toBe(7);
  });

  it('that changes nothing that matters is none', () => {
    const cluster = clusterOf(specs);
    const before = cluster.entries();
    const { services, endpointSlices } = objects(objectsOf(specs));
    for (const service of services) expect(cluster.setService(service)).toBeUndefined();
    for (const slice of endpointSlices) expect(cluster.setSlice(slice)).toBeUndefined();
    for (const [index, entry] of cluster.entries().entries()) expect(entry).toBe(before[index]);
  });

  it('can split endpoints over slices; the same one twice is one, a local copy first', () => {
    const cluster = clusterOf([{ name: 'ns/svc', ip: '172.30.0.41', eps: ['10.0.0.1@x', '10.0.0.2@x'] }]);
    const [, slice] = objectsOf([{ name: 'ns/svc', ip: '172.30.0.41', eps: ['10.0.0.2@here', '10.0.0.3'] }]) as [
      unknown,
      { metadata: object },
    ];
    const second = { ...slice, metadata: { ...slice.metadata, name: 'svc-2' } };
    cluster.setSlice(objects([second]).endpointSlices[0]!);
    expect(cluster.entries()[0]!.endpoints.map((endpoint) => `${endpoint.ip}@${endpoint.nodeName}`)).toEqual([
      '10.0.0.1@x',
      '10.0.0.2@test-node',
      '10.0.0.3@',
    ]);
  });
});

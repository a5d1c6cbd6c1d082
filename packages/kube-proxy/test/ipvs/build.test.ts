import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG, type ProxyConfig } from '../../src/api/proxy-config.ts';
import { buildIpvsState, ipvsServiceParts } from '../../src/ipvs/build.ts';
import type { SetKey } from '../../src/ipvs/sets.ts';
import { ipvsadmSave } from '../../src/ipvs/text.ts';
import { renderEntries } from '../../src/render.ts';
import { clusterOf, OVERALL, type ServiceSpec, settingsOf, TEST_NODE } from '../cluster-fixtures.ts';

function stateOf(specs: ServiceSpec[], config: Partial<ProxyConfig> = {}, node = TEST_NODE) {
  const settings = settingsOf(config, {}, node);
  const state = buildIpvsState(
    clusterOf(specs, node)
      .entries()
      .map((entry) => ipvsServiceParts(entry, settings)),
    settings,
  );
  const set = (key: SetKey): string[] => [...state.sets.get(key)!];
  const servers = ipvsadmSave(state.virtualServers).split('\n');
  return { state, set, servers };
}

const WEB: ServiceSpec = {
  name: 'ns/web',
  type: 'LoadBalancer',
  ip: '172.30.0.41',
  ports: [{ name: 'p', port: 80, nodePort: 30080 }],
  extra: {
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 31000,
    externalIPs: ['192.168.99.11', '192.168.99.22'],
  },
  lb: ['1.2.3.4'],
  eps: ['10.180.0.1@here', '10.180.0.2@other'],
};

describe('the state of IPVS mode', () => {
  it('has sets by what Services are reached by', () => {
    const { set } = stateOf(OVERALL);
    expect(set('clusterIp')).toHaveLength(6);
    expect(set('loopBack')).toEqual(['10.180.0.5,tcp:80,10.180.0.5']);
    expect(set('externalIp')).toEqual(['192.168.99.33,tcp:80']);
    expect(set('externalIpLocal')).toEqual(['192.168.99.22,tcp:80']);
    expect(set('loadBalancer')).toEqual(['1.2.3.4,tcp:80', '5.6.7.8,tcp:80']);
    expect(set('loadBalancerLocal')).toEqual(['1.2.3.4,tcp:80']);
    expect(set('loadBalancerFw')).toEqual(['5.6.7.8,tcp:80']);
    expect(set('sourceCidr')).toEqual(['5.6.7.8,tcp:80,203.0.113.0/25']);
    expect(set('sourceIp')).toEqual([]);
    expect(set('nodePortTcp')).toEqual(['3001', '3003', '3002']);
    expect(set('nodePortLocalTcp')).toEqual(['3001']);
    expect(set('healthCheck')).toEqual(['30000']);
  });

  it('serves local endpoints under a local policy, and all of them where there is none', () => {
    const { servers } = stateOf([WEB]);
    expect(servers.filter((line) => line.startsWith('-a -t 1.2.3.4:80'))).toEqual([
      '-a -t 1.2.3.4:80 -r 10.180.0.1:80 -m -w 1',
    ]);
    expect(servers.filter((line) => line.startsWith('-a -t 172.30.0.41:80'))).toHaveLength(2);
    const remote = stateOf([{ ...WEB, eps: ['10.180.0.2@other', '10.180.0.3@other'] }]);
    expect(remote.servers.filter((line) => line.startsWith('-a -t 1.2.3.4:80'))).toHaveLength(2);
    const internal = stateOf([
      { name: 'ns/svc', ip: '172.30.0.41', extra: { internalTrafficPolicy: 'Local' }, eps: ['10.180.0.2@other'] },
    ]);
    expect(internal.servers).toEqual(['-A -t 172.30.0.41:80 -s rr', '']);
  });

  it('binds service addresses, but not those that the node has on another device', () => {
    expect(stateOf([WEB]).state.addresses).toEqual(['172.30.0.41', '192.168.99.22', '1.2.3.4']);
    expect(stateOf([WEB]).set('ipvsIps')).toEqual(['172.30.0.41', '192.168.99.22', '1.2.3.4']);
  });

  it('has a virtual server for each node address, without loopback ones', () => {
    const of = (config: Partial<ProxyConfig>): string[] =>
      stateOf([WEB], config)
        .servers.filter((line) => /^-A .*:30080 /.test(line))
        .map((line) => line.split(' ')[2]!);
    expect(of({})).toEqual(['192.168.0.2:30080', '192.168.1.2:30080', '192.168.99.11:30080']);
    expect(of({ nodePortAddresses: ['192.168.1.0/24', '127.0.0.0/8'] })).toEqual(['192.168.1.2:30080']);
  });

  it('skips the health check too where no node address serves node ports', () => {
    const { set } = stateOf([WEB], { nodePortAddresses: ['10.0.0.0/8'] });
    expect(set('nodePortTcp')).toEqual([]);
    expect(set('healthCheck')).toEqual([]);
  });

  it('keeps clients by persistence, and hashes ports with the scheduler mh', () => {
    const spec: ServiceSpec = { name: 'ns/svc', ip: '172.30.0.41', extra: { sessionAffinity: 'ClientIP' } };
    const config = { ipvs: { ...DEFAULT_CONFIG.ipvs, scheduler: 'mh' } };
    expect(stateOf([spec], config).servers[0]).toBe('-A -t 172.30.0.41:80 -s mh -p 10800 -b mh-port');
  });

  it('has a number of rules that does not grow with the number of Services', () => {
    const rules = (count: number): number => {
      const specs = Array.from(
        { length: count },
        (_, index): ServiceSpec => ({
          name: `ns/svc${index}`,
          type: 'NodePort',
          ip: `172.30.${index >> 8}.${index & 255}`,
          ports: [{ name: 'p', port: 80, nodePort: 30000 + index }],
          eps: ['10.180.0.1@here'],
        }),
      );
      const { ruleset } = stateOf(specs).state;
      return ruleset.nat.rules.length + ruleset.filter.rules.length;
    };
    expect(rules(500)).toBe(rules(1));
  });

  it('is refused for the generation of 1.12, whose sets are others', () => {
    expect(() => renderEntries([], settingsOf({}, { generation: '1.12' }), 'ipvs')).toThrow('current releases only');
  });
});

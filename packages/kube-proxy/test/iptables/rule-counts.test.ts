import { describe, expect, it } from 'vitest';
import { RuleCache } from '../../src/iptables/rule-cache.ts';
import { clusterIpRules, loadBalancerRules, nodePortRules } from '../../src/iptables/rule-counts.ts';
import { rulesOf } from '../../src/iptables/ruleset.ts';
import { clusterOf, type ServiceSpec, settingsOf } from '../cluster-fixtures.ts';

function natRules(
  services: number,
  endpoints: number,
  extra: (index: number) => Partial<ServiceSpec>,
  nfacct = true,
): number {
  const specs = Array.from(
    { length: services },
    (_, index): ServiceSpec => ({
      name: `ns/svc${index}`,
      ip: `172.30.1.${index + 1}`,
      ...extra(index),
      ...(endpoints === 0 ? {} : { eps: Array.from({ length: endpoints }, (_, at) => `10.180.${index}.${at + 1}`) }),
    }),
  );
  const cache = new RuleCache(settingsOf({}, { nfacct }));
  return rulesOf(cache.ruleset(clusterOf(specs).entries()).nat).length;
}

describe('the number of nat rules', () => {
  it.each([
    [1, 1],
    [1, 2],
    [1, 10],
    [10, 1],
    [10, 10],
    [100, 3],
  ])('of %i ClusterIP services with %i endpoints is 5 + services x (2 + 3 x endpoints)', (services, endpoints) => {
    expect(natRules(services, endpoints, () => ({}))).toBe(5 + services * (2 + 3 * endpoints));
    expect(clusterIpRules(services, endpoints)).toBe(5 + services * (2 + 3 * endpoints));
  });

  it('without endpoints is the fixed five', () => {
    expect(natRules(10, 0, () => ({}))).toBe(5);
  });

  it.each([
    [1, 1],
    [1, 10],
    [10, 2],
    [10, 10],
  ])(
    'of %i LoadBalancer services with %i endpoints and a source range is 5 + services x (8 + 3 x endpoints)',
    (services, endpoints) => {
      const extra = (index: number): Partial<ServiceSpec> => ({
        type: 'LoadBalancer',
        ports: [{ name: 'p80', port: 80, nodePort: 30000 + index }],
        lb: [`1.2.3.${index}`],
        extra: { loadBalancerSourceRanges: ['203.0.113.0/25'] },
      });
      expect(natRules(services, endpoints, extra, false)).toBe(5 + services * (8 + 3 * endpoints));
      expect(loadBalancerRules(services, endpoints)).toBe(5 + services * (8 + 3 * endpoints));
      // With the nfacct counters at hand each node port has a rule more, for 127.0.0.0/8.
      expect(natRules(services, endpoints, extra, true)).toBe(5 + services * (9 + 3 * endpoints));
      expect(loadBalancerRules(services, endpoints, 1, true)).toBe(5 + services * (9 + 3 * endpoints));
      // Without source ranges there is no firewall chain.
      const open = (index: number): Partial<ServiceSpec> => ({ ...extra(index), extra: {} });
      expect(natRules(services, endpoints, open, false)).toBe(loadBalancerRules(services, endpoints, 0));
    },
  );

  it.each([
    [1, 0],
    [1, 1],
    [10, 2],
  ])('of %i NodePort services with %i endpoints has a closed form too', (services, endpoints) => {
    const extra = (index: number): Partial<ServiceSpec> => ({
      type: 'NodePort',
      ports: [{ name: 'p80', port: 80, nodePort: 30000 + index }],
    });
    expect(natRules(services, endpoints, extra, false)).toBe(nodePortRules(services, endpoints));
    expect(natRules(services, endpoints, extra, true)).toBe(nodePortRules(services, endpoints, true));
  });
});

import { describe, expect, it } from 'vitest';
import { RuleCache } from '../../src/iptables/rule-cache.ts';
import { savedText } from '../../src/iptables/ruleset.ts';
import { chainNamesOf } from '../../src/names/chain-names.ts';
import { clusterOf, type ServiceSpec, settingsOf } from '../cluster-fixtures.ts';
import { nodeFor, outcomes } from '../sim/walker.ts';

/** A cluster of v1.12 as articles describe one: seven pods behind a load balancer with the local policy. */
const API = (here: string): ServiceSpec => ({
  name: 'default/api',
  type: 'LoadBalancer',
  ip: '172.30.5.207',
  ports: [{ port: 443, targetPort: 80, nodePort: 30031 }],
  extra: { externalTrafficPolicy: 'Local' },
  lb: ['172.6.6.6'],
  eps: [`172.31.9.52${here}`, ...[53, 54, 55, 56, 57, 58].map((host) => `172.31.9.${host}@other`)],
});
const CONFIG = { clusterCIDR: '172.31.0.0/16' };
const OLD = { generation: '1.12' } as const;
const ALL = [52, 53, 54, 55, 56, 57, 58].map((host) => `172.31.9.${host}:80`).join(', ');

describe('the rules of v1.12', () => {
  const entries = clusterOf([API('@here')]).entries();
  const saved = savedText(new RuleCache(settingsOf(CONFIG, OLD)).ruleset(entries)).split('\n');
  const { svc, fw, xlb } = chainNamesOf(entries[0]!.port, true);
  const of = (chain: string): string[] =>
    saved.filter((line) => line.startsWith(`-A ${chain} `)).map((line) => line.replace(`-A ${chain} `, ''));

  it('give seven endpoints the probabilities that people quote', () => {
    const chances = of(svc).map((line) => /--probability (\S+)/.exec(line)?.[1]);
    expect(chances).toEqual([
      '0.14286000002',
      '0.16667000018',
      '0.20000000019',
      '0.25000000000',
      '0.33332999982',
      '0.50000000000',
      undefined,
    ]);
  });

  it('lead a load balancer address through KUBE-FW into KUBE-XLB', () => {
    expect(of(fw)).toEqual([
      `-m comment --comment "default/api: loadbalancer IP" -j ${xlb}`,
      '-m comment --comment "default/api: loadbalancer IP" -j KUBE-MARK-DROP',
    ]);
    expect(of(xlb)[0]).toBe(
      `-s 172.31.0.0/16 -m comment --comment "Redirect pods trying to reach external loadbalancer VIP to clusterIP" -j ${svc}`,
    );
    expect(of(xlb)[1]).toContain('-m comment --comment "Balancing rule 0 for default/api:" -j KUBE-SEP-');
    expect(of('KUBE-MARK-DROP')).toEqual(['-j MARK --set-xmark 0x8000/0x8000']);
  });

  it('decide about masquerading in KUBE-SERVICES', () => {
    expect(of('KUBE-SERVICES').slice(0, 2)).toEqual([
      '! -s 172.31.0.0/16 -d 172.30.5.207/32 -p tcp -m comment --comment "default/api: cluster IP" -m tcp --dport 443 -j KUBE-MARK-MASQ',
      `-d 172.30.5.207/32 -p tcp -m comment --comment "default/api: cluster IP" -m tcp --dport 443 -j ${svc}`,
    ]);
    expect(of('KUBE-NODEPORTS')).toEqual([
      '-s 127.0.0.0/8 -p tcp -m comment --comment "default/api:" -m tcp --dport 30031 -j KUBE-MARK-MASQ',
      `-p tcp -m comment --comment "default/api:" -m tcp --dport 30031 -j ${xlb}`,
    ]);
  });

  it.each([
    ['@here', '172.31.0.9', '172.6.6.6:443', ALL, false],
    ['@here', '203.0.113.2', '172.6.6.6:443', '172.31.9.52:80', false],
    ['@here', '203.0.113.2', '192.168.0.2:30031', '172.31.9.52:80', false],
    ['@here', '172.31.0.9', '172.30.5.207:443', ALL, false],
    ['@here', '203.0.113.2', '172.30.5.207:443', ALL, true],
    ['@other', '203.0.113.2', '192.168.0.2:30031', 'DROP', false],
    ['@other', '172.31.0.9', '172.6.6.6:443', ALL, false],
    // KUBE-FIREWALL hangs in INPUT and OUTPUT: what is forwarded goes on with its mark and without an endpoint.
    ['@other', '203.0.113.2', '172.6.6.6:443', '-', false],
    // No LOCAL rules yet: the node is treated as any client, and dropped in OUTPUT.
    ['@other', '192.168.0.2', '172.6.6.6:443', 'DROP', false],
  ])('with the first endpoint%s, %s -> %s ends at %s (masqueraded: %s)', (here, from, to, end, masq) => {
    const node = nodeFor([API(here)], 'iptables', CONFIG, OLD);
    expect(outcomes(node, from, to, 150)).toEqual({ to: end, masq });
  });
});

import { SECOND } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { savedRule } from '../../src/iptables/rule.ts';
import { renderEntries } from '../../src/render.ts';
import { UserspaceBalancer } from '../../src/userspace/balancer.ts';
import { clusterOf, type ServiceSpec, settingsOf } from '../cluster-fixtures.ts';
import { nodeFor, outcomes } from '../sim/walker.ts';

const WEB: ServiceSpec = {
  name: 'ns/web',
  type: 'NodePort',
  ip: '172.30.0.41',
  ports: [{ name: 'p', port: 80, nodePort: 30080 }],
  eps: ['10.180.0.1', '10.180.0.2', '10.180.0.3!notready'],
};

describe('userspace mode', () => {
  it('redirects what comes in, and rewrites what the node sends, to the port of the process', () => {
    const { ruleset } = renderEntries(clusterOf([WEB]).entries(), settingsOf(), 'userspace');
    expect(ruleset.nat.rules.map(savedRule)).toEqual([
      '-A KUBE-PORTALS-CONTAINER -d 172.30.0.41/32 -p tcp -m comment --comment "ns/web:p" -m tcp --dport 80 -j REDIRECT --to-ports 32768',
      '-A KUBE-PORTALS-HOST -d 172.30.0.41/32 -p tcp -m comment --comment "ns/web:p" -m tcp --dport 80 -j DNAT --to-destination 192.168.0.2:32768',
      '-A KUBE-NODEPORT-CONTAINER -p tcp -m comment --comment "ns/web:p" -m tcp --dport 30080 -j REDIRECT --to-ports 32768',
      '-A KUBE-NODEPORT-HOST -p tcp -m comment --comment "ns/web:p" -m tcp --dport 30080 -j DNAT --to-destination 192.168.0.2:32768',
    ]);
  });

  it.each(['10.0.0.2', '203.0.113.2', '192.168.0.2'])(
    'takes a connection from %s to each endpoint in turn, as its own',
    (from) => {
      const node = nodeFor([WEB], 'userspace');
      for (const to of ['172.30.0.41:80', '192.168.0.2:30080']) {
        expect(outcomes(node, from, to, 6).to).toBe('10.180.0.1:80, 10.180.0.2:80');
      }
    },
  );

  it('accepts connections of a Service without endpoints, to close them', () => {
    expect(outcomes(nodeFor([{ ...WEB, eps: [] }], 'userspace'), '10.0.0.2', '172.30.0.41:80', 2).to).toBe('ACCEPT');
  });

  it('leaves SCTP alone', () => {
    const sctp: ServiceSpec = { ...WEB, type: 'ClusterIP', ports: [{ name: 'p', port: 80, protocol: 'SCTP' }] };
    expect(renderEntries(clusterOf([sctp]).entries(), settingsOf(), 'userspace').ruleset.nat.rules).toEqual([]);
  });
});

describe('its balancer', () => {
  const entryOf = (spec: ServiceSpec) => clusterOf([spec]).entries()[0]!;

  it('goes round the ready endpoints', () => {
    const balancer = new UserspaceBalancer();
    const entry = entryOf(WEB);
    const picks = Array.from({ length: 4 }, () => balancer.pick(entry, '10.0.0.2', 0));
    expect(picks).toEqual(['10.180.0.1:80', '10.180.0.2:80', '10.180.0.1:80', '10.180.0.2:80']);
  });

  it('stays with a client for the affinity timeout, counted from its last connection', () => {
    const balancer = new UserspaceBalancer();
    const entry = entryOf({
      ...WEB,
      extra: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } },
    });
    expect(balancer.pick(entry, 'a', 0)).toBe('10.180.0.1:80');
    expect(balancer.pick(entry, 'b', 0)).toBe('10.180.0.2:80');
    expect(balancer.pick(entry, 'a', 50 * SECOND)).toBe('10.180.0.1:80');
    expect(balancer.pick(entry, 'b', 100 * SECOND)).toBe('10.180.0.1:80');
    expect(balancer.pick(entry, 'a', 105 * SECOND)).toBe('10.180.0.1:80');
    const moved = entryOf({ ...WEB, extra: { sessionAffinity: 'ClientIP' }, eps: ['10.180.0.9'] });
    expect(balancer.pick(moved, 'a', 106 * SECOND)).toBe('10.180.0.9:80');
    expect(balancer.pick(entryOf({ ...WEB, eps: [] }), 'a', 0)).toBeUndefined();
  });
});

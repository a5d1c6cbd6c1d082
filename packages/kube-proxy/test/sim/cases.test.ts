import { describe, expect, it } from 'vitest';
import { OVERALL, type ServiceSpec } from '../cluster-fixtures.ts';
import { nodeFor, outcomes } from './walker.ts';

/** Rows: from, to, outcome, masqueraded. */
type Row = readonly [string, string, string, boolean];

function flows(name: string, specs: ServiceSpec[], rows: readonly Row[]): void {
  describe(name, () => {
    const node = nodeFor(specs);
    it.each(rows)('%s -> %s ends at %s (masqueraded: %s)', (from, to, outcome, masq) => {
      expect(outcomes(node, from, to)).toEqual({ to: outcome, masq });
    });
  });
}

flows('the base set', OVERALL, [
  ['10.0.0.2', '10.0.0.3:80', '-', false],
  ['10.0.0.2', '172.30.0.41:80', '10.180.0.1:80', false],
  ['10.0.0.2', '172.30.0.44:80', '10.180.0.4:80, 10.180.0.5:80', false],
  ['192.168.0.2', '192.168.99.22:80', '10.180.0.2:80', true],
  ['203.0.113.2', '192.168.99.22:80', 'DROP', false],
  ['192.168.0.2', '192.168.0.2:30000', 'ACCEPT', false],
  ['10.0.0.2', '172.30.0.46:80', 'REJECT', false],
]);

flows(
  'a load balancer without endpoints',
  [
    {
      name: 'ns1/svc1',
      type: 'LoadBalancer',
      ip: '172.30.0.41',
      ports: [{ name: 'p80', port: 80, nodePort: 3001 }],
      extra: { externalIPs: ['192.168.99.11'] },
      lb: ['1.2.3.4'],
    },
  ],
  [
    ['10.0.0.2', '172.30.0.41:80', 'REJECT', false],
    ['203.0.113.2', '192.168.99.11:80', 'REJECT', false],
    ['10.0.0.2', '192.168.0.2:3001', 'REJECT', false],
    ['203.0.113.2', '192.168.0.2:3001', 'REJECT', false],
    ['10.0.0.2', '1.2.3.4:80', 'REJECT', false],
    ['203.0.113.2', '1.2.3.4:80', 'REJECT', false],
    // OUTPUT does not visit KUBE-EXTERNAL-SERVICES.
    ['192.168.0.2', '1.2.3.4:80', '-', false],
  ],
);

const two = (port: number): string => `10.180.0.1:${port}, 10.180.2.1:${port}`;
flows(
  'cluster IPs',
  [
    {
      name: 'ns1/svc1',
      ip: '172.30.0.41',
      ports: [{ name: 'http', port: 80 }],
      eps: ['10.180.0.1@here'],
    },
    {
      name: 'ns2/svc2',
      ip: '172.30.0.42',
      ports: [
        { name: 'http', port: 80 },
        { name: 'https', port: 443, targetPort: 8443 },
        { name: 'dns-udp', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, targetPort: 5353 },
        { name: 'dns-sctp', port: 53, protocol: 'SCTP' },
      ],
      eps: ['10.180.0.1@here', '10.180.2.1@node2'],
    },
  ],
  [
    ['10.180.0.2', '172.30.0.41:80', '10.180.0.1:80', false],
    ['10.180.0.1', '172.30.0.41:80', '10.180.0.1:80', true],
    ['10.180.0.2', '172.30.0.42:80', two(80), false],
    ['10.180.0.2', '172.30.0.42:443', two(8443), false],
    ['10.180.0.2', '172.30.0.42:53', two(5353), false],
    ['10.180.0.2', '172.30.0.42:53/udp', two(53), false],
    ['10.180.0.2', '172.30.0.42:53/sctp', two(53), false],
    ['10.180.0.2', '172.30.0.42:80/udp', '-', false],
    ['10.180.0.2', '172.30.0.41:443', '-', false],
    ['10.180.0.2', '172.30.0.50:80', '-', false],
  ],
);

const ranged = (ranges: string[]): ServiceSpec => ({
  name: 'ns1/svc1',
  type: 'LoadBalancer',
  ip: '172.30.0.41',
  ports: [{ name: 'p80', port: 80, nodePort: 3001 }],
  extra: { loadBalancerSourceRanges: ranges },
  lb: ['1.2.3.4', '5.6.7.8'],
  eps: ['10.180.0.1'],
});
flows(
  'source ranges that hold the node',
  [ranged(['192.168.0.0/24', ' 203.0.113.0/25'])],
  [
    ['10.0.0.2', '172.30.0.41:80', '10.180.0.1:80', false],
    ['203.0.113.2', '192.168.0.2:3001', '10.180.0.1:80', true],
    ['203.0.113.130', '192.168.0.2:3001', '10.180.0.1:80', true],
    ...['1.2.3.4:80', '5.6.7.8:80'].flatMap((to): Row[] => [
      ['203.0.113.2', to, '10.180.0.1:80', true],
      ['203.0.113.130', to, 'DROP', false],
      ['10.0.0.2', to, 'DROP', false],
      ['192.168.0.2', to, '10.180.0.1:80', true],
    ]),
    ['1.2.3.4', '1.2.3.4:80', '10.180.0.1:80', true],
    ['5.6.7.8', '5.6.7.8:80', '10.180.0.1:80', true],
    ['5.6.7.8', '1.2.3.4:80', '10.180.0.1:80', true],
  ],
);
flows(
  'source ranges that leave the node out',
  [ranged(['203.0.113.0/25'])],
  [
    ['192.168.0.2', '1.2.3.4:80', 'DROP', false],
    ['1.2.3.4', '1.2.3.4:80', 'DROP', false],
    ['203.0.113.2', '1.2.3.4:80', '10.180.0.1:80', true],
  ],
);

const policy = (external: string, eps: string[]): ServiceSpec => ({
  name: 'ns1/svc1',
  type: 'LoadBalancer',
  ip: '172.30.0.41',
  ports: [{ name: 'p80', port: 80, nodePort: 3001 }],
  extra: { externalTrafficPolicy: external, externalIPs: ['192.168.99.22'] },
  lb: ['1.2.3.4'],
  eps,
});
const both = '10.180.0.1:80, 10.180.2.1:80';
flows(
  'the external policy Local with an endpoint here',
  [policy('Local', ['10.180.0.1@here', '10.180.2.1@other'])],
  [
    ['10.0.0.2', '172.30.0.41:80', both, false],
    ['10.0.0.2', '1.2.3.4:80', both, false],
    ['10.0.0.2', '192.168.99.22:80', both, false],
    ['10.0.0.2', '192.168.0.2:3001', both, false],
    ['192.168.0.2', '1.2.3.4:80', both, true],
    ['203.0.113.2', '1.2.3.4:80', '10.180.0.1:80', false],
    ['203.0.113.2', '192.168.99.22:80', '10.180.0.1:80', false],
    ['203.0.113.2', '192.168.0.2:3001', '10.180.0.1:80', false],
  ],
);
flows(
  'the external policy Local without an endpoint here',
  [policy('Local', ['10.180.2.1@other'])],
  [
    ['10.0.0.2', '1.2.3.4:80', '10.180.2.1:80', false],
    ['192.168.0.2', '1.2.3.4:80', '10.180.2.1:80', true],
    ['203.0.113.2', '1.2.3.4:80', 'DROP', false],
    ['203.0.113.2', '192.168.0.2:3001', 'DROP', false],
    ['203.0.113.2', '172.30.0.41:80', '10.180.2.1:80', true],
  ],
);
flows(
  'the external policy Cluster',
  [policy('Cluster', ['10.180.0.1@here', '10.180.2.1@other'])],
  [
    ['10.0.0.2', '172.30.0.41:80', both, false],
    ...['10.0.0.2', '203.0.113.2'].flatMap((from): Row[] =>
      ['192.168.99.22:80', '1.2.3.4:80', '192.168.0.2:3001'].map((to): Row => [from, to, both, true]),
    ),
  ],
);

const internal = (value: string | undefined, eps: string[] | undefined): ServiceSpec[] => [
  {
    name: 'ns1/svc1',
    ip: '172.30.1.1',
    ports: [{ port: 80 }],
    ...(value === undefined ? {} : { extra: { internalTrafficPolicy: value } }),
    ...(eps === undefined ? {} : { eps }),
  },
];
const here = '10.0.1.1@test-node';
const all = '10.0.1.1:80, 10.0.1.2:80, 10.0.1.3:80';
describe('the internal policy', () => {
  it.each([
    [undefined, [here, '10.0.1.2@node1', '10.0.1.3@node2'], all],
    ['Cluster', [here, '10.0.1.2@node1', '10.0.1.3@node2'], all],
    ['Local', [here, '10.0.1.2@node1', '10.0.1.3@node2'], '10.0.1.1:80'],
    ['Local', [here, '10.0.1.2@here', '10.0.1.3@node2'], '10.0.1.1:80, 10.0.1.2:80'],
    ['Local', ['10.0.1.2@node1', '10.0.1.3@node2'], 'DROP'],
    ['Local', undefined, 'REJECT'],
  ])('%s with endpoints %j sends a pod to %s', (value, eps, outcome) => {
    expect(outcomes(nodeFor(internal(value, eps)), '10.0.0.2', '172.30.1.1:80').to).toBe(outcome);
  });
});

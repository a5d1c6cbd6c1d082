import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseObjects } from '../../src/api/parse-objects.ts';
import { DEFAULT_CONFIG } from '../../src/api/proxy-config.ts';
import { compareModes } from '../../src/sim/trace-text.ts';
import { objectsOf, type ServiceSpec } from '../cluster-fixtures.ts';

const endpoints = fc.uniqueArray(
  fc.tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom('', '@here', '@node2'),
    fc.constantFrom('', '', '', '!terminating', '!notready'),
  ),
  { maxLength: 4, selector: ([host]) => host },
);
const service = fc.record({
  type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer'),
  internal: fc.constantFrom('Cluster', 'Local'),
  external: fc.constantFrom('Cluster', 'Local'),
  ranges: fc.constantFrom([], ['203.0.113.0/25'], ['192.168.0.0/24', '10.0.0.0/8']),
  affinity: fc.constantFrom('None', 'ClientIP'),
  protocol: fc.constantFrom('TCP', 'UDP'),
  endpoints,
});
type RandomService = typeof service extends fc.Arbitrary<infer T> ? T : never;

function specOf(random: RandomService, index: number): ServiceSpec {
  const exposed = random.type !== 'ClusterIP';
  return {
    name: `ns/svc${index}`,
    type: random.type,
    ip: `172.30.0.${index + 1}`,
    ports: [
      {
        name: 'p',
        port: 80,
        targetPort: 8080,
        protocol: random.protocol,
        ...(exposed ? { nodePort: 30000 + index } : {}),
      },
    ],
    extra: {
      internalTrafficPolicy: random.internal,
      sessionAffinity: random.affinity,
      ...(exposed ? { externalTrafficPolicy: random.external } : {}),
      ...(random.type === 'LoadBalancer' ? { loadBalancerSourceRanges: random.ranges } : {}),
    },
    ...(random.type === 'LoadBalancer' ? { lb: [`9.9.9.${index + 1}`] } : {}),
    eps: random.endpoints.map(([host, node, state]) => `10.180.${index}.${host}${node}${state}`),
  };
}

describe('the three modes', () => {
  it('agree about the fate of a packet, or differ in a way that is on the list', () => {
    const flows = fc.record({
      from: fc.constantFrom('10.0.0.2', '203.0.113.2', '203.0.113.200', '192.168.0.2', '10.180.0.1'),
      what: fc.constantFrom('cluster', 'cluster', 'node', 'lb', 'wrong-port'),
    });
    fc.assert(
      fc.property(fc.array(service, { minLength: 1, maxLength: 2 }), flows, (services, { from, what }) => {
        const specs = services.map(specOf);
        const [first] = services as [RandomService];
        const to =
          what === 'node'
            ? '192.168.0.2:30000'
            : what === 'lb'
              ? '9.9.9.1:80'
              : what === 'wrong-port'
                ? '172.30.0.1:81'
                : '172.30.0.1:80';
        const objects = parseObjects(JSON.stringify({ kind: 'List', items: objectsOf(specs) }), 'random');
        const comparison = compareModes(objects, {
          node: 'test-node',
          nodeOptions: { addresses: ['192.168.0.2'] },
          config: { ...DEFAULT_CONFIG, clusterCIDR: '10.0.0.0/8' },
          from,
          to: `${to}/${first.protocol.toLowerCase()}`,
          tries: first.affinity === 'ClientIP' ? 1 : 24,
        });
        if (first.affinity === 'ClientIP' && first.endpoints.length > 1) return;
        for (const mode of comparison.modes) {
          const deviates =
            [...mode.outcomes.keys()].sort().join() !== [...comparison.modes[0]!.outcomes.keys()].sort().join();
          const reasons = comparison.differences.filter(
            ({ modes, id }) => modes.includes(mode.mode) && id !== 'masquerade-by-origin',
          );
          if (deviates && reasons.length === 0) {
            expect({ mode: mode.mode, [mode.mode]: [...mode.outcomes.keys()] }).toEqual({
              iptables: [...comparison.modes[0]!.outcomes.keys()],
            });
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

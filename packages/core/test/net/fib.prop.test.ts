import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/address/address.ts';
import { formatPrefix, prefixContains } from '../../src/address/prefix.ts';
import { Fib } from '../../src/net/fib.ts';
import type { Flow } from '../../src/net/fib-route.ts';
import { DEFAULT_RULES, type HostConfig, type RouteConfig, TABLE } from '../../src/net/host-config.ts';
import { arbIpv4, arbPrefix } from '../../src/testing/arbitraries.ts';

const arbRoute = fc.record({ prefix: arbPrefix, metric: fc.nat(3), tos: fc.constantFrom(0, 0x10) }).map(
  ({ prefix, metric, tos }): RouteConfig => ({
    type: 'unicast',
    prefix,
    metric,
    tos,
    table: TABLE.main,
    device: 'eth0',
    scope: 'link',
  }),
);

const configWith = (routes: readonly RouteConfig[]): HostConfig => ({
  interfaces: [{ name: 'eth0', kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] }],
  routes,
  rules: DEFAULT_RULES,
});

const flowTo = (destination: Flow['destination'], tos = 0): Flow => ({
  destination,
  source: undefined,
  tos,
  mark: 0,
  inDevice: undefined,
  outDevice: undefined,
});

describe('Fib', () => {
  it('finds what a search through all routes finds: longest prefix, then fitting TOS, then smallest metric', () => {
    fc.assert(
      fc.property(fc.array(arbRoute, { maxLength: 30 }), arbIpv4, fc.constantFrom(0, 0x10), (routes, address, tos) => {
        const found = new Fib(configWith(routes)).lookup(flowTo(address, tos));
        const fitting = routes.filter(
          (route) => prefixContains(route.prefix, address) && (route.tos === 0 || route.tos === tos),
        );
        fitting.sort((a, b) => b.prefix.length - a.prefix.length || b.tos - a.tos || a.metric - b.metric);
        const best = fitting[0];
        if (best === undefined) expect(found).toBe('none');
        else
          expect(
            typeof found === 'string' ? found : [formatAddress(found.network), found.length, found.tos, found.metric],
          ).toEqual([formatPrefix(best.prefix).split('/')[0], best.prefix.length, best.tos, best.metric]);
      }),
      { numRuns: 300 },
    );
  });
});

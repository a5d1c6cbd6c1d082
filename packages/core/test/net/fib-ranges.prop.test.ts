import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ipv4FromBits, ipv4Mask } from '../../src/address/ipv4.ts';
import { parsePrefix } from '../../src/address/prefix.ts';
import { Simulation } from '../../src/engine/simulation.ts';
import { FibRanges } from '../../src/net/fib-ranges.ts';
import { Host } from '../../src/net/host.ts';

const arbBits = fc.oneof(
  fc.nat(0xffff_ffff),
  fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x0a00_0000, 0x0a00_00ff),
);
const arbNetwork = fc.record({ bits: arbBits, length: fc.nat(32) }).map(({ bits, length }) => {
  const first = (bits & ipv4Mask(length)) >>> 0;
  return { first, last: (first | ~ipv4Mask(length)) >>> 0 };
});

it('each address has the route of its range', () => {
  fc.assert(
    fc.property(fc.array(arbNetwork, { maxLength: 12 }), fc.array(arbBits), (networks, others) => {
      // Any function will do that changes at the edges of networks only.
      const lookup = (address: number): string =>
        networks.map(({ first, last }) => (first <= address && address <= last ? '1' : '0')).join('');
      const ranges = new FibRanges(networks, lookup as never);
      const edges = networks.flatMap(({ first, last }) => [first - 1, first, last, last + 1]);
      for (const bits of [...others, ...edges]) {
        const address = ipv4FromBits(bits);
        expect(ranges.resultAt(ranges.find(address))).toBe(lookup(address));
      }
    }),
  );
});

it('a FIB that is asked often answers as one that was not asked before', () => {
  const host = new Host(new Simulation());
  host.configure((config) => {
    const address = { address: ipv4FromBits(0x0a00_0001), length: 24, scope: 'global' as const, secondary: false };
    config.interfaces.push({ name: 'eth0', kind: 'device', up: true, mtu: 1500, group: 0, addresses: [address] });
    for (const [i, text] of ['10.1.0.0/16', '10.1.2.0/24', '0.0.0.0/0', '255.255.255.255/32'].entries()) {
      const prefix = parsePrefix(text)!;
      const type = i === 1 ? ('prohibit' as const) : ('unicast' as const);
      config.routes.push({ type, prefix, table: 254, metric: 0, tos: 0, device: 'eth0', scope: 'link' });
    }
  });
  const asked = [
    '0.0.0.0',
    '10.0.0.0',
    '10.0.0.1',
    '10.0.0.255',
    '10.1.1.1',
    '10.1.2.3',
    '10.1.3.0',
    '255.255.255.255',
  ];
  const answers = () =>
    asked.map((text) =>
      host.fib.lookup({
        destination: parsePrefix(`${text}/32`)!.network,
        source: undefined,
        tos: 0,
        mark: 0,
        inDevice: undefined,
        outDevice: undefined,
      }),
    );
  const first = answers();
  for (let i = 0; i < 20; i++) expect(answers()).toEqual(first);
  expect(host.fib.ranges).toBeDefined();
  expect(first.map((found) => (typeof found === 'string' ? found : found.length))).toEqual([
    0,
    24,
    32,
    32,
    16,
    'prohibit',
    16,
    32,
  ]);
});

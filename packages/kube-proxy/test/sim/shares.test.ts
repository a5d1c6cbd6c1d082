import { formatAddress, type HostEvent, RandomStreams } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { cascadeShares, probabilityText } from '../../src/names/probability.ts';
import { openingPacket } from '../../src/sim/fate.ts';
import { OUTSIDE } from '../../src/sim/node-setup.ts';
import { nodeFor } from './walker.ts';

/** Pearson's statistic against equal shares. */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** What it exceeds once in a thousand times if shares are equal (Wilson and Hilferty's approximation). */
function limit(degrees: number): number {
  const a = 2 / (9 * degrees);
  return degrees * (1 - a + 3.09 * Math.sqrt(a)) ** 3;
}

/** A million connections dealt out by the exact shares that the kernel's 31-bit cascade has. */
function deal(endpoints: number, digits: 5 | 10, connections = 1_000_000): number[] {
  const shares = cascadeShares(endpoints, digits);
  const bounds = new Float64Array(endpoints);
  let sum = 0;
  for (let i = 0; i < endpoints; i++) bounds[i] = sum += shares[i]!;
  const random = new RandomStreams(5).stream(`${endpoints}/${digits}`);
  const counts = new Array<number>(endpoints).fill(0);
  for (let i = 0; i < connections; i++) {
    const at = random.next();
    let low = 0;
    let high = endpoints - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    counts[low]!++;
  }
  return counts;
}

describe('the shares of endpoints', () => {
  it.each([3, 7, 319])('are equal over a million connections with ten decimals: %i endpoints', (endpoints) => {
    expect(chiSquared(deal(endpoints, 10))).toBeLessThan(limit(endpoints - 1));
  });

  it.each([3, 7, 319])('pass for equal with five decimals up to some 319 endpoints: %i', (endpoints) => {
    expect(chiSquared(deal(endpoints, 5))).toBeLessThan(limit(endpoints - 1));
  });

  it('are off with five decimals by less than a million connections can tell, even at 1500 endpoints', () => {
    expect(chiSquared(deal(1500, 5))).toBeLessThan(limit(1499));
    const worst = (endpoints: number): number =>
      Math.max(...cascadeShares(endpoints, 5).map((share) => Math.abs(share * endpoints - 1)));
    expect(worst(319)).toBeCloseTo(0.0016, 4);
    expect(worst(1500)).toBeCloseTo(0.0072, 4);
    expect(worst(5000)).toBeCloseTo(0.0247, 4);
  });

  it('with five decimals lose their order beyond some 319 endpoints: neighbours get the same text', () => {
    const same = (n: number): boolean => probabilityText(n, 5) === probabilityText(n + 1, 5);
    const first = Array.from({ length: 1000 }, (_, n) => n + 1).find(same);
    expect(first).toBe(319);
  });

  it.each([
    [3, '1.12'],
    [7, 'current'],
    [7, '1.12'],
  ] as const)('are equal for connections that walk the rules: %i endpoints, generation %s', (endpoints, generation) => {
    const eps = Array.from({ length: endpoints }, (_, index) => `10.180.0.${index + 1}`);
    const ports = [{ name: 'p', port: 80, protocol: 'UDP' }];
    const node = nodeFor([{ name: 'ns/svc', ip: '172.30.0.41', ports, eps }], 'iptables', {}, { generation });
    const counts = new Map<string, number>();
    node.host.observe((event: HostEvent) => {
      if (event.kind !== 'transmit') return;
      const to = formatAddress(event.packet.dst);
      counts.set(to, (counts.get(to) ?? 0) + 1);
    });
    const device = node.host.device(OUTSIDE)!;
    for (let i = 0; i < 20_000; i++) {
      const from = `11.${i >> 14}.${(i >> 7) & 127}.${1 + (i & 127)}`;
      node.host.receive(device, openingPacket({ from, to: '172.30.0.41', port: 80, protocol: 'udp' }));
    }
    expect([...counts.keys()].sort()).toEqual(eps);
    expect(chiSquared([...counts.values()])).toBeLessThan(limit(endpoints - 1));
  });
});

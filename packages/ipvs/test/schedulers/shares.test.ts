import { describe, expect, it } from 'vitest';
import { dh } from '../../src/schedulers/dh.ts';
import { MH_TABLE_SIZE, mh } from '../../src/schedulers/mh.ts';
import { rr } from '../../src/schedulers/rr.ts';
import type { Scheduler } from '../../src/schedulers/scheduler.ts';
import { sed } from '../../src/schedulers/sed.ts';
import { sh } from '../../src/schedulers/sh.ts';
import { twos } from '../../src/schedulers/twos.ts';
import { wlc } from '../../src/schedulers/wlc.ts';
import { wrr } from '../../src/schedulers/wrr.ts';
import type { Destination } from '../../src/services/destination.ts';
import { Bench } from './harness.ts';

/** A bench with servers of these weights, numbered from 1. */
function bench(scheduler: Scheduler, weights: readonly number[], flags = 0): Bench {
  const made = new Bench(scheduler, flags);
  for (const [index, weight] of weights.entries()) made.add(index + 1, weight);
  return made;
}

/** How many of `picks` each server got, in the order in which they were added. */
function shares(made: Bench, picks: number, pick: (i: number) => Destination | undefined): number[] {
  const counts = new Map<Destination, number>(made.destinations.map((entry) => [entry, 0]));
  for (let i = 0; i < picks; i++) {
    const server = pick(i)!;
    counts.set(server, counts.get(server)! + 1);
  }
  return [...counts.values()].reverse();
}

/** A client address for a number, spread over the whole range by an odd multiplier that is none of the hashes' own. */
function client(i: number): number {
  return Math.imul(i, 0x9e3779b1) >>> 0;
}

/**
 * Pearson's statistic of observed shares against weights. Under the hypothesis that picks follow the weights it is
 * chi-square distributed with one degree of freedom less than there are servers.
 */
function chiSquare(observed: readonly number[], weights: readonly number[]): number {
  const total = observed.reduce((sum, count) => sum + count, 0);
  const weight = weights.reduce((sum, value) => sum + value, 0);
  return observed.reduce((sum, count, index) => {
    const expected = (total * weights[index]!) / weight;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
}

/** Chi-square beyond which one run in 10,000 of a right implementation would fall, for 3 degrees of freedom. */
const ONE_IN_TEN_THOUSAND = 21.11;

const WEIGHTS = [1, 2, 3, 4];

describe('shares', () => {
  it('of rr are equal in every window of as many picks as servers', () => {
    const made = bench(rr, WEIGHTS);
    for (let window = 0; window < 10; window++) expect(shares(made, 4, (i) => made.pick(i))).toEqual([1, 1, 1, 1]);
  });

  it('of wrr are the weights exactly in every whole cycle after the first, short lap', () => {
    const made = bench(wrr, WEIGHTS);
    for (let i = 0; i < 4; i++) made.pick(i);
    for (let cycle = 0; cycle < 5; cycle++) expect(shares(made, 10, (i) => made.pick(i))).toEqual(WEIGHTS);
  });

  it.each([
    ['wlc', wlc, false],
    ['wlc, all active', wlc, true],
    ['sed, all active', sed, true],
  ] as const)(
    'of %s follow the weights within one connection each, while connections stay open',
    (_, scheduler, active) => {
      const made = bench(scheduler, WEIGHTS);
      const counts = shares(made, 1000, (i) => {
        const server = made.pick(i);
        server?.bound({ isTemplate: false, inactive: !active });
        return server;
      });
      counts.forEach((count, index) => {
        expect(Math.abs(count - 100 * WEIGHTS[index]!)).toBeLessThanOrEqual(1);
      });
    },
  );

  it('of twos follow the weights on an idle service, but for one extra ticket of the first in the list (99.99 %)', () => {
    const made = bench(twos, WEIGHTS);
    const counts = shares(made, 40_000, (i) => made.pick(i));
    // 11 tickets, the additional one with the newest server.
    expect(chiSquare(counts, [1, 2, 3, 5])).toBeLessThan(ONE_IN_TEN_THOUSAND);
    expect(chiSquare(counts, WEIGHTS)).toBeGreaterThan(ONE_IN_TEN_THOUSAND);
  });

  it('of mh follow the weights as finely as its table allows', () => {
    const made = bench(mh, WEIGHTS);
    const counts = shares(made, 40_000, (i) => made.pick(client(i)));
    counts.forEach((count, index) => {
      // Places are dealt within one turn of the exact share; clients fall on them at random (4 standard deviations).
      const share = WEIGHTS[index]! / 10;
      const spread = 4 * Math.sqrt(40_000 * share * (1 - share)) + (40_000 * 4) / MH_TABLE_SIZE;
      expect(Math.abs(count - 40_000 * share)).toBeLessThan(spread);
    });
  });

  it('of sh follow the weights as finely as 256 buckets allow', () => {
    const made = bench(sh, WEIGHTS);
    const buckets = shares(made, 40_000, (i) => made.pick(client(i)));
    buckets.forEach((count, index) => {
      const share = WEIGHTS[index]! / 10;
      expect(Math.abs(count / 40_000 - share)).toBeLessThan(4 / 256 + 0.01);
    });
  });
});

/** The share of clients that change servers when one of `n` equal servers goes. */
function moved(scheduler: Scheduler, servers: number): { own: number; others: number } {
  const before = bench(scheduler, new Array<number>(servers).fill(1));
  const gone = before.destinations[3]!;
  const clients = Array.from({ length: 20_000 }, (_, i) => client(i));
  const assigned = clients.map((address) => before.pick(address)!);
  before.remove(gone);
  let own = 0;
  let others = 0;
  clients.forEach((address, i) => {
    const server = before.pick(address)!;
    if (assigned[i] === gone) own++;
    else if (server !== assigned[i]) others++;
  });
  return { own: own / clients.length, others: others / clients.length };
}

describe('when one of ten servers leaves', () => {
  it('mh moves the clients of that server, and of the others less than a tenth as many again', () => {
    const { own, others } = moved(mh, 10);
    expect(own).toBeGreaterThan(0.08);
    expect(own).toBeLessThan(0.12);
    expect(others).toBeLessThan(0.05);
  });

  it('sh deals its buckets anew and moves most of the others, as it does in Linux', () => {
    const { own, others } = moved(sh, 10);
    expect(own).toBeGreaterThan(0.08);
    // A bucket keeps its server only where the old and the new deal agree.
    expect(others).toBeGreaterThan(0.6);
  });

  it('mh and sh with a fall-back move nobody else when the server is only made quiescent', () => {
    for (const scheduler of [sh, mh]) {
      const made = bench(scheduler, new Array<number>(10).fill(1), 1);
      const away = made.destinations[3]!;
      const clients = Array.from({ length: 5_000 }, (_, i) => client(i));
      const assigned = clients.map((address) => made.pick(address)!);
      // The threshold's flag, unlike an edit, leaves sh's buckets alone.
      away.overloaded = true;
      clients.forEach((address, i) => {
        const server = made.pick(address)!;
        if (assigned[i] === away) expect(server).not.toBe(away);
        else expect(server).toBe(assigned[i]);
      });
    }
  });

  it('dh answers for an address with one server until the servers change', () => {
    const made = bench(dh, [1, 2, 3]);
    for (let wanted = 0; wanted < 100; wanted++) {
      const servers = new Set(Array.from({ length: 10 }, (_, i) => made.pick(client(i), i, wanted)));
      expect(servers.size).toBe(1);
    }
  });
});

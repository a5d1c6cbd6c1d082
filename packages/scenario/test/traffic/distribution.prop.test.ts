import { InputError, RandomStreams } from '@chainwalk/core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Distribution, meanOf, sampler } from '../../src/traffic/distribution.ts';
import { Zipf } from '../../src/traffic/zipf.ts';

const DRAWS = 20_000;

function draw(distribution: Distribution, seed: number, count: number = DRAWS): number[] {
  const next = sampler(distribution, new RandomStreams(seed).stream('sizes'));
  return Array.from({ length: count }, next);
}

/** Five standard errors: a right sampler fails once in about two million. */
function itHasItsMean(distribution: Distribution, seed: number): void {
  const values = draw(distribution, seed);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  expect(Math.abs(mean - meanOf(distribution))).toBeLessThanOrEqual(
    5 * Math.sqrt(variance / values.length) + 1e-9 * mean,
  );
}

const amount = fc.double({ min: 0.001, max: 1e9, noNaN: true });
const distributions: fc.Arbitrary<Distribution> = fc.oneof(
  fc.record({ kind: fc.constant('constant' as const), value: fc.integer({ min: 0, max: 1_000_000 }) }),
  fc.tuple(amount, amount).map(([a, b]) => ({ kind: 'uniform' as const, from: Math.min(a, b), to: Math.max(a, b) })),
  fc.record({ kind: fc.constant('exponential' as const), mean: amount }),
  fc.record({
    kind: fc.constant('lognormal' as const),
    median: amount,
    sigma: fc.double({ min: 0, max: 0.8, noNaN: true }),
  }),
  fc.record({
    kind: fc.constant('pareto' as const),
    minimum: amount,
    shape: fc.double({ min: 4, max: 20, noNaN: true }),
  }),
  fc
    .array(fc.record({ value: amount, weight: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 9 })
    .map((entries) => ({
      kind: 'empirical' as const,
      values: entries.map((entry) => entry.value),
      weights: entries.map((entry) => entry.weight),
    })),
);

describe('distributions', () => {
  it('have the mean that they say, within five standard errors of 20,000 draws', () => {
    fc.assert(
      fc.property(distributions, fc.nat(), (distribution, seed) => itHasItsMean(distribution, seed)),
      { numRuns: 40 },
    );
  });

  it('yield the same numbers from the same seed', () => {
    fc.assert(
      fc.property(distributions, fc.nat(), (distribution, seed) => {
        expect(draw(distribution, seed, 50)).toEqual(draw(distribution, seed, 50));
      }),
    );
  });

  it('have half of a lognormal below its median, and a Pareto tail by its shape', () => {
    const below = draw({ kind: 'lognormal', median: 100, sigma: 2 }, 1).filter((value) => value < 100).length;
    expect(Math.abs(below / DRAWS - 0.5)).toBeLessThan(0.02);
    const values = draw({ kind: 'pareto', minimum: 10, shape: 1.5 }, 1);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(10);
    const above = values.filter((value) => value > 40).length / DRAWS;
    expect(Math.abs(above - 4 ** -1.5)).toBeLessThan(0.02);
    expect(meanOf({ kind: 'pareto', minimum: 10, shape: 1 })).toBe(Number.POSITIVE_INFINITY);
  });

  it('refuse parameters that make no distribution', () => {
    const bad: Distribution[] = [
      { kind: 'constant', value: -1 },
      { kind: 'uniform', from: 2, to: 1 },
      { kind: 'exponential', mean: Number.NaN },
      { kind: 'lognormal', median: 1, sigma: -1 },
      { kind: 'pareto', minimum: 1, shape: 0 },
      { kind: 'empirical', values: [] },
      { kind: 'empirical', values: [1], weights: [0] },
    ];
    for (const distribution of bad) expect(() => draw(distribution, 1, 1)).toThrow(InputError);
  });
});

describe('zipf', () => {
  it('draws each rank as often as 1 / rank^exponent says, within five standard errors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.nat(),
        (n, s, seed) => {
          const ranks = Array.from({ length: n }, (_, i) => i + 1);
          const zipf = new Zipf(ranks, s);
          const random = new RandomStreams(seed).stream('popularity');
          const counts = new Map<number, number>();
          for (let i = 0; i < DRAWS; i++) {
            const rank = zipf.pick(random);
            counts.set(rank, (counts.get(rank) ?? 0) + 1);
          }
          const norm = ranks.reduce((sum, rank) => sum + rank ** -s, 0);
          for (const rank of ranks) {
            const p = rank ** -s / norm;
            expect(zipf.probability(rank)).toBeCloseTo(p, 12);
            const error = Math.sqrt(DRAWS * p * (1 - p));
            expect(Math.abs((counts.get(rank) ?? 0) - DRAWS * p)).toBeLessThanOrEqual(5 * error + 1);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('refuses an empty list and a negative exponent', () => {
    expect(() => new Zipf([])).toThrow(InputError);
    expect(() => new Zipf([1], -1)).toThrow(InputError);
  });
});

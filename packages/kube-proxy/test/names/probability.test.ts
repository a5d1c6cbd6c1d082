import { describe, expect, it } from 'vitest';
import { cascadeShares, probabilityText, savedProbability } from '../../src/names/probability.ts';

describe('probabilities', () => {
  it.each([
    [1, '1.0000000000'],
    [2, '0.5000000000'],
    [10, '0.1000000000'],
    [100, '0.0100000000'],
    [1000, '0.0010000000'],
    [10000, '0.0001000000'],
    [100000, '0.0000100000'],
    [100001, '0.0000099999'],
  ])('are written with ten decimals: one of %i', (n, text) => {
    expect(probabilityText(n, 10)).toBe(text);
  });

  it('fall strictly with the number of endpoints', () => {
    for (let n = 2; n <= 1000; n++) {
      expect(Number(probabilityText(n, 10))).toBeLessThan(Number(probabilityText(n - 1, 10)));
    }
  });

  it.each([
    [2, 10, '0.50000000000'],
    [3, 10, '0.33333333349'],
    [3, 5, '0.33332999982'],
    [4, 10, '0.25000000000'],
    [5, 10, '0.20000000019'],
    [5, 5, '0.20000000019'],
    [6, 10, '0.16666666651'],
    [6, 5, '0.16667000018'],
    [7, 10, '0.14285714272'],
    [7, 5, '0.14286000002'],
    [8, 10, '0.12500000000'],
    [9, 10, '0.11111111101'],
    [10, 10, '0.10000000009'],
  ] as const)('come back from the kernel rounded to 31 bits: one of %i with %i decimals', (n, digits, text) => {
    expect(savedProbability(probabilityText(n, digits))).toBe(text);
  });

  it('share evenly within a millionth with ten decimals', () => {
    for (const n of [1, 2, 3, 7, 319, 1000]) {
      for (const share of cascadeShares(n, 10)) expect(Math.abs(share - 1 / n)).toBeLessThan(1e-6);
    }
  });

  it('sum to one in both generations', () => {
    for (const digits of [5, 10] as const) {
      for (const n of [1, 3, 7, 319, 2000]) {
        expect(cascadeShares(n, digits).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      }
    }
  });

  it('drift with five decimals, the more the more endpoints there are', () => {
    const worst = (n: number): number => Math.max(...cascadeShares(n, 5).map((share) => Math.abs(share * n - 1)));
    expect(worst(7)).toBeLessThan(1e-4);
    expect(worst(319)).toBeGreaterThan(1e-3);
    expect(worst(2000)).toBeGreaterThan(worst(319));
  });
});

import { InputError, RandomStreams, SECOND } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { type Arrivals, arrivalTimes } from '../../src/traffic/arrivals.ts';

function times(arrivals: Arrivals, until: number, seed = 1): number[] {
  const next = arrivalTimes(arrivals, new RandomStreams(seed).stream('arrivals'));
  const list: number[] = [];
  for (let time = next(); time !== undefined && time < until; time = next()) list.push(time);
  return list;
}

describe('arrivals', () => {
  it('come evenly when regular, without drift', () => {
    const list = times({ kind: 'regular', rate: 3 }, 100 * SECOND);
    expect(list.slice(0, 3)).toEqual([333_333_333, 666_666_667, SECOND]);
    expect(list).toHaveLength(299);
  });

  it('of a Poisson process have count and variance of count within five standard errors', () => {
    const list = times({ kind: 'poisson', rate: 1000 }, 20 * SECOND);
    expect(Math.abs(list.length - 20_000)).toBeLessThan(5 * Math.sqrt(20_000));
    const perSlot = new Float64Array(2000);
    for (const time of list) perSlot[Math.floor(time / (SECOND / 100))]!++;
    const mean = list.length / 2000;
    const variance = perSlot.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 1999;
    expect(Math.abs(variance / mean - 1)).toBeLessThan(5 * Math.sqrt(2 / 2000));
  });

  it('follow a rate that changes, piece by piece, and end when it stays 0', () => {
    const pieces = [
      { from: 0, rate: 1000 },
      { from: SECOND, rate: 0 },
      { from: 2 * SECOND, rate: 4000 },
      { from: 3 * SECOND, rate: 0 },
    ];
    const list = times({ kind: 'piecewise', pieces }, Number.POSITIVE_INFINITY);
    const within = (from: number, to: number): number => list.filter((time) => time >= from && time < to).length;
    expect(Math.abs(within(0, SECOND) - 1000)).toBeLessThan(5 * Math.sqrt(1000));
    expect(within(SECOND, 2 * SECOND)).toBe(0);
    expect(Math.abs(within(2 * SECOND, 3 * SECOND) - 4000)).toBeLessThan(5 * Math.sqrt(4000));
    expect(list.at(-1)).toBeLessThan(3 * SECOND);
  });

  it('come in bursts that never go back in time, even when they overlap', () => {
    const list = times({ kind: 'bursts', rate: 100, size: 50, gap: 1_000_000 }, SECOND);
    expect([...list].sort((a, b) => a - b)).toEqual(list);
    const together = times({ kind: 'bursts', rate: 10, size: 5 }, SECOND);
    expect(new Set(together).size).toBe(together.length / 5);
  });

  it('refuse rates that are none', () => {
    const bad: Arrivals[] = [
      { kind: 'poisson', rate: 0 },
      { kind: 'regular', rate: Number.POSITIVE_INFINITY },
      { kind: 'piecewise', pieces: [] },
      { kind: 'piecewise', pieces: [{ from: 5, rate: 1 }] },
      { kind: 'piecewise', pieces: [{ from: 0, rate: -1 }] },
      { kind: 'bursts', rate: 1, size: 0 },
    ];
    for (const arrivals of bad) expect(() => times(arrivals, SECOND)).toThrow(InputError);
  });
});

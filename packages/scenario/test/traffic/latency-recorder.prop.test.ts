import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyRecorder } from '../../src/traffic/latency-recorder.ts';

const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 2 ** 50 })), {
  minLength: 1,
  maxLength: 300,
});
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

function nearestRank(list: readonly number[], q: number): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
}

describe('the latency recorder', () => {
  it('answers the exact nearest-rank quantile up to its limit, also between two recordings', () => {
    fc.assert(
      fc.property(values, values, share, (first, second, q) => {
        const recorder = new LatencyRecorder();
        for (const value of first) recorder.record(value);
        expect(recorder.quantile(q)).toBe(nearestRank(first, q));
        for (const value of second) recorder.record(value);
        expect(recorder.quantile(q)).toBe(nearestRank([...first, ...second], q));
        expect(recorder.isExact).toBe(true);
      }),
    );
  });

  it('is at most 1/128 above it beyond the limit, and never below', () => {
    fc.assert(
      fc.property(values, share, (list, q) => {
        const recorder = new LatencyRecorder(0);
        for (const value of list) recorder.record(value);
        const exact = nearestRank(list, q);
        expect(recorder.isExact).toBe(false);
        expect(recorder.quantile(q)).toBeGreaterThanOrEqual(exact);
        expect(recorder.quantile(q)).toBeLessThanOrEqual(exact * (1 + 1 / 128));
      }),
    );
  });

  it('loses nothing when it goes over its limit', () => {
    const recorder = new LatencyRecorder(10);
    for (let i = 1; i <= 100; i++) recorder.record(i);
    expect(recorder.summary()).toEqual({
      count: 100,
      mean: 50.5,
      min: 1,
      p50: 50,
      p90: 90,
      p99: 99,
      p999: 100,
      max: 100,
      isExact: false,
    });
  });

  it('says 0 of nothing', () => {
    expect(new LatencyRecorder().summary()).toMatchObject({ count: 0, mean: 0, min: 0, p99: 0, max: 0 });
  });
});

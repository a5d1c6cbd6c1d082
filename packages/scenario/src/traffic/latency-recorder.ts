import { invariant } from '@chainwalk/core';

/** What a {@link LatencyRecorder} says; times in nanoseconds, 0 where nothing was recorded. */
export interface LatencySummary {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Whether the quantiles are values that were recorded, as opposed to bounds of buckets. */
  readonly isExact: boolean;
}

/** Buckets a doubling: a quantile is at most 1/128 above the value that it stands for. */
const STEPS = 128;
const DOUBLINGS = 54;

/**
 * Times with their quantiles: exact values up to a limit, then logarithmic buckets, so that memory stays the same however
 * long a run is. Count, mean, minimum and maximum are exact always.
 */
export class LatencyRecorder {
  readonly #limit: number;
  #values: Float64Array = new Float64Array(64);
  #isSorted = true;
  #buckets: Float64Array | undefined;
  #count = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  /** `limit`: how many values are kept as they are. */
  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  get mean(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }

  get isExact(): boolean {
    return this.#buckets === undefined;
  }

  /** Precondition: `value` is 0 or more. */
  record(value: number): void {
    invariant(value >= 0, `a latency of ${value}`);
    this.#count++;
    this.#sum += value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (this.#buckets !== undefined) {
      this.#buckets[bucketOf(value)]!++;
      return;
    }
    const at = this.#count - 1;
    if (at >= this.#limit) {
      const buckets = new Float64Array(STEPS * DOUBLINGS);
      for (let i = 0; i < at; i++) buckets[bucketOf(this.#values[i]!)]!++;
      buckets[bucketOf(value)]!++;
      this.#buckets = buckets;
      this.#values = new Float64Array(0);
      return;
    }
    if (at === this.#values.length) {
      const wider = new Float64Array(Math.min(this.#limit, at * 2));
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[at] = value;
    this.#isSorted = false;
  }

  /** The smallest recorded value that a share `q` of all values does not exceed (nearest rank), 0 < q <= 1. */
  quantile(q: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.max(1, Math.ceil(q * this.#count));
    if (this.#buckets === undefined) {
      if (!this.#isSorted) {
        this.#values.subarray(0, this.#count).sort();
        this.#isSorted = true;
      }
      return this.#values[rank - 1]!;
    }
    let seen = 0;
    for (let i = 0; i < this.#buckets.length; i++) {
      seen += this.#buckets[i]!;
      if (seen >= rank) return Math.min(upperBound(i), this.#max);
    }
    return this.#max;
  }

  summary(): LatencySummary {
    return {
      count: this.#count,
      mean: this.mean,
      min: this.#count === 0 ? 0 : this.#min,
      p50: this.quantile(0.5),
      p90: this.quantile(0.9),
      p99: this.quantile(0.99),
      p999: this.quantile(0.999),
      max: this.#max,
      isExact: this.isExact,
    };
  }
}

/** Whole values below 2 x STEPS have a bucket each; above, each doubling has STEPS of them. */
function bucketOf(value: number): number {
  const whole = Math.floor(value);
  if (whole < STEPS) return whole;
  const doubling = Math.floor(Math.log2(whole)) - Math.log2(STEPS);
  const exact = whole < 2 ** (doubling + 7) ? doubling - 1 : whole >= 2 ** (doubling + 8) ? doubling + 1 : doubling;
  const at = STEPS * (exact + 1) + Math.floor(whole / 2 ** exact) - STEPS;
  return Math.min(at, STEPS * DOUBLINGS - 1);
}

/** The largest whole value of a bucket. */
function upperBound(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const doubling = Math.floor(bucket / STEPS) - 1;
  return (STEPS + (bucket % STEPS) + 1) * 2 ** doubling - 1;
}

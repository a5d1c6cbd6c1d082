import { type RandomStream, refuse } from '@chainwalk/core';

/**
 * A named distribution of numbers that are 0 or more; times in it are nanoseconds, sizes bytes, lengths whatever is
 * counted.
 */
export type Distribution =
  | { readonly kind: 'constant'; readonly value: number }
  /** Continuous, from `from` (included) to `to` (excluded). */
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  | { readonly kind: 'exponential'; readonly mean: number }
  /** e to a normal variable: half of all values lie below `median`, and `sigma` is the deviation of the logarithm. */
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }
  /** No value below `minimum`; P(X > x) = (minimum / x)^shape. The mean is infinite for a shape of 1 or less. */
  | { readonly kind: 'pareto'; readonly minimum: number; readonly shape: number }
  /** Measured values, each as likely as its weight says; without weights all alike. */
  | { readonly kind: 'empirical'; readonly values: readonly number[]; readonly weights?: readonly number[] };

/** Draws the next number. */
export type Sampler = () => number;

/**
 * A sampler of a distribution that draws from `random`, by inversion where the inverse is known. Every draw takes the
 * same count of numbers from the stream, so two runs with one seed see the same values.
 * @throws InputError if a parameter is out of range
 */
export function sampler(distribution: Distribution, random: RandomStream): Sampler {
  check(distribution);
  switch (distribution.kind) {
    case 'constant': {
      const { value } = distribution;
      return () => value;
    }
    case 'uniform': {
      const { from, to } = distribution;
      return () => from + (to - from) * random.next();
    }
    case 'exponential': {
      const { mean } = distribution;
      return () => -mean * Math.log(1 - random.next());
    }
    case 'lognormal': {
      const { median, sigma } = distribution;
      return () => median * Math.exp(sigma * normal(random));
    }
    case 'pareto': {
      const { minimum, shape } = distribution;
      return () => minimum * (1 - random.next()) ** (-1 / shape);
    }
    case 'empirical': {
      const { values, weights } = distribution;
      if (weights === undefined) return () => values[random.below(values.length)]!;
      const table = cumulative(weights);
      return () => values[inverse(table, random.next())]!;
    }
  }
}

/** The mean of a distribution; infinite for a Pareto distribution of shape 1 or less. @throws InputError as {@link sampler} */
export function meanOf(distribution: Distribution): number {
  check(distribution);
  switch (distribution.kind) {
    case 'constant':
      return distribution.value;
    case 'uniform':
      return (distribution.from + distribution.to) / 2;
    case 'exponential':
      return distribution.mean;
    case 'lognormal':
      return distribution.median * Math.exp(distribution.sigma ** 2 / 2);
    case 'pareto': {
      const { minimum, shape } = distribution;
      return shape > 1 ? (shape * minimum) / (shape - 1) : Number.POSITIVE_INFINITY;
    }
    case 'empirical': {
      const { values, weights } = distribution;
      const weight = (i: number): number => (weights === undefined ? 1 : weights[i]!);
      let sum = 0;
      let total = 0;
      for (const [i, value] of values.entries()) {
        sum += value * weight(i);
        total += weight(i);
      }
      return sum / total;
    }
  }
}

/** The running sums of weights, scaled so that the last is 1. Precondition: no weight is negative, and one is positive. */
export function cumulative(weights: ArrayLike<number>): Float64Array {
  const table = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) table[i] = sum += weights[i]!;
  for (let i = 0; i < table.length; i++) table[i]! /= sum;
  table[table.length - 1] = 1;
  return table;
}

/** The first place whose running sum is above `u`, 0 <= u < 1. */
export function inverse(table: Float64Array, u: number): number {
  let low = 0;
  let high = table.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A normal variable from two uniform ones (Box and Muller); the second that they would yield is left, to keep no state. */
function normal(random: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}

function check(distribution: Distribution): void {
  const { kind } = distribution;
  const demand = (holds: boolean, what: string): void => {
    if (!holds) refuse('bad-distribution', `${kind}: ${what}`);
  };
  const isAmount = (value: number): boolean => Number.isFinite(value) && value >= 0;
  switch (kind) {
    case 'constant':
      return demand(isAmount(distribution.value), 'the value is a number from 0');
    case 'uniform':
      return demand(
        isAmount(distribution.from) && Number.isFinite(distribution.to) && distribution.to >= distribution.from,
        'numbers from 0, and "to" is not below "from"',
      );
    case 'exponential':
      return demand(isAmount(distribution.mean), 'the mean is a number from 0');
    case 'lognormal':
      return demand(isAmount(distribution.median) && isAmount(distribution.sigma), 'median and sigma are from 0');
    case 'pareto':
      return demand(
        isAmount(distribution.minimum) && Number.isFinite(distribution.shape) && distribution.shape > 0,
        'the minimum is from 0 and the shape above 0',
      );
    case 'empirical': {
      const { values, weights } = distribution;
      demand(values.length > 0 && values.every(isAmount), 'at least one value, each from 0');
      if (weights === undefined) return;
      demand(
        weights.length === values.length && weights.every(isAmount) && weights.some((weight) => weight > 0),
        'as many weights as values, each from 0 and one above it',
      );
    }
  }
}

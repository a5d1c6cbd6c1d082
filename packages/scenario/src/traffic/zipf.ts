import { type RandomStream, refuse } from '@chainwalk/core';
import { cumulative, inverse } from './distribution.ts';

/**
 * Popularity by rank: the item of rank r is asked for as often as 1 / r^exponent says. An exponent of 0 makes all alike;
 * about 1 is what names, pages and Services usually show.
 *
 * Exact: the table holds the whole distribution, and a draw is one uniform number and a binary search. Memory 8 bytes an
 * item, a draw O(log n).
 */
export class Zipf<T> {
  readonly items: readonly T[];
  readonly exponent: number;
  readonly #table: Float64Array;

  /** `items` most popular first. @throws InputError if there is none, or the exponent is negative */
  constructor(items: readonly T[], exponent = 1) {
    if (items.length === 0) refuse('bad-distribution', 'zipf: there is nothing to choose from');
    if (!(Number.isFinite(exponent) && exponent >= 0)) refuse('bad-distribution', 'zipf: the exponent is from 0');
    this.items = items;
    this.exponent = exponent;
    this.#table = cumulative(Float64Array.from(items, (_, i) => (i + 1) ** -exponent));
  }

  /** How likely the item of a rank is; ranks begin at 1. */
  probability(rank: number): number {
    return (this.#table[rank - 1] ?? 0) - (this.#table[rank - 2] ?? 0);
  }

  /** Draws an item. */
  pick(random: RandomStream): T {
    return this.items[inverse(this.#table, random.next())]!;
  }
}

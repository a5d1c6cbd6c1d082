import fc from 'fast-check';

/** A fraction from 0 up to 1, even over its range: fast-check's preference for extremes would spoil the weights. */
const fraction = (): fc.Arbitrary<number> => fc.noBias(fc.nat(0x7fffffff));

/** Something and how often it is drawn, in proportion to the weights beside it. */
export type Weighted<T> = readonly [weight: number, value: T];

/**
 * The choices of a generator, as fast-check makes them: so they can be repeated from a seed, and shrink, towards the
 * first of a list, the least number and "no".
 */
export class Draw {
  readonly #generate: fc.GeneratorValue;

  constructor(generate: fc.GeneratorValue) {
    this.#generate = generate;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor((this.#generate(fraction) / 0x80000000) * (max - min + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#generate(fraction) / 0x80000000 >= 1 - probability;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }

  /** One of a list that is not empty, by weight. */
  weighted<T>(list: readonly Weighted<T>[]): T {
    const total = list.reduce((sum, [weight]) => sum + weight, 0);
    let left = (this.#generate(fraction) / 0x80000000) * total;
    for (const [weight, value] of list) {
      left -= weight;
      if (left < 0) return value;
    }
    return list.at(-1)![1];
  }

  /** Between `min` and `max` things. */
  many<T>(min: number, max: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.int(min, max) }, (_, index) => make(index));
  }

  /** Between `min` and `max` different members of a list, in its order. */
  some<T>(list: readonly T[], min: number, max: number): T[] {
    const size = Math.min(list.length, this.int(min, max));
    const chosen = new Set<number>();
    while (chosen.size < size) {
      let place = this.int(0, list.length - 1);
      while (chosen.has(place)) place = (place + 1) % list.length;
      chosen.add(place);
    }
    return list.filter((_, place) => chosen.has(place));
  }

  /** A list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list];
    const result: T[] = [];
    while (rest.length > 0) result.push(...rest.splice(this.int(0, rest.length - 1), 1));
    return result;
  }
}

/** An arbitrary of what a function makes with its choices. */
export function drawn<T>(make: (draw: Draw) => T): fc.Arbitrary<T> {
  return fc.gen().map((generate) => make(new Draw(generate)));
}

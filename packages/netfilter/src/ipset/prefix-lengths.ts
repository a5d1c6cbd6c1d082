/**
 * The prefix lengths that the members of a set have, longest first: what a look-up of an address has to try
 * (`struct net_prefixes`).
 */
export class PrefixLengths {
  readonly #counts = new Map<number, number>();
  #lengths: number[] = [];

  /** Longest first. Do not change it. */
  get lengths(): readonly number[] {
    return this.#lengths;
  }

  /** The longest prefix length of any member, or what is given if there is no member. */
  longest(without: number): number {
    return this.#lengths[0] ?? without;
  }

  add(length: number): void {
    const count = this.#counts.get(length) ?? 0;
    this.#counts.set(length, count + 1);
    if (count === 0) this.#lengths = [...this.#lengths, length].sort((a, b) => b - a);
  }

  remove(length: number): void {
    const count = this.#counts.get(length);
    if (count === undefined) return;
    if (count > 1) {
      this.#counts.set(length, count - 1);
    } else {
      this.#counts.delete(length);
      this.#lengths = this.#lengths.filter((other) => other !== length);
    }
  }

  clear(): void {
    this.#counts.clear();
    this.#lengths = [];
  }
}

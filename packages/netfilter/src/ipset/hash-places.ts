/** Our own limit on places, beyond which a simulated set has "no memory". */
const MAX_PLACES = 1 << 24;

/**
 * The memory of a hash: blocks of places, a bucket's each, and the words of the member in every place. A slot is the
 * number of a place.
 */
export class HashPlaces {
  /** 32-bit words of a member. */
  readonly words: number;
  #keys: Uint32Array = new Uint32Array(0);
  #count = 0;
  /** Blocks that are free, by their size. */
  readonly #free = new Map<number, number[]>();

  constructor(words: number) {
    this.words = words;
  }

  /** The first slot of a block of `size` places; -1 if there is no more room. */
  take(size: number): number {
    const free = this.#free.get(size)?.pop();
    if (free !== undefined) return free;
    const base = this.#count;
    if (base + size > MAX_PLACES) return -1;
    this.#count += size;
    if (this.#count * this.words > this.#keys.length) {
      const wider = new Uint32Array(Math.max(32 * this.words, this.#keys.length * 2, this.#count * this.words));
      wider.set(this.#keys);
      this.#keys = wider;
    }
    return base;
  }

  /** Gives a block back. */
  give(base: number, size: number): void {
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [base]);
    else list.push(base);
  }

  /** Gives all blocks back. */
  clear(): void {
    this.#free.clear();
    this.#count = 0;
  }

  word(slot: number, index: number): number {
    return this.#keys[slot * this.words + index]!;
  }

  read(slot: number, key: Uint32Array): void {
    const { words } = this;
    for (let i = 0; i < words; i++) key[i] = this.#keys[slot * words + i]!;
  }

  write(slot: number, key: Uint32Array): void {
    const { words } = this;
    for (let i = 0; i < words; i++) this.#keys[slot * words + i] = key[i]!;
  }

  copy(from: number, to: number, count: number): void {
    const { words } = this;
    this.#keys.copyWithin(to * words, from * words, (from + count) * words);
  }

  /** Whether the words in a slot are those of `key`; of the last one only the bits of `lastMask` count. */
  equal(slot: number, key: Uint32Array, lastMask: number): boolean {
    const keys = this.#keys;
    let at = slot * this.words;
    const last = this.words - 1;
    for (let i = 0; i < last; i++) if (keys[at++] !== key[i]) return false;
    return ((keys[at]! ^ key[last]!) & lastMask) === 0;
  }
}

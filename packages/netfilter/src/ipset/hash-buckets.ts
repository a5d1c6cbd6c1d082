/**
 * The buckets of a {@link HashTable}: of each, where its places are, how many it has, and which of them hold a member. A
 * million of them are five arrays.
 */
export class HashBuckets {
  /** First slot of each bucket; -1 if it has none. Made when the first member comes. */
  first: Int32Array | undefined;
  /** Places of each, 0 to 64. */
  size: Uint8Array = new Uint8Array(0);
  /** One more than the last place that was ever used. */
  end: Uint8Array = new Uint8Array(0);
  /** Which of the places 0 to 31, and 32 to 63, hold a member. */
  #usedLow = new Uint32Array(0);
  #usedHigh = new Uint32Array(0);

  /** Makes so many, without places, unless there are some. */
  allocate(count: number): Int32Array {
    if (this.first !== undefined) return this.first;
    this.first = new Int32Array(count).fill(-1);
    this.size = new Uint8Array(count);
    this.end = new Uint8Array(count);
    this.#usedLow = new Uint32Array(count);
    this.#usedHigh = new Uint32Array(count);
    return this.first;
  }

  /** Forgets them all. */
  clear(): void {
    this.first = undefined;
  }

  /** Gives a bucket `size` empty places, from slot `base` on; none if `base` is -1. Precondition: there are buckets. */
  install(bucket: number, base: number, size: number): void {
    this.first![bucket] = base;
    this.size[bucket] = size;
    this.end[bucket] = 0;
    this.#usedLow[bucket] = 0;
    this.#usedHigh[bucket] = 0;
  }

  isUsed(bucket: number, place: number): boolean {
    return place < 32
      ? (this.#usedLow[bucket]! & (1 << place)) !== 0
      : (this.#usedHigh[bucket]! & (1 << (place - 32))) !== 0;
  }

  setUsed(bucket: number, place: number, used: boolean): void {
    const column = place < 32 ? this.#usedLow : this.#usedHigh;
    const bit = 1 << (place & 31);
    column[bucket] = used ? column[bucket]! | bit : column[bucket]! & ~bit;
  }

  /** The places of a bucket that hold a member, in order. */
  usedPlaces(bucket: number): readonly number[] {
    const places: number[] = [];
    for (let place = 0; place < this.end[bucket]!; place++) if (this.isUsed(bucket, place)) places.push(place);
    return places;
  }
}

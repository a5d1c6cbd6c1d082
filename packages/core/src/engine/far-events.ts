import type { NearEvents } from './near-events.ts';

/**
 * Events that are not due soon, unsorted in buckets. Which bucket one is in follows from the highest group of five bits
 * in which its time differs from `start`: a row of 32 buckets for each of the eleven groups. What differs in a higher
 * group is later than what does not, so the next events are in the first bucket of the lowest row that has any.
 *
 * Invariant: no event is before `start`. It moves on into that first bucket only (`next`), so that what is in others stays
 * right, and the events of that one then differ in lower groups.
 * Cost: an event moves at most once for each row, whatever the times are; memory 24 bytes an event and a block a bucket.
 */
export class FarEvents {
  #size = 0;
  /** `start`: its low 30 bits and the 23 above. */
  #low = 0;
  #high = 0;
  /** A bit for each row that has events, and a bit for each bucket of a row. */
  #rows = 0;
  readonly #filled = new Int32Array(ROWS);
  readonly #counts = new Int32Array(ROWS * BUCKETS);
  /** The block of a bucket where its latest event is; blocks of one bucket, and those that are free, are linked. */
  readonly #heads = new Int32Array(ROWS * BUCKETS);
  #capacity = 64;
  #entries = new Float64Array(this.#capacity * BLOCK * COLUMNS);
  #links = new Int32Array(this.#capacity);
  #used = 0;
  #free = NONE;

  get size(): number {
    return this.#size;
  }

  /** How many events there is memory for. */
  get room(): number {
    return this.#capacity * BLOCK;
  }

  /** Adds an event. Precondition: its time is whole, below 2^53 and not before `start`. */
  add(time: number, sequence: number, slot: number): void {
    const high = Math.floor(time / LOW_SPAN);
    const low = time & (LOW_SPAN - 1);
    let row: number;
    let bucket: number;
    if (high === this.#high) {
      row = groupOf(low ^ this.#low);
      bucket = (low >>> (row * BITS)) & (BUCKETS - 1);
    } else {
      row = groupOf(high ^ this.#high);
      bucket = (high >>> (row * BITS)) & (BUCKETS - 1);
      row += LOW_ROWS;
    }
    const index = row * BUCKETS + bucket;
    const count = this.#counts[index]!;
    const within = count % BLOCK;
    if (within === 0) this.#heads[index] = this.#block(this.#heads[index]!);
    if (count === 0) {
      this.#filled[row]! |= 1 << bucket;
      this.#rows |= 1 << row;
    }
    this.#counts[index] = count + 1;
    this.#size++;
    const at = (this.#heads[index]! * BLOCK + within) * COLUMNS;
    const entries = this.#entries;
    entries[at] = time;
    entries[at + 1] = sequence;
    entries[at + 2] = slot;
  }

  /**
   * Moves the next events into `near`: those of the first bucket, once it holds no more than `most` or only one time.
   * Answers with the time that they are before and that the rest is not before. Precondition: there are events.
   */
  next(near: NearEvents, most: number): number {
    for (;;) {
      const row = lowestBit(this.#rows);
      const bucket = lowestBit(this.#filled[row]!);
      const few = row === 0 || this.#counts[row * BUCKETS + bucket]! <= most;
      const width = this.#moveTo(row, bucket);
      this.#spill(row, bucket, few ? near : this);
      if (few) return this.#high * LOW_SPAN + this.#low + width;
    }
  }

  /** How many events have to move for `start` to be at `time`. */
  behind(time: number): number {
    let count = 0;
    const end = this.#rowOf(time) * BUCKETS;
    for (let index = 0; index < end; index++) count += this.#counts[index]!;
    return count;
  }

  /** Sets `start`. Precondition: no event is before `time`. */
  startAt(time: number): void {
    const rows = this.#rowOf(time);
    this.#high = Math.floor(time / LOW_SPAN);
    this.#low = time & (LOW_SPAN - 1);
    // What is in a lower row than the one in which the new start differs from the old one differs from it there, too.
    for (let row = 0; row < rows; row++) {
      while (this.#filled[row] !== 0) this.#spill(row, lowestBit(this.#filled[row]!), this);
    }
  }

  /** Those of the events for which `wanted` holds, in no more memory than they need. */
  only(wanted: (sequence: number, slot: number) => boolean): FarEvents {
    const kept = new FarEvents();
    kept.#high = this.#high;
    kept.#low = this.#low;
    this.#counts.forEach((count, index) => {
      let left = count;
      for (let block = this.#heads[index]!; left > 0; block = this.#links[block]!) {
        const within = left % BLOCK || BLOCK;
        const base = block * BLOCK * COLUMNS;
        for (let at = base; at < base + within * COLUMNS; at += COLUMNS) {
          const sequence = this.#entries[at + 1]!;
          const slot = this.#entries[at + 2]!;
          if (wanted(sequence, slot)) kept.add(this.#entries[at]!, sequence, slot);
        }
        left -= within;
      }
    });
    return kept;
  }

  /** The highest row in which `time` differs from `start`. */
  #rowOf(time: number): number {
    const high = Math.floor(time / LOW_SPAN) ^ this.#high;
    return high === 0 ? groupOf((time & (LOW_SPAN - 1)) ^ this.#low) : groupOf(high) + LOW_ROWS;
  }

  /** Moves `start` to the beginning of a bucket; answers with the bucket's width. */
  #moveTo(row: number, bucket: number): number {
    if (row < LOW_ROWS) {
      const width = 1 << (row * BITS);
      this.#low = (this.#low & -(width * BUCKETS)) | (bucket * width);
      return width;
    }
    const width = 1 << ((row - LOW_ROWS) * BITS);
    this.#low = 0;
    this.#high = (this.#high & -(width * BUCKETS)) | (bucket * width);
    return width * LOW_SPAN;
  }

  /** Empties a bucket. */
  #spill(row: number, bucket: number, into: NearEvents | FarEvents): void {
    const index = row * BUCKETS + bucket;
    let left = this.#counts[index]!;
    let block = this.#heads[index]!;
    let within = left % BLOCK || BLOCK;
    this.#counts[index] = 0;
    this.#size -= left;
    this.#filled[row]! &= ~(1 << bucket);
    if (this.#filled[row] === 0) this.#rows &= ~(1 << row);
    while (left > 0) {
      const base = block * BLOCK * COLUMNS;
      for (let at = base; at < base + within * COLUMNS; at += COLUMNS) {
        const entries = this.#entries;
        if (into === this) this.add(entries[at]!, entries[at + 1]!, entries[at + 2]!);
        else into.add(entries[at]!, entries[at + 1]!, entries[at + 2]!);
      }
      left -= within;
      within = BLOCK;
      const link = this.#links[block]!;
      this.#links[block] = this.#free;
      this.#free = block;
      block = link;
    }
  }

  /** A free block, linked to `link`. */
  #block(link: number): number {
    let block = this.#free;
    if (block === NONE) {
      if (this.#used === this.#capacity) this.#grow();
      block = this.#used++;
    } else {
      this.#free = this.#links[block]!;
    }
    this.#links[block] = link;
    return block;
  }

  #grow(): void {
    this.#capacity *= 2;
    const entries = new Float64Array(this.#capacity * BLOCK * COLUMNS);
    entries.set(this.#entries);
    this.#entries = entries;
    const links = new Int32Array(this.#capacity);
    links.set(this.#links);
    this.#links = links;
  }
}

/** The highest group of five bits that is not zero, counted from below; 0 if all are. */
function groupOf(bits: number): number {
  return bits === 0 ? 0 : ((31 - Math.clz32(bits)) * 13) >> 6;
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

const BITS = 5;
const BUCKETS = 2 ** BITS;
/** Rows for the low 30 bits of a time, and for all 53. */
const LOW_ROWS = 6;
const ROWS = 11;
const LOW_SPAN = 2 ** 30;
/** Events a block, and numbers an event: time, sequence, slot. */
const BLOCK = 16;
const COLUMNS = 3;
const NONE = -1;

import { grown } from '../by-slot.ts';
import type { Connection } from '../connection.ts';
import type { ConnectionRows } from '../connection-rows.ts';

/**
 * Connections whose source binding is decided, by the source that they had (`nf_nat_bysource`): a flow keeps its mapped
 * port towards other destinations. Chains are newest first.
 */
export class SourceIndex {
  readonly #rows: ConnectionRows;
  readonly #buckets: number;
  /** Slot plus one of the first of each chain. Made with the first entry: most hosts have no NAT. */
  #heads = new Int32Array(0);
  /** By slot, slot plus one of the next connection in its chain. */
  #links: Int32Array = new Int32Array(0);

  constructor(buckets: number, rows: ConnectionRows) {
    this.#buckets = buckets;
    this.#rows = rows;
  }

  #bucket(ct: Connection): number {
    if (this.#heads.length === 0) this.#heads = new Int32Array(this.#buckets);
    let hash =
      Math.imul(ct.sourceBits(0), 0x9e3779b1) ^ Math.imul((ct.portBits(0) >>> 16) + 1, 0x85ebca6b) ^ ct.protocol;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    // 31 bits: an unsigned number of 32 is no integer to V8, and its remainder is dear.
    return ((hash ^ (hash >>> 13)) >>> 1) % this.#buckets;
  }

  add(ct: Connection): void {
    const bucket = this.#bucket(ct);
    this.#setNext(ct.slot, this.#heads[bucket]!);
    this.#heads[bucket] = ct.slot + 1;
  }

  remove(ct: Connection): void {
    const bucket = this.#bucket(ct);
    let previous = -1;
    for (let slot = this.#heads[bucket]! - 1; slot >= 0; previous = slot, slot = this.#next(slot) - 1) {
      if (slot !== ct.slot) continue;
      if (previous < 0) this.#heads[bucket] = this.#next(slot);
      else this.#setNext(previous, this.#next(slot));
      this.#setNext(slot, 0);
      return;
    }
  }

  /** Whether `test` holds for one of those that had the same source address, port, protocol and zone, newest first. */
  some(ct: Connection, test: (other: Connection) => boolean): boolean {
    const port = ct.portBits(0) >>> 16;
    for (let slot = this.#heads[this.#bucket(ct)]! - 1; slot >= 0; slot = this.#next(slot) - 1) {
      const other = this.#rows.of(slot);
      if (
        other.keyBits(0) === ct.keyBits(0) &&
        other.sourceBits(0) === ct.sourceBits(0) &&
        other.portBits(0) >>> 16 === port &&
        test(other)
      ) {
        return true;
      }
    }
    return false;
  }

  #next(slot: number): number {
    return this.#links[slot]!;
  }

  #setNext(slot: number, next: number): void {
    if (slot >= this.#links.length) this.#links = grown(this.#links, slot + 1);
    this.#links[slot] = next;
  }
}

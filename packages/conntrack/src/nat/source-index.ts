import type { Connection } from '../connection.ts';
import { zoneId } from '../zone.ts';

/**
 * Connections whose source binding is decided, by the source that they had (`nf_nat_bysource`): a flow keeps its mapped
 * port towards other destinations. Chains run through the connections themselves, newest first.
 */
export class SourceIndex {
  readonly #buckets: number;
  /** Made with the first entry: most hosts have no NAT. */
  #heads: (Connection | undefined)[] = [];

  constructor(buckets: number) {
    this.#buckets = buckets;
  }

  #bucket(ct: Connection): number {
    if (this.#heads.length === 0) this.#heads = new Array<Connection | undefined>(this.#buckets).fill(undefined);
    let hash =
      Math.imul(ct.sourceBits(0), 0x9e3779b1) ^ Math.imul((ct.portBits(0) >>> 16) + 1, 0x85ebca6b) ^ ct.protocol;
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return ((hash ^ (hash >>> 13)) >>> 0) % this.#buckets;
  }

  add(ct: Connection): void {
    const bucket = this.#bucket(ct);
    ct.nextBySource = this.#heads[bucket];
    this.#heads[bucket] = ct;
  }

  remove(ct: Connection): void {
    const bucket = this.#bucket(ct);
    let previous: Connection | undefined;
    for (let at = this.#heads[bucket]; at !== undefined; previous = at, at = at.nextBySource) {
      if (at !== ct) continue;
      if (previous === undefined) this.#heads[bucket] = ct.nextBySource;
      else previous.nextBySource = ct.nextBySource;
      ct.nextBySource = undefined;
      return;
    }
  }

  /** Those that had the same source address, port, protocol and zone. */
  *of(ct: Connection): Iterable<Connection> {
    for (let at = this.#heads[this.#bucket(ct)]; at !== undefined; at = at.nextBySource) {
      if (
        at.protocol === ct.protocol &&
        at.sourceBits(0) === ct.sourceBits(0) &&
        at.portBits(0) >>> 16 === ct.portBits(0) >>> 16 &&
        zoneId(at.zone, 0) === zoneId(ct.zone, 0)
      ) {
        yield at;
      }
    }
  }
}

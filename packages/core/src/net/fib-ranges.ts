import { IPV4_BROADCAST, type Ipv4Address, isLoopback, isMulticast, isZeroNet } from '../address/ipv4.ts';
import type { FibResult } from './fib-route.ts';

/** Turns the order of signed integers into that of addresses. */
const SIGN: number = 1 << 31;
/** Where addresses begin that are not {@link isUsual}, and where the next ones follow. */
const UNUSUAL_EDGES: readonly number[] = [0, 1, 0x7f00_0000, 0x8000_0000, 0xe000_0000, 0xf000_0000, 0xffff_ffff];

/** Some addresses, all of which routing treats alike: first and last one, as unsigned numbers. */
export interface AddressRange {
  readonly first: number;
  readonly last: number;
}

/**
 * All addresses, cut into ranges of which each has one route: what look-ups in a FIB answer that depend on the destination
 * alone. A few integers, sorted, stand for what would be an entry for each destination, and stay in the cache.
 *
 * Invariant: the addresses of a range all have the route {@link resultAt}, {@link isUsual} holds for all or none, and each
 * address of the host is a range of its own.
 */
export class FibRanges {
  /** The first address of each, with the sign turned. */
  readonly #firsts: Int32Array;
  readonly #results: readonly FibResult[];
  /** By first byte of an address and the one after it: the range in which such addresses begin. */
  readonly #starts = new Int32Array(257);

  /**
   * @param networks where routes may change: all networks of all tables, and the addresses of the host; in any order
   * @param lookup the route of one address
   */
  constructor(networks: Iterable<AddressRange>, lookup: (address: Ipv4Address) => FibResult) {
    const edges = [...UNUSUAL_EDGES];
    for (const { first, last } of networks) {
      edges.push(first);
      if (last !== IPV4_BROADCAST) edges.push(last + 1);
    }
    const firsts = Float64Array.from(edges).sort();
    const sorted = firsts.filter((first, i) => i === 0 || first !== firsts[i - 1]);
    this.#firsts = Int32Array.from(sorted, (first) => first ^ SIGN);
    this.#results = Array.from(sorted, (first) => lookup(first as Ipv4Address));
    let range = 0;
    for (let byte = 0; byte <= 256; byte++) {
      while (range + 1 < sorted.length && sorted[range + 1]! <= byte * 0x100_0000) range++;
      this.#starts[byte] = range;
    }
  }

  /** How many there are; they are numbered from 0. */
  get count(): number {
    return this.#firsts.length;
  }

  /** The range of an address. */
  find(address: Ipv4Address): number {
    const firsts = this.#firsts;
    const wanted = address ^ SIGN;
    // Most networks share a few first bytes, and few of them are on one host.
    const byte = address >>> 24;
    let from = this.#starts[byte]!;
    let to = this.#starts[byte + 1]!;
    while (from < to) {
      const middle = (from + to + 1) >>> 1;
      if (firsts[middle]! <= wanted) from = middle;
      else to = middle - 1;
    }
    return from;
  }

  /** The route of a range. */
  resultAt(range: number): FibResult {
    return this.#results[range]!;
  }
}

/** Whether routing treats an address as any other wherever it stands. */
export function isUsual(address: Ipv4Address): boolean {
  return !isMulticast(address) && address !== IPV4_BROADCAST && !isZeroNet(address) && !isLoopback(address);
}

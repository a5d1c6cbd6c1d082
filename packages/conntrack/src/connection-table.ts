import { invariant, type Meter } from '@chainwalk/core';
import { ipv4Bits } from './bits.ts';
import type { Connection } from './connection.ts';
import type { Direction, Tuple } from './tuple.ts';
import { type Zone, zoneId } from './zone.ts';

/**
 * Integers of one row, a cache line: hash and link of both directions, the deadline, then what look-ups compare: zone and
 * protocol of both directions, and their addresses and ports.
 */
const STRIDE = 16;
const HASH = 0;
const NEXT = 2;
const DEADLINE = 4;
const KIND = 5;
const TUPLE = 7;
/** Rows are kept in pages, so that growing never copies what is there. */
const PAGE_BITS = 11;
const PAGE_ROWS = 1 << PAGE_BITS;
/** No node. */
const END = -1;

/**
 * The hash table of confirmed connections (`nf_conntrack_hash`). Each connection hangs in two chains, one a direction, as
 * node `slot * 2 + direction`; new nodes go to the head. Everything that a look-up needs stands in flat integer pages, a
 * cache line for each connection, so the connection objects on the way are not touched.
 *
 * The hash is 32 bits scaled to the number of buckets by multiplication, as in Linux. Linux seeds it at boot, so which
 * tuples share a bucket is chance there too; here the seed decides.
 *
 * Invariant: a connection with `slot >= 0` is in the table, its reply node in the chain of its reply tuple, and its
 * original node too unless it lost a clash. The walk order of a chain is newest first.
 */
export class ConnectionTable {
  readonly #seed: number;
  readonly #pages: Int32Array[] = [];
  readonly #connections: (Connection | undefined)[] = [];
  readonly #free: number[] = [];
  #heads: Int32Array;
  #used = 0;
  #size = 0;

  constructor(buckets: number, seed: number) {
    this.#heads = new Int32Array(buckets).fill(END);
    this.#seed = seed | 0;
  }

  /** Connections in the table, expired ones that nobody has collected included. */
  get size(): number {
    return this.#size;
  }

  get buckets(): number {
    return this.#heads.length;
  }

  /** The 32-bit hash of a tuple in a zone, unsigned (`hash_conntrack_raw`). */
  hashTuple(tuple: Tuple, zone: number): number {
    return this.hashBits(
      ipv4Bits(tuple.src),
      ipv4Bits(tuple.dst),
      (tuple.sport << 16) | tuple.dport,
      tuple.protocol,
      zone,
    );
  }

  /** The hash of one direction of a connection. */
  hashOf(ct: Connection, direction: Direction): number {
    return this.hashBits(
      ct.sourceBits(direction),
      ct.destinationBits(direction),
      ct.portBits(direction),
      ct.protocol,
      ct.extensions === undefined ? 0 : zoneId(ct.extensions.zone, direction),
    );
  }

  /** The bucket of a hash (`scale_hash`). */
  bucketOf(hash: number): number {
    return Math.floor((hash * this.#heads.length) / 0x1_0000_0000);
  }

  /** First node of a bucket, or -1. */
  first(bucket: number): number {
    return this.#heads[bucket]!;
  }

  /** The node behind a node, or -1. */
  next(node: number): number {
    return this.#pages[node >> (PAGE_BITS + 1)]![((node >> 1) & (PAGE_ROWS - 1)) * STRIDE + NEXT + (node & 1)]!;
  }

  /** The connection of a node; `undefined` if it was removed since the node was read. */
  at(node: number): Connection | undefined {
    return this.#connections[node >> 1];
  }

  /** Whether a node has this hash, unsigned: what differs in the hash differs in the tuple. */
  hasHash(node: number, hash: number): boolean {
    const row = ((node >> 1) & (PAGE_ROWS - 1)) * STRIDE;
    return this.#pages[node >> (PAGE_BITS + 1)]![row + HASH + (node & 1)] === (hash | 0);
  }

  /** Whether the connection of a node is past its deadline (`nf_ct_is_expired`). */
  isExpired(node: number, now: number): boolean {
    const deadline = this.#pages[node >> (PAGE_BITS + 1)]![((node >> 1) & (PAGE_ROWS - 1)) * STRIDE + DEADLINE]!;
    return ((deadline - now) | 0) <= 0;
  }

  /**
   * The node that answers to a tuple, or -1 (`____nf_conntrack_find`). Expired connections on the way are given to
   * `collect`, which may remove them.
   */
  find(tuple: Tuple, zone: Zone, hash: number, now: number, collect: (ct: Connection) => void, meter: Meter): number {
    const ports = (tuple.sport << 16) | tuple.dport;
    return this.findBits(
      ipv4Bits(tuple.src),
      ipv4Bits(tuple.dst),
      ports,
      tuple.protocol,
      zone,
      hash,
      now,
      collect,
      meter,
    );
  }

  /** As {@link find}, with the tuple as signed integers: addresses, and both ports in one. */
  findBits(
    src: number,
    dst: number,
    ports: number,
    protocol: number,
    zone: Zone,
    hash: number,
    now: number,
    collect: (ct: Connection) => void,
    meter: Meter,
  ): number {
    const hash32 = hash | 0;
    meter.conntrackLookups++;
    for (let node = this.#heads[this.bucketOf(hash)]!; node !== END; ) {
      const page = this.#pages[node >> (PAGE_BITS + 1)]!;
      const row = ((node >> 1) & (PAGE_ROWS - 1)) * STRIDE;
      const direction = (node & 1) as Direction;
      const next = page[row + NEXT + direction]!;
      meter.conntrackProbes++;
      if (((page[row + DEADLINE]! - now) | 0) <= 0) {
        // Both nodes of a connection may hang in one chain: the second one met is gone already.
        const expired = this.#connections[node >> 1];
        if (expired !== undefined) collect(expired);
      } else if (page[row + HASH + direction] === hash32) {
        const key = row + TUPLE + direction * 3;
        if (
          page[key] === src &&
          page[key + 1] === dst &&
          page[key + 2] === ports &&
          page[row + KIND + direction] === ((zoneId(zone, direction) << 8) | protocol)
        ) {
          return node;
        }
      }
      node = next;
    }
    return END;
  }

  /**
   * Adds a connection at the head of its chains; `replyOnly` leaves the original tuple out. Its timeout has to be the
   * deadline by now.
   */
  insert(ct: Connection, replyOnly = false): void {
    invariant(ct.slot < 0, 'a connection is inserted once');
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#used++;
      if (slot >> PAGE_BITS === this.#pages.length) this.#pages.push(new Int32Array(PAGE_ROWS * STRIDE));
    }
    ct.slot = slot;
    this.#connections[slot] = ct;
    const page = this.#pages[slot >> PAGE_BITS]!;
    const row = (slot & (PAGE_ROWS - 1)) * STRIDE;
    page[row + DEADLINE] = ct.timeout;
    page[row + NEXT] = END;
    for (const direction of [0, 1] as const) {
      page[row + HASH + direction] = this.hashOf(ct, direction);
      page[row + KIND + direction] = (zoneId(ct.zone, direction) << 8) | ct.protocol;
      const key = row + TUPLE + direction * 3;
      page[key] = ct.sourceBits(direction);
      page[key + 1] = ct.destinationBits(direction);
      page[key + 2] = ct.portBits(direction);
    }
    if (!replyOnly) this.#link(slot * 2, page, row);
    this.#link(slot * 2 + 1, page, row);
    this.#size++;
  }

  #link(node: number, page: Int32Array, row: number): void {
    const direction = node & 1;
    const bucket = this.bucketOf(page[row + HASH + direction]! >>> 0);
    page[row + NEXT + direction] = this.#heads[bucket]!;
    this.#heads[bucket] = node;
  }

  /** Takes a connection out. */
  remove(ct: Connection): void {
    const { slot } = ct;
    invariant(slot >= 0 && this.#connections[slot] === ct, 'only what is in the table can be removed');
    this.#unlink(slot * 2);
    this.#unlink(slot * 2 + 1);
    this.#connections[slot] = undefined;
    this.#free.push(slot);
    ct.slot = -1;
    this.#size--;
  }

  /** A node that is in no chain (the original one after a clash) is left alone. */
  #unlink(node: number): void {
    const page = this.#pages[node >> (PAGE_BITS + 1)]!;
    const row = ((node >> 1) & (PAGE_ROWS - 1)) * STRIDE;
    const direction = node & 1;
    const bucket = this.bucketOf(page[row + HASH + direction]! >>> 0);
    const after = page[row + NEXT + direction]!;
    let other = this.#heads[bucket]!;
    if (other === node) {
      this.#heads[bucket] = after;
      return;
    }
    while (other !== END) {
      const otherPage = this.#pages[other >> (PAGE_BITS + 1)]!;
      const link = ((other >> 1) & (PAGE_ROWS - 1)) * STRIDE + NEXT + (other & 1);
      const next = otherPage[link]!;
      if (next === node) {
        otherPage[link] = after;
        return;
      }
      other = next;
    }
  }

  /** Sets the deadline of a connection, in its object and in its row. */
  setDeadline(ct: Connection, deadline: number): void {
    ct.timeout = deadline | 0;
    if (ct.slot >= 0)
      this.#pages[ct.slot >> PAGE_BITS]![(ct.slot & (PAGE_ROWS - 1)) * STRIDE + DEADLINE] = deadline | 0;
  }

  /** Spreads the chains over another number of buckets (`nf_conntrack_hash_resize`). */
  resize(buckets: number): void {
    const old = this.#heads;
    this.#heads = new Int32Array(buckets).fill(END);
    for (let bucket = 0; bucket < old.length; bucket++) {
      // From the head on, each goes to the head of its new chain: chains turn around, as in Linux.
      for (let node = old[bucket]!; node !== END; ) {
        const page = this.#pages[node >> (PAGE_BITS + 1)]!;
        const row = ((node >> 1) & (PAGE_ROWS - 1)) * STRIDE;
        const next = page[row + NEXT + (node & 1)]!;
        this.#link(node, page, row);
        node = next;
      }
    }
  }

  /** Every connection once, bucket by bucket; whoever is removed meanwhile may be met or not. Clash losers are hidden. */
  *[Symbol.iterator](): IterableIterator<Connection> {
    for (let bucket = 0; bucket < this.#heads.length; bucket++) {
      const nodes: Connection[] = [];
      for (let node = this.#heads[bucket]!; node !== END; node = this.next(node)) {
        if ((node & 1) === 0) nodes.push(this.at(node)!);
      }
      yield* nodes;
    }
  }

  /** How many chains have each length, both directions counted: index is the length. */
  chainLengths(): readonly number[] {
    const lengths: number[] = [];
    for (let bucket = 0; bucket < this.#heads.length; bucket++) {
      let length = 0;
      for (let node = this.#heads[bucket]!; node !== END; node = this.next(node)) length++;
      while (lengths.length <= length) lengths.push(0);
      lengths[length]!++;
    }
    return lengths;
  }

  /** Four rounds of a multiply-rotate mix over the key, then an avalanche. Unsigned. */
  hashBits(src: number, dst: number, ports: number, protocol: number, zone: number): number {
    let hash = this.#seed;
    hash = mix(hash, src);
    hash = mix(hash, dst);
    hash = mix(hash, ports);
    hash = mix(hash, (zone << 8) | protocol);
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}

function mix(hash: number, word: number): number {
  let key = Math.imul(word, 0xcc9e2d51);
  key = (key << 15) | (key >>> 17);
  const mixed = hash ^ Math.imul(key, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

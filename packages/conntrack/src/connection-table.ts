import { invariant, type Meter } from '@chainwalk/core';
import { ipv4Bits } from './bits.ts';
import { grown } from './by-slot.ts';
import type { Connection } from './connection.ts';
import {
  KIND,
  keyOfKind,
  kindOf,
  LISTED,
  NODE_BITS,
  NODE_MASK,
  rowOf,
  STATUS,
  STATUS_MASK,
  TUPLE,
  TUPLE_SIZE,
  ZONE_MASK,
} from './connection-row.ts';
import type { ConnectionRows } from './connection-rows.ts';
import type { Direction, Tuple } from './tuple.ts';
import { DEFAULT_ZONE, type Zone } from './zone.ts';

/** No node. */
const NONE = -1;
/** What a search answers that gives up. */
export const TOO_LONG = -2;
/** No link. */
export const END = 0;
/** Of a hash, what a link says of its node. The bucket is of the other end of the hash. */
const TAG_MASK = (1 << (32 - NODE_BITS)) - 1;

/**
 * The hash table of confirmed connections (`nf_conntrack_hash`). Each connection hangs in two chains, one a direction, as
 * node `slot * 2 + direction`; new nodes go to the head.
 *
 * Most of the time goes to waiting for memory, one place behind another. So a link names a node and, above its number, some
 * bits of its hash: whoever walks a chain looks at the deadline of all that it passes, as Linux does, but at the row
 * ({@link ConnectionRows}) only of what it finds and of every 32nd other one. The link behind the first node of a bucket
 * stands beside the one to it too, so that two of three look-ups follow no other.
 *
 * The hash is 32 bits scaled to the number of buckets by multiplication, as in Linux. Linux seeds it at boot, so which
 * tuples share a bucket is chance there too; here the seed decides.
 *
 * Invariant: a connection that `isListed` is in the table, its reply node in the chain of its reply tuple, and its
 * original node too unless it lost a clash. The walk order of a chain is newest first.
 *
 * Invariant: of each bucket, the second link is that of the first node, {@link END} if there is none.
 */
export class ConnectionTable {
  readonly #seed: number;
  readonly rows: ConnectionRows;
  /** Two by bucket: the link to its first node, and that node's own link. */
  #heads: Int32Array;
  #buckets: number;
  /** Where the buckets are a power of two, as they nearly always are: by how much a hash is shifted. Else 0. */
  #shift: number;
  /** By node, the link to the next one. */
  #links: Int32Array = new Int32Array(0);
  #size = 0;

  constructor(buckets: number, seed: number, rows: ConnectionRows) {
    this.#heads = new Int32Array(buckets * 2);
    this.#buckets = buckets;
    this.#shift = shiftFor(buckets);
    this.#seed = seed | 0;
    this.rows = rows;
  }

  /** Connections in the table, expired ones that nobody has collected included. */
  get size(): number {
    return this.#size;
  }

  get buckets(): number {
    return this.#buckets;
  }

  /** A connection that is not in the table yet; its timeout, status and mark are 0. */
  make(original: Tuple, reply: Tuple, zone: Zone): Connection {
    const ct = this.rows.allocate(kindOf(original.protocol, zone));
    ct.setTuple(0, original);
    ct.setTuple(1, reply);
    if (zone !== DEFAULT_ZONE) ct.extend().zone = zone;
    return ct;
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

  /** The bucket of a hash (`scale_hash`). */
  bucketOf(hash: number): number {
    const shift = this.#shift;
    return shift > 0 ? hash >>> shift : Math.floor((hash * this.#buckets) / 0x1_0000_0000);
  }

  /** The link to the first node of a bucket. */
  firstLink(bucket: number): number {
    return this.#heads[bucket * 2]!;
  }

  /** The link behind the first node of a bucket, which no other memory has to be waited for. */
  secondLink(bucket: number): number {
    return this.#heads[bucket * 2 + 1]!;
  }

  /** The link to the node behind a node. */
  nextLink(node: number): number {
    return this.#links[node]!;
  }

  /** First node of a bucket, or -1. */
  first(bucket: number): number {
    return nodeOf(this.firstLink(bucket));
  }

  /** The node behind a node, or -1. */
  next(node: number): number {
    return nodeOf(this.nextLink(node));
  }

  /** The connection of a node. */
  at(node: number): Connection {
    return this.rows.of(node >> 1);
  }

  /** Whether the connection of a node is still in the table: it may have been removed since the node was read. */
  isListed(node: number): boolean {
    return (this.#word(node, KIND) & LISTED) !== 0;
  }

  /** The status of a node's connection: bits of `Status`. */
  statusAt(node: number): number {
    return this.#word(node, STATUS) & STATUS_MASK;
  }

  /** The tick at which the connection of a node expires. */
  deadlineAt(node: number): number {
    return this.rows.timeouts[node >> 1]!;
  }

  /** Whether the connection of a node is past its deadline (`nf_ct_is_expired`). */
  isExpired(node: number, now: number): boolean {
    return ((this.rows.timeouts[node >> 1]! - now) | 0) <= 0;
  }

  /** Whether a node has a tuple, as signed integers, and a key: protocol and the zone above it (`nf_ct_key_equal`). */
  hasTuple(node: number, src: number, dst: number, ports: number, key: number): boolean {
    const page = this.rows.page(node >> 1);
    const row = rowOf(node >> 1);
    const tuple = row + TUPLE + (node & 1) * TUPLE_SIZE;
    return (
      page[tuple + 2] === ports &&
      page[tuple] === src &&
      page[tuple + 1] === dst &&
      keyOfKind(page[row + KIND]!, (node & 1) as Direction) === key
    );
  }

  /**
   * The first node in the bucket of a tuple that has it, in either direction and expired or not; -1 if none has it, or
   * {@link TOO_LONG} if more than `limit` others and one come before. The tuple is of one direction of a connection whose two
   * keys are given, since a zone may key one direction only; a node is compared under the key of its own.
   */
  search(
    src: number,
    dst: number,
    ports: number,
    key0: number,
    key1: number,
    direction: Direction,
    limit: number,
  ): number {
    const hash0 = this.hashBits(src, dst, ports, key0 & 255, key0 >>> 8);
    const hash1 = key0 === key1 ? hash0 : this.hashBits(src, dst, ports, key1 & 255, key1 >>> 8);
    const head = this.bucketOf(direction === 0 ? hash0 : hash1) * 2;
    const second = this.#heads[head + 1]!;
    let length = 0;
    let link = this.#heads[head]!;
    for (let isFirst = true; link !== END; isFirst = false) {
      const node = nodeOf(link);
      const isReply = (node & 1) !== 0;
      if (mayHave(link, isReply ? hash1 : hash0) && this.hasTuple(node, src, dst, ports, isReply ? key1 : key0))
        return node;
      if (length++ > limit) return TOO_LONG;
      link = isFirst ? second : this.#links[node]!;
    }
    return NONE;
  }

  #word(node: number, field: number): number {
    return this.rows.page(node >> 1)[rowOf(node >> 1) + field]!;
  }

  /**
   * The node that answers to a tuple, or -1 (`____nf_conntrack_find`). Expired connections on the way are given to
   * `collect`, which may remove them.
   */
  find(tuple: Tuple, zone: Zone, hash: number, now: number, collect: (ct: Connection) => void, meter: Meter): number {
    const ports = (tuple.sport << 16) | tuple.dport;
    const kind = kindOf(tuple.protocol, zone);
    return this.findBits(ipv4Bits(tuple.src), ipv4Bits(tuple.dst), ports, kind, hash, now, collect, meter);
  }

  /** As {@link find}, with the tuple as signed integers: addresses, both ports in one, protocol and zone in another. */
  findBits(
    src: number,
    dst: number,
    ports: number,
    kind: number,
    hash: number,
    now: number,
    collect: (ct: Connection) => void,
    meter: Meter,
  ): number {
    meter.conntrackLookups++;
    const { rows } = this;
    const head = this.bucketOf(hash) * 2;
    const second = this.#heads[head + 1]!;
    let link = this.#heads[head]!;
    for (let isFirst = true; link !== END; isFirst = false) {
      const node = nodeOf(link);
      meter.conntrackProbes++;
      if (((rows.timeouts[node >> 1]! - now) | 0) <= 0) {
        link = isFirst ? second : this.#links[node]!;
        // Both nodes of a connection may hang in one chain: the second one met is gone already.
        if (this.isListed(node)) collect(this.at(node));
        continue;
      }
      if (mayHave(link, hash)) {
        const page = rows.page(node >> 1);
        const row = rowOf(node >> 1);
        const direction = (node & 1) as Direction;
        const key = row + TUPLE + direction * TUPLE_SIZE;
        if (page[key + 2] === ports && page[key] === src && page[key + 1] === dst) {
          const own = keyOfKind(page[row + KIND]!, direction);
          // A zone that keys one direction only: what was hashed may be the other one's number.
          const isPlain = (kind & ZONE_MASK) === 0;
          if (own === keyOfKind(kind, direction) && (isPlain || this.#hashAt(page, row, direction) === hash)) {
            return node;
          }
        }
      }
      link = isFirst ? second : this.#links[node]!;
    }
    return NONE;
  }

  /**
   * Adds a connection at the head of its chains; `replyOnly` leaves the original tuple out. Its timeout has to be the
   * deadline by now.
   */
  insert(ct: Connection, replyOnly = false): void {
    const { slot } = ct;
    invariant(!ct.isListed && this.rows.settlePending(slot), 'a connection is inserted once');
    const page = this.rows.page(slot);
    const row = rowOf(slot);
    page[row + KIND]! |= LISTED;
    if (slot * 2 + 1 >= this.#links.length) this.#links = grown(this.#links, this.rows.timeouts.length * 2);
    this.#links[slot * 2] = END;
    if (!replyOnly) this.#link(slot * 2, page, row);
    this.#link(slot * 2 + 1, page, row);
    this.#size++;
  }

  #link(node: number, page: Int32Array, row: number): void {
    const direction = (node & 1) as Direction;
    const hash = this.#hashAt(page, row, direction);
    const head = this.bucketOf(hash) * 2;
    const after = this.#heads[head]!;
    this.#links[node] = after;
    this.#heads[head + 1] = after;
    this.#heads[head] = linkTo(node, hash);
  }

  /** Takes a connection out. */
  remove(ct: Connection): void {
    invariant(ct.isListed, 'only what is in the table can be removed');
    const { slot } = ct;
    this.#unlink(slot * 2);
    this.#unlink(slot * 2 + 1);
    this.rows.page(slot)[rowOf(slot) + KIND]! &= ~LISTED;
    this.rows.release(slot);
    this.#size--;
  }

  /** A node that is in no chain (the original one after a clash) is left alone. */
  #unlink(node: number): void {
    const page = this.rows.page(node >> 1);
    const row = rowOf(node >> 1);
    const direction = (node & 1) as Direction;
    const hash = this.#hashAt(page, row, direction);
    const own = linkTo(node, hash);
    const head = this.bucketOf(hash) * 2;
    const heads = this.#heads;
    const links = this.#links;
    const after = links[node]!;
    if (heads[head] === own) {
      heads[head] = after;
      heads[head + 1] = after === END ? END : links[nodeOf(after)]!;
      return;
    }
    for (let link = heads[head]!; link !== END; ) {
      const other = nodeOf(link);
      link = links[other]!;
      if (link !== own) continue;
      links[other] = after;
      if (heads[head + 1] === own) heads[head + 1] = after;
      return;
    }
  }

  /** Spreads the chains over another number of buckets (`nf_conntrack_hash_resize`). */
  resize(buckets: number): void {
    const old = this.#heads;
    this.#heads = new Int32Array(buckets * 2);
    this.#buckets = buckets;
    this.#shift = shiftFor(buckets);
    for (let head = 0; head < old.length; head += 2) {
      // From the head on, each goes to the head of its new chain: chains turn around, as in Linux.
      for (let node = nodeOf(old[head]!); node !== NONE; ) {
        const next = this.next(node);
        this.#link(node, this.rows.page(node >> 1), rowOf(node >> 1));
        node = next;
      }
    }
  }

  /** Every connection once, bucket by bucket; whoever is removed meanwhile may be met or not. Clash losers are hidden. */
  *[Symbol.iterator](): IterableIterator<Connection> {
    for (const ct of this.passing()) yield ct.keep();
  }

  /** The same for whoever holds none of them longer than a moment. */
  *passing(): IterableIterator<Connection> {
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      const first = this.first(bucket);
      if (first === NONE) continue;
      const slots: number[] = [];
      for (let node = first; node !== NONE; node = this.next(node)) {
        if ((node & 1) === 0) slots.push(node >> 1);
      }
      for (const slot of slots) yield this.rows.of(slot);
    }
  }

  /** How many chains have each length, both directions counted: index is the length. */
  chainLengths(): readonly number[] {
    const lengths: number[] = [];
    for (let bucket = 0; bucket < this.#buckets; bucket++) {
      let length = 0;
      for (let node = this.first(bucket); node !== NONE; node = this.next(node)) length++;
      while (lengths.length <= length) lengths.push(0);
      lengths[length]!++;
    }
    return lengths;
  }

  #hashAt(page: Int32Array, row: number, direction: Direction): number {
    const tuple = row + TUPLE + direction * TUPLE_SIZE;
    const key = keyOfKind(page[row + KIND]!, direction);
    return this.hashBits(page[tuple]!, page[tuple + 1]!, page[tuple + 2]!, key & 255, key >>> 8);
  }

  /** Four rounds of a multiply-rotate mix over the key, spelt out since every packet pays for it, then an avalanche. */
  hashBits(src: number, dst: number, ports: number, protocol: number, zone: number): number {
    let key = Math.imul(src, 0xcc9e2d51);
    let hash = this.#seed ^ Math.imul((key << 15) | (key >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    key = Math.imul(dst, 0xcc9e2d51);
    hash ^= Math.imul((key << 15) | (key >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    key = Math.imul(ports, 0xcc9e2d51);
    hash ^= Math.imul((key << 15) | (key >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    key = Math.imul((zone << 8) | protocol, 0xcc9e2d51);
    hash ^= Math.imul((key << 15) | (key >>> 17), 0x1b873593);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
    hash ^= hash >>> 16;
    hash = Math.imul(hash, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}

/** By how much a hash of 32 bits is shifted to be the number of a bucket; 0 if buckets are no power of two. */
function shiftFor(buckets: number): number {
  return buckets > 1 && (buckets & (buckets - 1)) === 0 ? Math.clz32(buckets) + 1 : 0;
}

/** Whether the node of a link may have a hash. */
export function mayHave(link: number, hash: number): boolean {
  return link >>> NODE_BITS === (hash & TAG_MASK);
}

/** The node that a link names, -1 if it is {@link END}. */
export function nodeOf(link: number): number {
  return (link & NODE_MASK) - 1;
}

/** The link to a node with a hash. */
function linkTo(node: number, hash: number): number {
  return (hash << NODE_BITS) | (node + 1);
}

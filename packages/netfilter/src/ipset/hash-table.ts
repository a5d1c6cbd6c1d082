import { jhash2 } from '@chainwalk/core';
import { HashBuckets } from './hash-buckets.ts';
import { HashPlaces } from './hash-places.ts';
import type { MemberData } from './member-data.ts';
import { SetCode } from './set-error.ts';

/** A bucket starts with this many places and grows by as many (`AHASH_INIT_SIZE`). */
const STEP = 2;
/** More than `bucketsize` can ever be made (`AHASH_MAX_TUNED`). */
const MAX_BUCKET = 64;
/** Buckets are locked and counted in regions of this many. */
const REGION_BITS = 10;
const BUCKET_HEADER = 32;
const REGION_SIZE = 16;
const TABLE_SIZE = 24;
/** Our own limit: 2^24 buckets. */
const MAX_BITS = 24;

/** What a table is made with. */
export interface HashShape {
  /** 32-bit words of a member, all of which are hashed. */
  readonly words: number;
  /** Bits of the last word that decide whether two members are the same (the kernel compares fewer than it hashes). */
  readonly lastMask: number;
  /** Bytes of a member with its extensions. */
  readonly memberSize: number;
}

export interface HashParameters {
  /** A power of two. */
  readonly hashsize: number;
  readonly maxelem: number;
  readonly bucketsize: number;
  readonly initval: number;
}

/** What the owner of a table does when members come and go, and how it tells apart what words do not. */
export interface HashHooks {
  /** A member left place `slot`; its words can still be read. */
  readonly removed: (slot: number) => void;
  /** Whether the member in `slot`, whose words are those looked for, is the one. Absent: words are all there is. */
  readonly same?: (slot: number) => boolean;
  /** Moves what the owner keeps beside words and {@link MemberData}. */
  readonly moved?: (from: number, to: number) => void;
}

/**
 * The hash of the hash:* types, bucket for bucket as the kernel builds it (`ip_set_hash_gen.h`): arrays of two to
 * `bucketsize` places that resolve clashes, and a table that doubles when one is full. It lists in the kernel's order,
 * grows and fills when the kernel's does, and so do `hashsize` and "Size in memory" in a header.
 *
 * A slot is a place of a bucket; the columns of {@link MemberData} are indexed by it.
 */
export class HashTable {
  readonly #shape: HashShape;
  readonly #data: MemberData;
  readonly #hooks: HashHooks;
  readonly maxelem: number;
  readonly initval: number;
  bucketsize: number;
  /** The table has 2^bits buckets. */
  bits: number;
  /** Bytes of all buckets as the kernel adds them up. */
  bucketBytes = 0;

  readonly #buckets = new HashBuckets();
  #regionElements: Int32Array;

  readonly #places: HashPlaces;
  /** Equal prefixes with other interfaces that the last search met (`multi`). */
  clashes = 0;

  constructor(shape: HashShape, parameters: HashParameters, data: MemberData, hooks: HashHooks) {
    this.#shape = shape;
    this.#places = new HashPlaces(shape.words);
    this.#data = data;
    this.#hooks = hooks;
    this.maxelem = parameters.maxelem;
    this.initval = parameters.initval;
    this.bucketsize = parameters.bucketsize;
    this.bits = 31 - Math.clz32(parameters.hashsize);
    this.#regionElements = new Int32Array(regions(this.bits));
  }

  get hashsize(): number {
    return 2 ** this.bits;
  }

  /** `Size in memory` without the type's own head and without comments. */
  get memorySize(): number {
    return TABLE_SIZE + regions(this.bits) * REGION_SIZE + this.bucketBytes;
  }

  /** The words of the member in `slot`: read at once, they move. */
  word(slot: number, index: number): number {
    return this.#places.word(slot, index);
  }

  // ---------------------------------------------------------------- look-up

  /** The bucket that a key falls into, of 2^bits. */
  #bucket(key: Uint32Array, bits = this.bits): number {
    return (jhash2(key, this.#shape.words, this.initval) & (2 ** bits - 1)) >>> 0;
  }

  /** The slot of a member, over or not; -1 if there is none. Goes on to the next equal one if `accept` refuses it. */
  find(key: Uint32Array, accept?: (slot: number) => boolean): number {
    const first = this.#buckets.first;
    if (first === undefined) return -1;
    const bucket = this.#bucket(key);
    const base = first[bucket]!;
    if (base < 0) return -1;
    const end = this.#buckets.end[bucket]!;
    for (let place = 0; place < end; place++) {
      if (!this.#buckets.isUsed(bucket, place) || !this.#equal(base + place, key)) continue;
      if (accept === undefined || accept(base + place)) return base + place;
      this.clashes = 0;
    }
    return -1;
  }

  #equal(slot: number, key: Uint32Array): boolean {
    if (!this.#places.equal(slot, key, this.#shape.lastMask)) return false;
    if (this.#hooks.same === undefined) return true;
    this.clashes++;
    const last = this.#shape.words - 1;
    return this.#places.word(slot, last) === key[last] && this.#hooks.same(slot);
  }

  // ---------------------------------------------------------------- change

  /**
   * Finds a place for a member. The answer is its slot, with `fresh` telling whether the member is new there, or a code
   * below 0: EXIST, HASH_FULL, AGAIN when the table has to grow first, NOMEM.
   */
  add(key: Uint32Array, exist: boolean, forceadd: boolean): number {
    this.fresh = true;
    const first = this.#buckets.allocate(2 ** this.bits);
    const bucket = this.#bucket(key);
    const region = bucket >>> REGION_BITS;
    let elements = this.#regionElements[region]!;
    let room = Math.floor(this.maxelem / this.#regionElements.length);
    let evict = false;
    if (elements >= room) {
      this.collect(this.#data.now, region);
      room = this.maxelem;
      elements = this.elements;
      evict = elements >= room && forceadd;
    }
    if (first[bucket]! < 0) {
      if (evict || elements >= room) return SetCode.HASH_FULL;
      const base = this.#take(STEP);
      if (base < 0) return SetCode.NOMEM;
      this.#buckets.install(bucket, base, STEP);
      this.bucketBytes += this.#blockBytes(STEP);
      return this.#settle(bucket, 0, key);
    }
    const base = first[bucket]!;
    const end = this.#buckets.end[bucket]!;
    let reuse = -1;
    let deleted = false;
    this.clashes = 0;
    for (let place = 0; place < end; place++) {
      const slot = base + place;
      if (!this.#buckets.isUsed(bucket, place)) {
        if (reuse < 0) {
          reuse = place;
          deleted = true;
        }
        continue;
      }
      if (this.#equal(slot, key)) {
        if (!exist && !this.#data.expired(slot)) return SetCode.EXIST;
        this.fresh = false;
        return slot;
      }
      if (reuse < 0 && this.#data.expired(slot)) reuse = place;
    }
    if (reuse >= 0 || evict) {
      const place = Math.max(reuse, 0);
      if (!deleted) this.#forget(base + place, region);
      return this.#settle(bucket, place, key);
    }
    if (elements >= room) return SetCode.HASH_FULL;
    if (end >= this.#buckets.size[bucket]!) {
      if (this.#hooks.same !== undefined) {
        if (this.bucketsize >= MAX_BUCKET) return SetCode.HASH_FULL;
        if (this.bucketsize <= this.clashes) this.bucketsize += STEP;
      }
      if (this.#buckets.size[bucket]! >= this.bucketsize) return SetCode.AGAIN;
      if (!this.#widen(bucket)) return SetCode.NOMEM;
    }
    return this.#settle(bucket, end, key);
  }

  /** Of the last {@link add}: whether the member was not there before. */
  fresh = true;

  /** Takes the member in `slot` out and gives back what room its bucket does not need. */
  delete(key: Uint32Array): number {
    const slot = this.find(key);
    if (slot < 0 || this.#data.expired(slot)) return SetCode.EXIST;
    const bucket = this.#bucket(key);
    const base = this.#buckets.first![bucket]!;
    const place = slot - base;
    let end = this.#buckets.end[bucket]!;
    this.#buckets.setUsed(bucket, place, false);
    if (place + 1 === end) this.#buckets.end[bucket] = --end;
    this.#forget(slot, bucket >>> REGION_BITS);
    let unused = 0;
    for (let i = 0; i < end; i++) if (!this.#buckets.isUsed(bucket, i)) unused++;
    if (unused === end) {
      this.bucketBytes -= this.#blockBytes(this.#buckets.size[bucket]!);
      this.#discard(bucket);
    } else if (unused >= STEP) {
      this.#narrow(bucket, base);
    }
    return SetCode.OK;
  }

  /** Takes out all members that are over at `tick`, in one region or everywhere (`mtype_gc_do`). */
  collect(tick: number, region?: number): void {
    const first = this.#buckets.first;
    if (first === undefined || this.#data.extensions.timeout === undefined || !this.#data.mayHaveExpired(tick)) return;
    const width = this.bits < REGION_BITS ? 2 ** this.bits : 2 ** REGION_BITS;
    const from = region === undefined ? 0 : region * width;
    const to = region === undefined ? 2 ** this.bits : from + width;
    for (let bucket = from; bucket < to; bucket++) {
      const base = first[bucket]!;
      if (base < 0) continue;
      const end = this.#buckets.end[bucket]!;
      let unused = 0;
      for (let place = 0; place < end; place++) {
        if (this.#buckets.isUsed(bucket, place)) {
          if (!this.#data.expiredAt(base + place, tick)) continue;
          this.#buckets.setUsed(bucket, place, false);
          this.#forget(base + place, bucket >>> REGION_BITS);
        }
        unused++;
      }
      if (unused < STEP) continue;
      if (unused >= this.#buckets.size[bucket]!) {
        this.bucketBytes -= this.#blockBytes(this.#buckets.size[bucket]!);
        this.#discard(bucket);
      } else {
        this.#narrow(bucket, base);
      }
    }
    if (region === undefined) this.#data.swept(tick);
  }

  /** Doubles the table until every member has a place (`mtype_resize`). Members that are over do not come along. */
  resize(): number {
    const key = new Uint32Array(this.#shape.words);
    const members = [...this.slots()];
    for (let bits = this.bits + 1; ; bits++) {
      if (bits > MAX_BITS) return SetCode.HASH_FULL;
      const count = new Uint8Array(2 ** bits);
      let fits = true;
      for (const slot of members) {
        this.#places.read(slot, key);
        if (++count[this.#bucket(key, bits)]! > this.bucketsize) {
          fits = false;
          break;
        }
      }
      if (!fits) continue;
      return this.#rebuild(bits, members, key);
    }
  }

  #rebuild(bits: number, members: readonly number[], key: Uint32Array): number {
    // The old blocks stay until all members have moved.
    const old: [number, number][] = [];
    this.#buckets.first!.forEach((base, bucket) => {
      if (base >= 0) old.push([base, this.#buckets.size[bucket]!]);
    });
    this.bits = bits;
    this.#buckets.clear();
    const first = this.#buckets.allocate(2 ** bits);
    this.#regionElements = new Int32Array(regions(bits));
    this.bucketBytes = 0;
    for (const slot of members) {
      this.#places.read(slot, key);
      const bucket = this.#bucket(key);
      if (first[bucket]! < 0) {
        const base = this.#take(STEP);
        if (base < 0) return SetCode.NOMEM;
        this.#buckets.install(bucket, base, STEP);
        this.bucketBytes += this.#blockBytes(STEP);
      } else if (this.#buckets.end[bucket]! >= this.#buckets.size[bucket]! && !this.#widen(bucket)) {
        return SetCode.NOMEM;
      }
      const to = this.#settle(bucket, this.#buckets.end[bucket]!, key);
      this.#data.move(slot, to);
      this.#hooks.moved?.(slot, to);
    }
    for (const [base, size] of old) this.#places.give(base, size);
    return SetCode.OK;
  }

  /** Throws everything out. The size of the table stays. */
  flush(): void {
    this.#buckets.clear();
    this.#places.clear();
    this.#regionElements.fill(0);
    this.bucketBytes = 0;
  }

  /** Members that take part in "is it full", those whose time is over included. */
  get elements(): number {
    let total = 0;
    for (const count of this.#regionElements) total += count;
    return total;
  }

  /** The slots of all members that are not over, bucket by bucket. */
  *slots(): Generator<number> {
    const first = this.#buckets.first;
    if (first === undefined) return;
    for (let bucket = 0; bucket < first.length; bucket++) {
      const base = first[bucket]!;
      if (base < 0) continue;
      const end = this.#buckets.end[bucket]!;
      for (let place = 0; place < end; place++) {
        if (this.#buckets.isUsed(bucket, place) && !this.#data.expired(base + place)) yield base + place;
      }
    }
  }

  // ---------------------------------------------------------------- buckets and their places

  #blockBytes(places: number): number {
    return BUCKET_HEADER + places * this.#shape.memberSize;
  }

  #settle(bucket: number, place: number, key: Uint32Array): number {
    const slot = this.#buckets.first![bucket]! + place;
    this.#places.write(slot, key);
    this.#buckets.setUsed(bucket, place, true);
    if (place >= this.#buckets.end[bucket]!) this.#buckets.end[bucket] = place + 1;
    this.#regionElements[bucket >>> REGION_BITS]!++;
    return slot;
  }

  #forget(slot: number, region: number): void {
    this.#regionElements[region]!--;
    this.#hooks.removed(slot);
    this.#data.dropComment(slot);
  }

  /** Gives a full bucket two places more. */
  #widen(bucket: number): boolean {
    const from = this.#buckets.first![bucket]!;
    const size = this.#buckets.size[bucket]!;
    const to = this.#take(size + STEP);
    if (to < 0) return false;
    this.#move(from, to, size);
    this.#places.give(from, size);
    this.#buckets.first![bucket] = to;
    this.#buckets.size[bucket] = size + STEP;
    this.bucketBytes += this.#blockBytes(STEP);
    return true;
  }

  /** Takes two places from a bucket and closes the gaps between its members. */
  #narrow(bucket: number, from: number): void {
    const size = this.#buckets.size[bucket]!;
    const used = this.#buckets.usedPlaces(bucket);
    const base = this.#take(size - STEP);
    if (base < 0) return;
    this.#buckets.install(bucket, base, size - STEP);
    for (const [to, place] of used.entries()) {
      this.#move(from + place, base + to, 1);
      this.#buckets.setUsed(bucket, to, true);
    }
    this.#buckets.end[bucket] = used.length;
    this.#places.give(from, size);
    this.bucketBytes -= this.#blockBytes(STEP);
  }

  #discard(bucket: number): void {
    this.#places.give(this.#buckets.first![bucket]!, this.#buckets.size[bucket]!);
    this.#buckets.install(bucket, -1, 0);
  }

  #move(from: number, to: number, count: number): void {
    this.#places.copy(from, to, count);
    this.#data.move(from, to, count);
    if (this.#hooks.moved !== undefined) for (let i = 0; i < count; i++) this.#hooks.moved(from + i, to + i);
  }

  /** A block of `size` empty places; -1 if there is no more room. */
  #take(size: number): number {
    const base = this.#places.take(size);
    if (base >= 0) this.#data.zero(base, size);
    return base;
  }
}

function regions(bits: number): number {
  return bits < REGION_BITS ? 1 : 2 ** (bits - REGION_BITS);
}

/** The number of buckets that the kernel makes of `hashsize VALUE`; `undefined` if that is more than it can. */
export function bucketsFor(hashsize: number): number | undefined {
  let bits = 6;
  while (2 ** bits < hashsize && bits <= MAX_BITS) bits++;
  return bits > MAX_BITS ? undefined : 2 ** bits;
}

/** The bucket size that the kernel makes of `bucketsize VALUE`: an even number from 2 to 12. */
export function bucketSizeFor(value: number): number {
  const byte = value & 0xff;
  if (byte < STEP) return STEP;
  if (byte > 12) return 12;
  return byte + (byte % 2);
}

import type { Host } from '@chainwalk/core';
import type { ElementAttributes } from './attributes.ts';
import { type CounterTest, type SetExtensions, SetFlag, type SetQuery } from './ip-set.ts';
import { SetCode } from './set-error.ts';

/** 2^32 - 1 milliseconds, halved, in seconds: the longest timeout (`IPSET_MAX_TIMEOUT`). */
export const MAX_TIMEOUT = 2147483;
const MAX_COMMENT = 255;
/** Deadline of a member that stays for ever. */
const PERMANENT = 0;

/** Sizes of `struct ip_set_counter`, of a deadline, of `struct ip_set_skbinfo` and of a pointer to a comment. */
const SIZE = { counters: 16, timeout: 8, skbinfo: 16, comment: 8 } as const;
/** What a comment takes beside its text: an RCU head and the final NUL. */
const COMMENT_OVERHEAD = 17;

/**
 * What sets keep beside each member (the extensions of `ip_set_core.c`): deadline, counters, comment, skbinfo, and the
 * `nomatch` mark. Columns by slot; a set owns the numbering.
 *
 * Deadlines are in kernel ticks. Invariant: a member is over once its deadline lies before the current tick.
 */
export class MemberData {
  readonly #host: Host;
  readonly extensions: SetExtensions;
  #capacity = 0;
  #deadline = new Float64Array(0);
  #packets = new BigUint64Array(0);
  #bytes = new BigUint64Array(0);
  #comment: (string | undefined)[] = [];
  /** Mark, its mask, priority and queue of each slot. */
  #skbinfo = new Uint32Array(0);
  #nomatch = new Uint8Array(0);
  /** No member is over before this tick. */
  #earliest = Number.POSITIVE_INFINITY;
  /** Bytes that comments take (`ext_size`). */
  commentBytes = 0;

  constructor(host: Host, extensions: SetExtensions) {
    this.#host = host;
    this.extensions = extensions;
  }

  /** Size of a member of `size` bytes and alignment `align` with all its extensions (`ip_set_elem_len`). */
  sizeOf(size: number, align: number): number {
    let total = size;
    let most = Math.max(align, 1);
    const extend = (present: boolean, bytes: number, alignment: number): void => {
      if (!present) return;
      most = Math.max(most, alignment);
      total = Math.ceil(total / alignment) * alignment + bytes;
    };
    extend(this.extensions.counters, SIZE.counters, 8);
    extend(this.extensions.timeout !== undefined, SIZE.timeout, 8);
    extend(this.extensions.skbinfo, SIZE.skbinfo, 4);
    extend(this.extensions.comment, SIZE.comment, 8);
    return Math.ceil(total / most) * most;
  }

  /** Makes room for slots below `capacity`. */
  reserve(capacity: number): void {
    if (capacity <= this.#capacity) return;
    capacity = Math.max(16, capacity, this.#capacity * 2);
    this.#capacity = capacity;
    const grown = <A extends Float64Array | BigUint64Array | Uint32Array | Uint8Array>(next: A, old: A): A => {
      next.set(old as never);
      return next;
    };
    if (this.extensions.timeout !== undefined) this.#deadline = grown(new Float64Array(capacity), this.#deadline);
    if (this.extensions.counters) {
      this.#packets = grown(new BigUint64Array(capacity), this.#packets);
      this.#bytes = grown(new BigUint64Array(capacity), this.#bytes);
    }
    if (this.extensions.skbinfo) this.#skbinfo = grown(new Uint32Array(capacity * 4), this.#skbinfo);
    this.#nomatch = grown(new Uint8Array(capacity), this.#nomatch);
  }

  // ---------------------------------------------------------------- time

  /** The current tick. */
  get now(): number {
    return this.#host.jiffies;
  }

  /** Whether the time of a member is over. */
  expired(slot: number): boolean {
    if (this.extensions.timeout === undefined) return false;
    const deadline = this.#deadline[slot]!;
    return deadline !== PERMANENT && deadline < this.#host.jiffies;
  }

  /** Whether any member can be over at `tick`; a cheap answer that errs to yes. */
  mayHaveExpired(tick: number): boolean {
    return this.#earliest < tick;
  }

  /** Whether a member is over at `tick`. */
  expiredAt(slot: number, tick: number): boolean {
    const deadline = this.#deadline[slot]!;
    return deadline !== PERMANENT && deadline < tick;
  }

  /** Says that all members were looked at: nothing that is left ends before `tick`. */
  swept(tick: number): void {
    this.#earliest = tick;
  }

  /** Seconds that a member has left, 0 for ever. */
  #secondsLeft(slot: number): number {
    const deadline = this.#deadline[slot]!;
    if (deadline === PERMANENT) return 0;
    // What is left is never shown as 0, which would mean for ever.
    return Math.max(1, Math.floor((deadline - this.#host.jiffies) / this.#host.hz));
  }

  #setDeadline(slot: number, seconds: number): void {
    if (seconds === 0) {
      this.#deadline[slot] = PERMANENT;
      return;
    }
    const deadline = this.#host.jiffies + Math.min(seconds, MAX_TIMEOUT) * this.#host.hz;
    this.#deadline[slot] = deadline;
    if (deadline < this.#earliest) this.#earliest = deadline;
  }

  // ---------------------------------------------------------------- members come and go

  /** Whether the set has what the command gives (`ip_set_get_extensions`); a code below 0 if not. */
  accepts(element: ElementAttributes): number {
    if (element.timeout !== undefined && this.extensions.timeout === undefined) return SetCode.TIMEOUT;
    if ((element.packets !== undefined || element.bytes !== undefined) && !this.extensions.counters)
      return SetCode.COUNTER;
    if (element.comment !== undefined && !this.extensions.comment) return SetCode.COMMENT;
    const mapped = element.skbmark !== undefined || element.skbprio !== undefined || element.skbqueue !== undefined;
    return mapped && !this.extensions.skbinfo ? SetCode.SKBINFO : SetCode.OK;
  }

  /**
   * Writes the extensions of a member that a command adds. Counters that the command does not give stay what they were
   * in that slot, even those of a member that was deleted before: Linux does not clear them either.
   */
  storeCommand(slot: number, element: ElementAttributes): void {
    const { timeout, counters, comment, skbinfo } = this.extensions;
    if (counters) {
      if (element.bytes !== undefined) this.#bytes[slot] = element.bytes;
      if (element.packets !== undefined) this.#packets[slot] = element.packets;
    }
    if (comment) this.#setComment(slot, element.comment);
    if (skbinfo) {
      const mark = element.skbmark;
      this.#setSkbinfo(slot, mark?.mark ?? 0, mark?.mask ?? 0, element.skbprio ?? 0, element.skbqueue ?? 0);
    }
    if (timeout !== undefined) this.#setDeadline(slot, element.timeout ?? timeout);
  }

  /** Likewise for a member that a packet adds, new or not: its counters start with that packet, a comment goes. */
  storePacket(slot: number, length: number, query: SetQuery): void {
    const { timeout, counters, comment, skbinfo } = this.extensions;
    if (comment) this.dropComment(slot);
    if (counters) {
      this.#bytes[slot] = BigInt(length);
      this.#packets[slot] = 1n;
    }
    if (skbinfo) this.#setSkbinfo(slot, 0, 0, 0, 0);
    if (timeout !== undefined) this.#setDeadline(slot, query.timeout ?? timeout);
  }

  setNomatch(slot: number, nomatch: boolean): void {
    this.#nomatch[slot] = nomatch ? 1 : 0;
  }

  isNomatch(slot: number): boolean {
    return this.#nomatch[slot] === 1;
  }

  #setSkbinfo(slot: number, mark: number, mask: number, priority: number, queue: number): void {
    this.#skbinfo.set([mark, mask, priority, queue], slot * 4);
  }

  #setComment(slot: number, text: string | undefined): void {
    this.dropComment(slot);
    if (text === undefined || text === '') return;
    const kept = text.slice(0, MAX_COMMENT);
    this.#comment[slot] = kept;
    this.commentBytes += COMMENT_OVERHEAD + byteLength(kept);
  }

  /** What is to be done when a member leaves: only comments own memory. */
  dropComment(slot: number): void {
    const old = this.#comment[slot];
    if (old === undefined) return;
    this.commentBytes -= COMMENT_OVERHEAD + byteLength(old);
    this.#comment[slot] = undefined;
  }

  /** Makes `count` slots from `first` as new memory is. */
  zero(first: number, count: number): void {
    this.reserve(first + count);
    const end = first + count;
    this.#nomatch.fill(0, first, end);
    if (this.extensions.timeout !== undefined) this.#deadline.fill(0, first, end);
    if (this.extensions.skbinfo) this.#skbinfo.fill(0, first * 4, end * 4);
    if (this.extensions.comment) for (let slot = first; slot < end; slot++) this.#comment[slot] = undefined;
    if (this.extensions.counters) {
      this.#packets.fill(0n, first, end);
      this.#bytes.fill(0n, first, end);
    }
  }

  /** Moves what is kept of `count` slots to another place. */
  move(from: number, to: number, count = 1): void {
    this.#nomatch.copyWithin(to, from, from + count);
    if (this.extensions.timeout !== undefined) this.#deadline.copyWithin(to, from, from + count);
    if (this.extensions.skbinfo) this.#skbinfo.copyWithin(to * 4, from * 4, (from + count) * 4);
    if (this.extensions.comment) for (let i = 0; i < count; i++) this.#comment[to + i] = this.#comment[from + i];
    if (this.extensions.counters) {
      this.#packets.copyWithin(to, from, from + count);
      this.#bytes.copyWithin(to, from, from + count);
    }
  }

  /** Forgets all comments and deadlines. */
  clear(): void {
    this.#comment = [];
    this.commentBytes = 0;
    this.#earliest = Number.POSITIVE_INFINITY;
  }

  // ---------------------------------------------------------------- packets

  /**
   * A packet met the member (`ip_set_match_extensions`): counts it unless told not to, compares counters, and hands out
   * the skbinfo. False if the member is over or its counters are not as wanted.
   */
  meet(slot: number, length: number, query: SetQuery): boolean {
    if (this.expired(slot)) return false;
    if (this.extensions.counters) {
      if ((query.command & SetFlag.SKIP_COUNTER_UPDATE) === 0) {
        this.#bytes[slot] = this.#bytes[slot]! + BigInt(length);
        this.#packets[slot] = this.#packets[slot]! + 1n;
      }
      if ((query.command & SetFlag.MATCH_COUNTERS) !== 0) {
        if (!holds(this.#packets[slot]!, query.packets) || !holds(this.#bytes[slot]!, query.bytes)) return false;
      }
    }
    if (this.extensions.skbinfo) {
      const [mark = 0, markMask = 0, priority = 0, queue = 0] = this.#skbinfo.subarray(slot * 4, slot * 4 + 4);
      query.skbinfo = { mark, markMask, priority, queue };
    }
    return true;
  }

  // ---------------------------------------------------------------- text

  /**
   * ` timeout 59 nomatch packets 0 bytes 0 comment "x" skbmark 0x1 ...` as `ipset save` prints it; `flags` are the words
   * of the type's own that come after the timeout, `seconds` the timeout itself if it does not run yet.
   */
  text(slot: number, flags = '', seconds?: number): string {
    const { timeout, counters, comment, skbinfo } = this.extensions;
    let text = timeout === undefined ? '' : ` timeout ${seconds ?? this.#secondsLeft(slot)}`;
    if (this.#nomatch[slot] === 1) text += ' nomatch';
    text += flags;
    if (counters) text += ` packets ${this.#packets[slot]} bytes ${this.#bytes[slot]}`;
    if (comment && this.#comment[slot] !== undefined) text += ` comment "${this.#comment[slot]}"`;
    if (skbinfo) text += this.#skbinfoText(slot);
    return text;
  }

  #skbinfoText(slot: number): string {
    const [mark = 0, mask = 0, priority = 0, queue = 0] = this.#skbinfo.subarray(slot * 4, slot * 4 + 4);
    let text = '';
    if (mark !== 0 || mask !== 0)
      text += ` skbmark 0x${mark.toString(16)}${mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`}`;
    if (priority !== 0) text += ` skbprio ${(priority >>> 16).toString(16)}:${(priority & 0xffff).toString(16)}`;
    if (queue !== 0) text += ` skbqueue ${queue}`;
    return text;
  }
}

/** ` timeout 60 counters comment skbinfo`: how a header names the extensions. ipset 7.17 never prints `forceadd`. */
export function formatExtensions({ timeout, counters, comment, skbinfo }: SetExtensions): string {
  return (
    (timeout === undefined ? '' : ` timeout ${timeout}`) +
    (counters ? ' counters' : '') +
    (comment ? ' comment' : '') +
    (skbinfo ? ' skbinfo' : '')
  );
}

/** Whether two sets have the same extensions, default timeout included; `forceadd` does not matter. */
export function sameExtensions(a: SetExtensions, b: SetExtensions): boolean {
  return a.timeout === b.timeout && a.counters === b.counters && a.comment === b.comment && a.skbinfo === b.skbinfo;
}

function holds(value: bigint, test: CounterTest | undefined): boolean {
  switch (test?.op) {
    case undefined:
      return true;
    case 'eq':
      return value === test.value;
    case 'ne':
      return value !== test.value;
    case 'lt':
      return value < test.value;
    case 'gt':
      return value > test.value;
  }
}

/** Bytes of a text in UTF-8. */
function byteLength(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

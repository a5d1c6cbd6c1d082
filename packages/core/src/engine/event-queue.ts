import { invariant } from '../invariant.ts';
import { FarEvents } from './far-events.ts';
import { NearEvents } from './near-events.ts';

/**
 * Pending events in (time, insertion) order. What is before `horizon` is in a heap, small enough to be fast, and the rest
 * unsorted in buckets; a queue of few events is nothing but the heap (docs/adr/0008).
 *
 * Invariant: `pop` answers events in order of time, and events of one time in the order of their `push`.
 * Invariant: a cancelled or popped event leaves its slot at once. What heap or buckets still say of a cancelled one goes
 * when it comes up, or when most of what they hold is of that kind.
 * Cost: push, pop and remove O(1) as a rule and O(log n) at worst, over many of them, whatever the times are; memory some
 * 40 bytes an event.
 */
export class EventQueue<T> {
  #near = new NearEvents();
  #far = new FarEvents();
  /** Infinity as long as there are no far events. */
  #horizon = Number.POSITIVE_INFINITY;
  /** How many near events there may be before some of them become far. */
  #most = MOST;
  #capacity = 256;
  /** The sequence number of the event in each slot; in a free one, `NONE - 1 -` the next free one, or NONE. */
  #owners = new Float64Array(this.#capacity);
  #values: (T | undefined)[] = [];
  #used = 0;
  #free = NONE;
  #size = 0;
  /** How few events there are to be for slots to be given back. */
  #least = 0;
  #sequence = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an event and answers with its handle. Precondition: `time` is neither negative nor beyond 2^53. */
  push(time: number, value: T): number {
    invariant(time >= 0 && time <= LATEST, 'an event has a time from 0 to 2^53');
    if (this.#near.size >= this.#most && time < this.#horizon) this.#lighten();
    const sequence = this.#sequence++;
    const slot = this.#slot();
    this.#owners[slot] = sequence;
    this.#values[slot] = value;
    this.#size++;
    if (time < this.#horizon) this.#near.add(time, sequence, slot);
    else this.#far.add(time, sequence, slot);
    return (sequence & (SEQUENCES - 1)) * SLOTS + slot;
  }

  /** The time of the next event, or `undefined` if there is none. */
  peekTime(): number | undefined {
    if (this.#size === 0) return undefined;
    this.#settle();
    return this.#near.time;
  }

  /** Takes out the next event. */
  pop(): T | undefined {
    if (this.#size === 0) return undefined;
    this.#settle();
    const slot = this.#near.slot;
    this.#near.drop();
    return this.#take(slot);
  }

  /** Takes out the event of a handle; false if it has happened or was cancelled before. */
  remove(handle: number): boolean {
    const slot = handle & (SLOTS - 1);
    const owner = slot < this.#used ? this.#owners[slot]! : NONE;
    if (owner < 0 || (owner & (SEQUENCES - 1)) !== Math.floor(handle / SLOTS)) return false;
    this.#take(slot);
    if (this.#near.size + this.#far.size > 2 * this.#size + MOST) this.#sweep();
    return true;
  }

  #slot(): number {
    if (this.#free === NONE) {
      if (this.#used === this.#capacity) this.#resize(2 * this.#capacity);
      return this.#used++;
    }
    const slot = NONE - 1 - this.#free;
    this.#free = this.#owners[slot]!;
    return slot;
  }

  #take(slot: number): T {
    const value = this.#values[slot] as T;
    this.#values[slot] = undefined;
    this.#owners[slot] = this.#free;
    this.#free = NONE - 1 - slot;
    if (--this.#size < this.#least) this.#shrink();
    return value;
  }

  /** Sees to it that the first near event is the next one. Precondition: there is one. */
  #settle(): void {
    for (;;) {
      if (this.#near.size === 0) this.#refill();
      if (this.#owners[this.#near.slot] === this.#near.sequence) return;
      this.#near.drop();
    }
  }

  /** Makes the first far events near. Precondition: nothing is near, something is far. */
  #refill(): void {
    this.#horizon = this.#far.next(this.#near, FEW);
    if (this.#far.size === 0) this.#horizon = Number.POSITIVE_INFINITY;
    this.#most = Math.max(MOST, 2 * this.#near.size);
    if (this.#far.room > SPARE * Math.max(this.#size, KEPT)) this.#sweep();
  }

  /**
   * Makes near events far but for the first, unless more far ones than these would have to move: then the heap may be
   * twice as large. Either way it has to grow to twice its size before this is done again.
   */
  #lighten(): void {
    const first = this.#near.time;
    this.#most = 2 * this.#near.size;
    if (this.#far.behind(first) > this.#near.size) return;
    this.#far.startAt(first);
    this.#near.empty((time, sequence, slot) => {
      if (this.#owners[slot] === sequence) this.#far.add(time, sequence, slot);
    });
    if (this.#far.size > 0) this.#refill();
    else this.#horizon = Number.POSITIVE_INFINITY;
  }

  /** Forgets what was cancelled, and keeps no more memory for near and far events than they need. */
  #sweep(): void {
    const pending = (sequence: number, slot: number): boolean => this.#owners[slot] === sequence;
    const near = new NearEvents();
    this.#near.empty((time, sequence, slot) => {
      if (pending(sequence, slot)) near.add(time, sequence, slot);
    });
    this.#near = near;
    this.#far = this.#far.only(pending);
    if (this.#far.size === 0) this.#horizon = Number.POSITIVE_INFINITY;
  }

  /** Gives back the slots behind the last one that has an event. */
  #shrink(): void {
    while (this.#used > 0 && this.#owners[this.#used - 1]! < 0) this.#used--;
    this.#resize(Math.max(KEPT, this.#used));
    this.#least = Math.min(this.#least, this.#size / 2);
    this.#values.length = this.#used;
    this.#free = NONE;
    for (let slot = this.#used - 1; slot >= 0; slot--) {
      if (this.#owners[slot]! >= 0) continue;
      this.#owners[slot] = this.#free;
      this.#free = NONE - 1 - slot;
    }
  }

  #resize(capacity: number): void {
    const owners = new Float64Array(capacity);
    owners.set(this.#owners.subarray(0, this.#used));
    this.#owners = owners;
    this.#capacity = capacity;
    this.#least = capacity > KEPT ? capacity / SPARE : 0;
  }
}

/** How many events are taken from the buckets at once, and how many a heap holds before it is worth having buckets. */
const FEW = 64;
const MOST = 256;
/** Memory is given back when there is room for so many times what is pending, which counts as KEPT at least. */
const SPARE = 8;
const KEPT = 2048;
/** The last moment whose bits are all exact. */
const LATEST = 2 ** 53;
const NONE = -1;
/** A handle is (sequence modulo SEQUENCES) x SLOTS + slot, below 2^53. */
const SLOTS = 2 ** 26;
const SEQUENCES = 2 ** 27;

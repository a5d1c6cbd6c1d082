/**
 * Pending events in (time, insertion) order: a binary heap over typed columns, with each event's place in the heap kept
 * so that cancelling takes it out at once.
 *
 * Invariant: `pop` answers events in order of time, and events of one time in the order of their `push`.
 * Invariant: a cancelled or popped event leaves nothing behind; its slot is used again.
 * Cost: push, pop and remove O(log n); memory 36 bytes a slot and the callbacks.
 */
export class EventQueue<T> {
  #capacity = 1024;
  #times = new Float64Array(this.#capacity);
  #sequences = new Float64Array(this.#capacity);
  /** Where the slot stands in the heap; -1 if it is free. */
  #places = new Int32Array(this.#capacity).fill(-1);
  /** How often the slot was used: part of a handle, so that an old handle cannot cancel a new event. */
  #generations = new Uint32Array(this.#capacity);
  #heap = new Int32Array(this.#capacity);
  #free: number[] = [];
  #used = 0;
  #values: (T | undefined)[] = [];
  #size = 0;
  #sequence = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an event and answers with its handle. */
  push(time: number, value: T): number {
    let slot = this.#free.pop();
    if (slot === undefined) {
      if (this.#used === this.#capacity) this.#grow();
      slot = this.#used++;
    }
    this.#times[slot] = time;
    this.#sequences[slot] = this.#sequence++;
    this.#values[slot] = value;
    this.#rise(this.#size++, slot);
    return this.#generations[slot]! * SLOTS + slot;
  }

  /** The time of the next event, or `undefined` if there is none. */
  peekTime(): number | undefined {
    return this.#size === 0 ? undefined : this.#times[this.#heap[0]!];
  }

  /** Takes out the next event. */
  pop(): T | undefined {
    return this.#size === 0 ? undefined : this.#take(this.#heap[0]!);
  }

  /** Takes out the event of a handle; false if it has happened or was cancelled before. */
  remove(handle: number): boolean {
    const slot = handle % SLOTS;
    if (slot >= this.#used || this.#places[slot]! < 0) return false;
    if (this.#generations[slot] !== Math.floor(handle / SLOTS)) return false;
    this.#take(slot);
    return true;
  }

  #take(slot: number): T {
    const place = this.#places[slot]!;
    const value = this.#values[slot] as T;
    this.#values[slot] = undefined;
    this.#places[slot] = -1;
    this.#generations[slot] = (this.#generations[slot]! + 1) % GENERATIONS;
    this.#free.push(slot);
    const last = this.#heap[--this.#size]!;
    if (place < this.#size) {
      // The last one fills the hole; it may belong above it or below it.
      this.#rise(place, last);
      if (this.#places[last] === place) this.#sink(place, last);
    }
    return value;
  }

  #before(a: number, b: number): boolean {
    const ta = this.#times[a]!;
    const tb = this.#times[b]!;
    return ta < tb || (ta === tb && this.#sequences[a]! < this.#sequences[b]!);
  }

  #rise(from: number, slot: number): void {
    const heap = this.#heap;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = heap[parent]!;
      if (!this.#before(slot, other)) break;
      heap[place] = other;
      this.#places[other] = place;
      place = parent;
    }
    heap[place] = slot;
    this.#places[slot] = place;
  }

  #sink(from: number, slot: number): void {
    const heap = this.#heap;
    const size = this.#size;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#before(heap[child + 1]!, heap[child]!)) child++;
      const other = heap[child]!;
      if (!this.#before(other, slot)) break;
      heap[place] = other;
      this.#places[other] = place;
      place = child;
    }
    heap[place] = slot;
    this.#places[slot] = place;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    const wider = <A extends Float64Array | Int32Array | Uint32Array>(array: A, next: A): A => {
      next.set(array as never);
      return next;
    };
    this.#times = wider(this.#times, new Float64Array(capacity));
    this.#sequences = wider(this.#sequences, new Float64Array(capacity));
    this.#places = wider(this.#places, new Int32Array(capacity).fill(-1));
    this.#generations = wider(this.#generations, new Uint32Array(capacity));
    this.#heap = wider(this.#heap, new Int32Array(capacity));
    this.#capacity = capacity;
  }
}

/** A handle is generation x SLOTS + slot, below 2^53. */
const SLOTS = 2 ** 31;
const GENERATIONS = 2 ** 22;

/**
 * Events in order of (time, sequence): a heap of four children a node. What is compared lies in the heap itself, so that
 * the children of a node are read from one or two cache lines.
 *
 * Cost: adding and dropping the first O(log n); memory 20 bytes an event.
 */
export class NearEvents {
  #capacity = 256;
  #times = new Float64Array(this.#capacity);
  #sequences = new Float64Array(this.#capacity);
  #slots = new Int32Array(this.#capacity);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Time of the first event. Precondition, as of the next two: there is one. */
  get time(): number {
    return this.#times[0]!;
  }

  get sequence(): number {
    return this.#sequences[0]!;
  }

  get slot(): number {
    return this.#slots[0]!;
  }

  add(time: number, sequence: number, slot: number): void {
    if (this.#size === this.#capacity) this.#grow();
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    let place = this.#size++;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const other = times[parent]!;
      if (other < time || (other === time && sequences[parent]! < sequence)) break;
      times[place] = other;
      sequences[place] = sequences[parent]!;
      slots[place] = slots[parent]!;
      place = parent;
    }
    times[place] = time;
    sequences[place] = sequence;
    slots[place] = slot;
  }

  /** Takes the first event out. Precondition: there is one. */
  drop(): void {
    const times = this.#times;
    const sequences = this.#sequences;
    const slots = this.#slots;
    const size = --this.#size;
    // The last one fills the hole.
    const time = times[size]!;
    const sequence = sequences[size]!;
    let place = 0;
    for (;;) {
      let child = 4 * place + 1;
      if (child >= size) break;
      const end = Math.min(child + 4, size);
      let least = times[child]!;
      for (let next = child + 1; next < end; next++) {
        const other = times[next]!;
        if (other < least || (other === least && sequences[next]! < sequences[child]!)) {
          least = other;
          child = next;
        }
      }
      if (time < least || (time === least && sequence < sequences[child]!)) break;
      times[place] = least;
      sequences[place] = sequences[child]!;
      slots[place] = slots[child]!;
      place = child;
    }
    times[place] = time;
    sequences[place] = sequence;
    slots[place] = slots[size]!;
  }

  /** Takes all events out, in no order. */
  empty(take: (time: number, sequence: number, slot: number) => void): void {
    const size = this.#size;
    this.#size = 0;
    for (let place = 0; place < size; place++) take(this.#times[place]!, this.#sequences[place]!, this.#slots[place]!);
  }

  #grow(): void {
    const grown = <A extends Float64Array | Int32Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.#capacity *= 2;
    this.#times = grown(this.#times, new Float64Array(this.#capacity));
    this.#sequences = grown(this.#sequences, new Float64Array(this.#capacity));
    this.#slots = grown(this.#slots, new Int32Array(this.#capacity));
  }
}

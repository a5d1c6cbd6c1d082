/**
 * Values by text. Looked up by a piece of a longer text, which does not have to be cut out for that: most pieces of a
 * ruleset have been seen before, and a string for each would be the larger part of the work.
 *
 * A key stays once it was set; its value may become `undefined`, which is as if it were not there.
 */
export class TextTable<T> {
  /** Hash and number of an entry, from 1; pairs of zeros are free. A power of two, at most half of it in use. */
  #slots = new Int32Array(2 * 16);
  readonly #keys: string[] = [];
  readonly #values: (T | undefined)[] = [];
  /** Of the last look-up. */
  #hash = 0;
  #slot = 0;

  /** The value of `text.slice(from, to)`. */
  find(text: string, from: number, to: number): T | undefined {
    this.#seek(text, from, to);
    const entry = this.#slots[this.#slot + 1]!;
    return entry === 0 ? undefined : this.#values[entry - 1];
  }

  get(key: string): T | undefined {
    return this.find(key, 0, key.length);
  }

  set(key: string, value: T | undefined): void {
    this.#seek(key, 0, key.length);
    this.setFound(key, value);
  }

  /** The same without another search. Precondition: the last look-up was for this key. */
  setFound(key: string, value: T | undefined): void {
    const slot = this.#slot;
    const entry = this.#slots[slot + 1]!;
    if (entry !== 0) {
      this.#values[entry - 1] = value;
      return;
    }
    this.#slots[slot] = this.#hash;
    this.#slots[slot + 1] = this.#keys.push(key);
    this.#values.push(value);
    if (this.#keys.length * 4 > this.#slots.length) this.#grow();
  }

  /** The values that are there, in the order in which their keys were first set. */
  values(): T[] {
    return this.#values.filter((value) => value !== undefined);
  }

  /** Looks for where an entry stands, or where it would. */
  #seek(text: string, from: number, to: number): void {
    const hash = hashOf(text, from, to);
    const slots = this.#slots;
    const mask = slots.length - 2;
    let slot = (hash << 1) & mask;
    for (; ; slot = (slot + 2) & mask) {
      const entry = slots[slot + 1]!;
      if (entry === 0 || (slots[slot] === hash && isPiece(this.#keys[entry - 1]!, text, from, to))) break;
    }
    this.#hash = hash;
    this.#slot = slot;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Int32Array(old.length * 2);
    const mask = slots.length - 2;
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let slot = (old[from]! << 1) & mask;
      while (slots[slot + 1] !== 0) slot = (slot + 2) & mask;
      slots[slot] = old[from]!;
      slots[slot + 1] = old[from + 1]!;
    }
    this.#slots = slots;
  }
}

function hashOf(text: string, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** Whether `text.slice(from, to)` is `key`. Names differ at their ends, if they do. */
export function isPiece(key: string, text: string, from: number, to: number): boolean {
  if (key.length !== to - from) return false;
  let i = key.length - 1;
  while (i >= 0 && key.charCodeAt(i) === text.charCodeAt(from + i)) i--;
  return i < 0;
}

import { ipv4Mask } from '@chainwalk/core';
import type { AddressTest } from '../x_tables/rule.ts';

const ZERO = 0x30;
const DOT = 0x2e;
const SLASH = 0x2f;

/** Tests of addresses, one object for each address and mask: rules share them. */
export class AddressTests {
  readonly #inverted: boolean;
  readonly #tests: AddressTest[] = [];
  /** Network, mask, and number of the test from 1; 0 is free. A power of two, at most half of it in use. */
  #slots = new Int32Array(3 * 16);
  #room = 16;

  /** @param inverted of all its tests */
  constructor(inverted: boolean) {
    this.#inverted = inverted;
  }

  /** Both unsigned, the network without bits outside of the mask. */
  of(network: number, mask: number): AddressTest {
    const slot = this.#slotOf(network | 0, mask | 0);
    const known = this.#slots[slot + 2]!;
    if (known !== 0) return this.#tests[known - 1]!;
    const test: AddressTest = { network, mask, inverted: this.#inverted };
    this.#slots[slot] = network;
    this.#slots[slot + 1] = mask;
    this.#slots[slot + 2] = this.#tests.push(test);
    if (this.#tests.length * 2 > this.#room) this.#grow();
    return test;
  }

  /**
   * The test of `text.slice(from, to)`: four decimal numbers without leading zeros, and a length other than 0. Undefined
   * for anything else, which may be an address all the same.
   */
  read(text: string, from: number, to: number): AddressTest | undefined {
    let bits = 0;
    let at = from;
    let length = 32;
    for (let part = 0; part < 5; part++) {
      const start = at;
      let value = 0;
      for (; at < to; at++) {
        const digit = text.charCodeAt(at) - ZERO;
        if (!(digit >= 0 && digit <= 9)) break;
        value = value * 10 + digit;
      }
      const digits = at - start;
      if (digits === 0 || digits > 3 || (digits > 1 && text.charCodeAt(start) === ZERO)) return undefined;
      if (part < 4) {
        if (value > 255) return undefined;
        bits = (bits << 8) | value;
      } else length = value;
      if (at === to) {
        if (part < 3 || length === 0 || length > 32) return undefined;
        const mask = ipv4Mask(length);
        return this.of((bits & mask) >>> 0, mask);
      }
      if (text.charCodeAt(at) !== (part === 3 ? SLASH : DOT)) return undefined;
      at++;
    }
    return undefined;
  }

  /** Where a test stands, or where it would. */
  #slotOf(network: number, mask: number): number {
    const slots = this.#slots;
    const last = this.#room - 1;
    for (let place = placeOf(network, mask) & last; ; place = (place + 1) & last) {
      const slot = place * 3;
      if (slots[slot + 2] === 0 || (slots[slot] === network && slots[slot + 1] === mask)) return slot;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#room *= 2;
    this.#slots = new Int32Array(this.#room * 3);
    for (let from = 0; from < old.length; from += 3) {
      if (old[from + 2] === 0) continue;
      const slot = this.#slotOf(old[from]!, old[from + 1]!);
      this.#slots[slot] = old[from]!;
      this.#slots[slot + 1] = old[from + 1]!;
      this.#slots[slot + 2] = old[from + 2]!;
    }
  }
}

function placeOf(network: number, mask: number): number {
  const mixed = Math.imul(network ^ (mask >>> 3), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

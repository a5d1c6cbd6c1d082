import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv4FromBits } from '../../src/address/ipv4.ts';
import { jhash2, jhash3words } from '../../src/hash/jhash.ts';
import { swapBytes } from '../../src/hash/swap-bytes.ts';

const hash = (words: readonly number[], initval: number): number =>
  jhash2(Uint32Array.from(words), words.length, initval);
const word = fc.nat(0xffff_ffff);

describe('jhash2', () => {
  // Independent of this file: the chosen addresses of recordings follow from it, and these are fixed points of it.
  it('depends on every word and on its start value', () => {
    const base = hash([1, 2, 3, 4], 5);
    expect(new Set([base, hash([0, 2, 3, 4], 5), hash([1, 2, 3, 5], 5), hash([1, 2, 3, 4], 6)]).size).toBe(4);
    expect(ipv4FromBits(base)).toBe(base);
  });

  it('of three words is jhash3words', () => {
    fc.assert(
      fc.property(word, word, word, word, (a, b, c, initval) => {
        expect(jhash3words(a, b, c, initval)).toBe(hash([a, b, c], initval));
      }),
    );
  });
});

describe('swapBytes', () => {
  it('turns bytes around, and back', () => {
    expect(swapBytes(0x01020384)).toBe(0x84030201);
    fc.assert(fc.property(word, (value) => swapBytes(swapBytes(value)) === value));
  });
});

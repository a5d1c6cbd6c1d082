/**
 * Bob Jenkins' hash (lookup3) of the first `length` 32-bit words, as Linux uses it (`jhash2`, `include/linux/jhash.h`):
 * which bucket of a set a member falls into, which address of a NAT range a connection gets. With the same `initval` the
 * choice is the one that Linux makes. All arithmetic is modulo 2^32; the answer is unsigned.
 */
export function jhash2(words: Uint32Array, length: number, initval: number): number {
  let a = (0xdeadbeef + (length << 2) + initval) | 0;
  let b = a;
  let c = a;
  let at = 0;
  let left = length;
  while (left > 3) {
    a = (a + words[at]!) | 0;
    b = (b + words[at + 1]!) | 0;
    c = (c + words[at + 2]!) | 0;
    a = ((a - c) ^ ((c << 4) | (c >>> 28))) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ ((a << 6) | (a >>> 26))) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ ((b << 8) | (b >>> 24))) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ ((c << 16) | (c >>> 16))) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ ((a << 19) | (a >>> 13))) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ ((b << 4) | (b >>> 28))) | 0;
    b = (b + a) | 0;
    at += 3;
    left -= 3;
  }
  if (left === 0) return c >>> 0;
  if (left === 3) c = (c + words[at + 2]!) | 0;
  if (left >= 2) b = (b + words[at + 1]!) | 0;
  a = (a + words[at]!) | 0;
  return final(a, b, c);
}

/** {@link jhash2} of three words, without an array (`jhash_3words`). */
export function jhash3words(first: number, second: number, third: number, initval: number): number {
  const start = (0xdeadbeef + 12 + initval) | 0;
  return final((first + start) | 0, (second + start) | 0, (third + start) | 0);
}

/** The last mixing of the three words of state (`__jhash_final`). */
function final(a: number, b: number, c: number): number {
  c = ((c ^ b) - ((b << 14) | (b >>> 18))) | 0;
  a = ((a ^ c) - ((c << 11) | (c >>> 21))) | 0;
  b = ((b ^ a) - ((a << 25) | (a >>> 7))) | 0;
  c = ((c ^ b) - ((b << 16) | (b >>> 16))) | 0;
  a = ((a ^ c) - ((c << 4) | (c >>> 28))) | 0;
  b = ((b ^ a) - ((a << 14) | (a >>> 18))) | 0;
  c = ((c ^ b) - ((b << 24) | (b >>> 8))) | 0;
  return c >>> 0;
}

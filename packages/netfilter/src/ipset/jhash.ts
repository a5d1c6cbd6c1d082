/**
 * Bob Jenkins' hash of 32-bit words, the way the kernel uses it (`jhash2`): which bucket of a set a member falls into.
 * With the same `initval`, sets therefore grow, fill and list as they do in Linux.
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
  c = ((c ^ b) - ((b << 14) | (b >>> 18))) | 0;
  a = ((a ^ c) - ((c << 11) | (c >>> 21))) | 0;
  b = ((b ^ a) - ((a << 25) | (a >>> 7))) | 0;
  c = ((c ^ b) - ((b << 16) | (b >>> 16))) | 0;
  a = ((a ^ c) - ((c << 4) | (c >>> 28))) | 0;
  b = ((b ^ a) - ((a << 14) | (a >>> 18))) | 0;
  c = ((c ^ b) - ((b << 24) | (b >>> 8))) | 0;
  return c >>> 0;
}

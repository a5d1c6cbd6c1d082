/**
 * Jenkins' hash of 32-bit words (`jhash2` of `linux/jhash.h`, lookup3 of Bob Jenkins): with it Linux picks an address
 * from a NAT range, so the choice is the same everywhere. All arithmetic is modulo 2^32; the answer is unsigned.
 */
export function jhash2(words: readonly number[], initial: number): number {
  let a = (0xdeadbeef + (words.length << 2) + initial) | 0;
  let b = a;
  let c = a;
  let at = 0;
  let left = words.length;
  while (left > 3) {
    a = (a + words[at]!) | 0;
    b = (b + words[at + 1]!) | 0;
    c = (c + words[at + 2]!) | 0;
    a = ((a - c) ^ rotate(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotate(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotate(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotate(b, 4)) | 0;
    b = (b + a) | 0;
    at += 3;
    left -= 3;
  }
  if (left === 0) return c >>> 0;
  if (left === 3) c = (c + words[at + 2]!) | 0;
  if (left >= 2) b = (b + words[at + 1]!) | 0;
  a = (a + words[at]!) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

const INITIAL = 0xdeadbeef;

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** Jenkins' hash of three 32-bit words (`jhash_3words`, `include/linux/jhash.h`): spreads connections over buckets. */
export function jhash3words(first: number, second: number, third: number, seed: number): number {
  const start = (INITIAL + 12 + seed) | 0;
  let a = (first + start) | 0;
  let b = (second + start) | 0;
  let c = (third + start) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return c >>> 0;
}

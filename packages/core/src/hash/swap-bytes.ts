/** A 32-bit number with its bytes in the other order, unsigned: how a big-endian field looks as a word of memory. */
export function swapBytes(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

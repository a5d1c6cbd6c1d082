/**
 * Multiplicative hash of a 32-bit word to `bits` bits (`hash_32`, `include/linux/hash.h`): the high bits of the product
 * with the golden ratio.
 */
export function hash32(value: number, bits: number): number {
  return Math.imul(value, 0x61c88647) >>> (32 - bits);
}

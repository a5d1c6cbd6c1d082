/**
 * SipHash-1-3 of one 32-bit word, folded to 32 bits: what the kernel's `hsiphash_1u32` answers on a 64-bit machine.
 * Both halves of the key are the same small word, as IPVS's `mh` uses it. State words are kept as pairs of 32 bits.
 */
export function hsiphash32(word: number, key: number): number {
  const state = new SipState(key);
  // The last block carries the length, 4 bytes, in its top byte and the data below.
  const high = 0x04000000;
  state.v3h ^= high;
  state.v3l ^= word;
  state.round();
  state.v0h ^= high;
  state.v0l ^= word;
  state.v2l ^= 0xff;
  state.round();
  state.round();
  state.round();
  return (state.v0l ^ state.v1l ^ state.v2l ^ state.v3l) >>> 0;
}

class SipState {
  v0h: number;
  v0l: number;
  v1h: number;
  v1l: number;
  v2h: number;
  v2l: number;
  v3h: number;
  v3l: number;

  /** The four constants of the algorithm, mixed with a key whose two words are `key` (below 2^32). */
  constructor(key: number) {
    this.v0h = 0x736f6d65;
    this.v0l = 0x70736575 ^ key;
    this.v1h = 0x646f7261;
    this.v1l = 0x6e646f6d ^ key;
    this.v2h = 0x6c796765;
    this.v2l = 0x6e657261 ^ key;
    this.v3h = 0x74656462;
    this.v3l = 0x79746573 ^ key;
  }

  round(): void {
    this.#add01();
    this.#add23();
    this.#add03();
    this.#add21();
  }

  /** v0 += v1; v1 = rotl(v1, 13) ^ v0; v0 = rotl(v0, 32). */
  #add01(): void {
    const low = (this.v0l >>> 0) + (this.v1l >>> 0);
    const h = (this.v0h + this.v1h + (low > 0xffffffff ? 1 : 0)) | 0;
    const l = low | 0;
    const { v1h, v1l } = this;
    this.v1h = ((v1h << 13) | (v1l >>> 19)) ^ h;
    this.v1l = ((v1l << 13) | (v1h >>> 19)) ^ l;
    this.v0h = l;
    this.v0l = h;
  }

  /** v2 += v3; v3 = rotl(v3, 16) ^ v2. */
  #add23(): void {
    const low = (this.v2l >>> 0) + (this.v3l >>> 0);
    this.v2h = (this.v2h + this.v3h + (low > 0xffffffff ? 1 : 0)) | 0;
    this.v2l = low | 0;
    const { v3h, v3l } = this;
    this.v3h = ((v3h << 16) | (v3l >>> 16)) ^ this.v2h;
    this.v3l = ((v3l << 16) | (v3h >>> 16)) ^ this.v2l;
  }

  /** v0 += v3; v3 = rotl(v3, 21) ^ v0. */
  #add03(): void {
    const low = (this.v0l >>> 0) + (this.v3l >>> 0);
    this.v0h = (this.v0h + this.v3h + (low > 0xffffffff ? 1 : 0)) | 0;
    this.v0l = low | 0;
    const { v3h, v3l } = this;
    this.v3h = ((v3h << 21) | (v3l >>> 11)) ^ this.v0h;
    this.v3l = ((v3l << 21) | (v3h >>> 11)) ^ this.v0l;
  }

  /** v2 += v1; v1 = rotl(v1, 17) ^ v2; v2 = rotl(v2, 32). */
  #add21(): void {
    const low = (this.v2l >>> 0) + (this.v1l >>> 0);
    const h = (this.v2h + this.v1h + (low > 0xffffffff ? 1 : 0)) | 0;
    const l = low | 0;
    const { v1h, v1l } = this;
    this.v1h = ((v1h << 17) | (v1l >>> 15)) ^ h;
    this.v1l = ((v1l << 17) | (v1h >>> 15)) ^ l;
    this.v2h = l;
    this.v2l = h;
  }
}

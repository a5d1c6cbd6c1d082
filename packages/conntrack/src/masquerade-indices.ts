/** The largest index that a byte holds; the value above it stands for an index that does not fit. */
const LARGEST = 254;

/**
 * The `ifindex` of the device whose address masquerading took, by the slot of the connection: a byte each, nothing at all on
 * a host that masquerades nothing, and a map for the devices beyond the first 254.
 */
export class MasqueradeIndices {
  #bytes = new Uint8Array(0);
  readonly #large = new Map<number, number>();

  /** 0 if masquerading did nothing. */
  get(slot: number): number {
    const byte = slot < this.#bytes.length ? this.#bytes[slot]! : 0;
    return byte > LARGEST ? this.#large.get(slot)! : byte;
  }

  set(slot: number, index: number): void {
    if (index === this.get(slot)) return;
    if (slot >= this.#bytes.length) {
      const larger = new Uint8Array(Math.max(slot + 1, 1024, this.#bytes.length + (this.#bytes.length >> 2)));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const fits = index >= 0 && index <= LARGEST;
    this.#bytes[slot] = fits ? index : LARGEST + 1;
    if (fits) this.#large.delete(slot);
    else this.#large.set(slot, index);
  }
}

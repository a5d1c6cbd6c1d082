/** A link-layer address of six bytes as its canonical text, lower case with colons (`02:00:00:00:00:01`). */
declare const brand: unique symbol;
export type MacAddress = string & { readonly [brand]: 'mac' };

/** Six hexadecimal bytes with colons, in either case; or `undefined`. */
export function parseMac(text: string): MacAddress | undefined {
  return /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(text) ? (text.toLowerCase() as MacAddress) : undefined;
}

/** The six bytes. */
export function macBytes(mac: MacAddress): Uint8Array {
  return Uint8Array.from(mac.split(':'), (part) => Number.parseInt(part, 16));
}

/** The address whose 48 bits, first byte highest, are this number. */
export function macFromBits(bits: number): MacAddress {
  return bits
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?=.)/g, '$&:') as MacAddress;
}

/**
 * An IPv4 address as an unsigned 32-bit number in host order. The brand keeps other numbers out: only this module makes
 * one. Two addresses are the same exactly if they are `===`.
 */
declare const brand: unique symbol;
export type Ipv4Address = number & { readonly [brand]: 'ipv4' };

/** `0.0.0.0`, "any". */
export const IPV4_ANY: Ipv4Address = 0 as Ipv4Address;
/** `255.255.255.255`, the limited broadcast. */
export const IPV4_BROADCAST: Ipv4Address = 0xffffffff as Ipv4Address;
/** `127.0.0.1`. */
export const IPV4_LOOPBACK: Ipv4Address = 0x7f000001 as Ipv4Address;

/**
 * Four decimal parts without leading zeros (`010.0.0.1` is octal to some tools and decimal to others, so it is neither
 * here), or `undefined`.
 */
export function parseIpv4(text: string): Ipv4Address | undefined {
  let bits = 0;
  let at = 0;
  for (let part = 1; part <= 4; part++) {
    const start = at;
    let value = 0;
    for (; at < text.length; at++) {
      const digit = text.charCodeAt(at) - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    const digits = at - start;
    if (digits === 0 || digits > 3 || value > 255 || (digits > 1 && text.charCodeAt(start) === ZERO)) return undefined;
    bits = bits * 256 + value;
    if (part < 4 && text.charCodeAt(at++) !== DOT) return undefined;
  }
  return at === text.length ? (bits as Ipv4Address) : undefined;
}

const ZERO = 0x30;
const DOT = 0x2e;

/** The address with these 32 bits; the number is taken modulo 2^32. */
export function ipv4FromBits(bits: number): Ipv4Address {
  return (bits >>> 0) as Ipv4Address;
}

/** The 32 bits of an address, unsigned, first octet highest. */
export function ipv4ToBits(address: Ipv4Address): number {
  return address;
}

/** Dotted decimal. */
export function formatIpv4(address: Ipv4Address): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** The mask of a prefix length (0 to 32) as an unsigned number. */
export function ipv4Mask(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** The prefix length of a mask, or `undefined` if its ones are not contiguous. */
export function ipv4MaskLength(mask: number): number | undefined {
  const inverted = ~mask >>> 0;
  return (inverted & (inverted + 1)) === 0 ? Math.clz32(inverted) : undefined;
}

/** 224.0.0.0/4. */
export function isMulticast(address: Ipv4Address): boolean {
  return address >>> 28 === 14;
}

/** 127.0.0.0/8. */
export function isLoopback(address: Ipv4Address): boolean {
  return address >>> 24 === 127;
}

/** 0.0.0.0, "this network": the rest of 0.0.0.0/8 are addresses as any other since Linux 5.3. */
export function isZeroNet(address: Ipv4Address): boolean {
  return address >>> 0 === 0;
}

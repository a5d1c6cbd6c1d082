import {
  type Address,
  type Ipv4Address,
  type Ipv6Address,
  ipv4FromBits,
  ipv4Mask,
  ipv4ToBits,
  ipv6FromBits,
  ipv6ToBits,
  swapBytes,
} from '@chainwalk/core';

/**
 * A member of a hash:* set, taken apart; also the scratch pad on which look-ups are prepared. A type uses the fields it
 * has and leaves the others as they are.
 */
export interface HashMember {
  ip: Address;
  ip2: Address;
  /** Prefix lengths of `ip` and `ip2` for the types that hold networks. */
  cidr: number;
  cidr2: number;
  proto: number;
  port: number;
  mark: number;
  /** The MAC address as its first four and last two bytes, first byte lowest. */
  macLow: number;
  macHigh: number;
  iface: string;
  physdev: boolean;
  wildcard: boolean;
}

export function newMember(): HashMember {
  const any = ipv4FromBits(0);
  return {
    ip: any,
    ip2: any,
    cidr: 0,
    cidr2: 0,
    proto: 0,
    port: 0,
    mark: 0,
    macLow: 0,
    macHigh: 0,
    iface: '',
    physdev: false,
    wildcard: false,
  };
}

/** Writes an address into a key, one word or four; the answer is where the next field begins. */
export function putAddress(key: Uint32Array, at: number, address: Address): number {
  if (typeof address === 'number') {
    key[at] = swapBytes(address);
    return at + 1;
  }
  const bits = ipv6ToBits(address as Ipv6Address);
  for (let i = 0; i < 4; i++) key[at + i] = swapBytes(Number((bits >> BigInt(96 - 32 * i)) & 0xffffffffn));
  return at + 4;
}

/** Reads an address back. */
export function takeAddress(word: (index: number) => number, at: number, words: 1 | 4): Address {
  if (words === 1) return ipv4FromBits(swapBytes(word(at)));
  let bits = 0n;
  for (let i = 0; i < 4; i++) bits = (bits << 32n) | BigInt(swapBytes(word(at + i)));
  return ipv6FromBits(bits);
}

/** The address with all but its first `length` bits cleared. */
export function maskAddress(address: Address, length: number): Address {
  if (typeof address === 'number') return ipv4FromBits(ipv4ToBits(address as Ipv4Address) & ipv4Mask(length));
  const host = BigInt(128 - length);
  return ipv6FromBits((ipv6ToBits(address as Ipv6Address) >> host) << host);
}

/** A port in network order and the two bytes that follow it in a kernel's structure (protocol, prefix lengths): a word. */
export function portWord(port: number, third: number, fourth = 0): number {
  return (((port & 0xff) << 8) | (port >>> 8) | (third << 16) | (fourth << 24)) >>> 0;
}

/** The port of such a word. */
export function portOf(word: number): number {
  return ((word & 0xff) << 8) | ((word >>> 8) & 0xff);
}

/** Whether an address is all zero, which hashes cannot hold. */
export function isZero(address: Address): boolean {
  return typeof address === 'number'
    ? ipv4ToBits(address as Ipv4Address) === 0
    : ipv6ToBits(address as Ipv6Address) === 0n;
}

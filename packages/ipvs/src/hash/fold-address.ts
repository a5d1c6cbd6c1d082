import { type Address, type Ipv6Address, ipv6ToBits } from '@chainwalk/core';

/** An address as one 32-bit word in host order: an IPv6 address is the exclusive-or of its four words. */
export function foldAddress(address: Address): number {
  if (typeof address === 'number') return address;
  const bits = ipv6ToBits(address as Ipv6Address);
  let word = 0;
  for (let shift = 0n; shift < 128n; shift += 32n) word ^= Number((bits >> shift) & 0xffffffffn);
  return word >>> 0;
}

import { type Address, familyOf, formatAddress, parseAddress } from './address.ts';
import { type Ipv4Address, ipv4FromBits, ipv4Mask, ipv4ToBits } from './ipv4.ts';
import { type Ipv6Address, ipv6FromBits, ipv6ToBits } from './ipv6.ts';

/** A network: an address whose host bits are zero, and the number of leading bits that count. */
export interface Prefix {
  readonly network: Address;
  readonly length: number;
}

/** An address together with the length of the network it sits in, as `ip addr` has them: host bits are kept. */
export interface InterfaceAddress {
  readonly address: Address;
  readonly length: number;
}

/** The network of an address. Precondition: 0 <= length <= 32 (IPv4) or 128 (IPv6). */
export function prefixOf(address: Address, length: number): Prefix {
  return { network: networkOf(address, length), length };
}

/** `address` with all but its first `length` bits zero. */
export function networkOf(address: Address, length: number): Address {
  if (typeof address === 'number') return ipv4FromBits(ipv4ToBits(address as Ipv4Address) & ipv4Mask(length));
  const host = BigInt(128 - length);
  return ipv6FromBits((ipv6ToBits(address as Ipv6Address) >> host) << host);
}

/** Whether the prefix holds the address; false across families. */
export function prefixContains(prefix: Prefix, address: Address): boolean {
  return familyOf(address) === familyOf(prefix.network) && networkOf(address, prefix.length) === prefix.network;
}

/** `ADDRESS/LENGTH` or a bare address (its own full length), host bits kept; or `undefined`. */
export function parseInterfaceAddress(text: string): InterfaceAddress | undefined {
  const match = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text);
  const address = match?.[1] === undefined ? undefined : parseAddress(match[1]);
  if (address === undefined) return undefined;
  const longest = familyOf(address) === 'ipv4' ? 32 : 128;
  const length = match?.[2] === undefined ? longest : Number(match[2]);
  return length > longest ? undefined : { address, length };
}

/** As {@link parseInterfaceAddress}, with the host bits cleared. */
export function parsePrefix(text: string): Prefix | undefined {
  const parsed = parseInterfaceAddress(text);
  return parsed === undefined ? undefined : prefixOf(parsed.address, parsed.length);
}

/** `NETWORK/LENGTH`, always with the length. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.network)}/${prefix.length}`;
}

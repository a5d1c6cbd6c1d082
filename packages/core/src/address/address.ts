import { formatIpv4, type Ipv4Address, parseIpv4 } from './ipv4.ts';
import { formatIpv6, type Ipv6Address, parseIpv6 } from './ipv6.ts';

/** The network layer that a packet, table or tuple belongs to. */
export type Family = 'ipv4' | 'ipv6';

/**
 * An address of either family. Its representation is known only to `ipv4.ts` and `ipv6.ts`; everybody else may compare
 * with `===` and use it as a Map key.
 */
export type Address = Ipv4Address | Ipv6Address;

/** The family of an address. */
export function familyOf(address: Address): Family {
  return typeof address === 'number' ? 'ipv4' : 'ipv6';
}

/** Either family's text, strictly, or `undefined`. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** The canonical text of an address. */
export function formatAddress(address: Address): string {
  return typeof address === 'number' ? formatIpv4(address) : formatIpv6(address as Ipv6Address);
}

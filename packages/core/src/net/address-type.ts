import type { Address } from '../address/address.ts';
import { familyOf } from '../address/address.ts';
import { IPV4_BROADCAST, type Ipv4Address, isMulticast, isZeroNet } from '../address/ipv4.ts';
import type { Device } from './device.ts';
import type { Fib } from './fib.ts';

/** What an address is to a host (`RTN_*`, as far as `-m addrtype` and the local stack tell them apart). */
export type AddressType = 'unicast' | 'local' | 'broadcast' | 'multicast';

/** What an address is (`inet_addr_type`, or `inet_dev_addr_type` with a device): the local table decides. */
export function addressType(fib: Fib, address: Address, device?: Device): AddressType {
  if (familyOf(address) === 'ipv4') {
    const ipv4 = address as Ipv4Address;
    if (isZeroNet(ipv4) || ipv4 === IPV4_BROADCAST) return 'broadcast';
    if (isMulticast(ipv4)) return 'multicast';
  }
  const route = fib.localType(address, device?.name);
  if (route === undefined) return 'unicast';
  return route.type === 'broadcast' ? 'broadcast' : route.type === 'local' ? 'local' : 'unicast';
}

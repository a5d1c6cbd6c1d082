import type { Address } from '../address/address.ts';
import { familyOf } from '../address/address.ts';
import { prefixContains, prefixOf } from '../address/prefix.ts';
import { type HostConfig, type InterfaceConfig, SCOPE } from './host-config.ts';

/**
 * The address of `device` to use towards `destination` (`inet_select_addr`): the first primary one whose network holds
 * it, else the device's first primary; without any, one of another device.
 * @param scope the widest number allowed
 */
export function selectAddress(
  config: HostConfig,
  device: InterfaceConfig | undefined,
  destination: Address | undefined,
  scope: number,
): Address | undefined {
  let first: Address | undefined;
  for (const entry of device?.addresses ?? []) {
    if (entry.secondary || familyOf(entry.address) !== 'ipv4' || SCOPE[entry.scope] > scope) continue;
    if (destination === undefined || prefixContains(prefixOf(entry.address, entry.length), destination))
      return entry.address;
    first ??= entry.address;
  }
  if (first !== undefined) return first;
  for (const other of config.interfaces) {
    for (const entry of other.addresses) {
      if (entry.secondary || familyOf(entry.address) !== 'ipv4') continue;
      if (SCOPE[entry.scope] <= scope && entry.scope !== 'link') return entry.address;
    }
  }
  return undefined;
}

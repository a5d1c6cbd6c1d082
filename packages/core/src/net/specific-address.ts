import type { Address } from '../address/address.ts';
import { IPV4_ANY, type Ipv4Address, isZeroNet } from '../address/ipv4.ts';
import type { Packet } from '../packet/packet.ts';
import { flowTo } from './fib-route.ts';
import type { Host } from './host.ts';
import { SCOPE } from './host-config.ts';
import { isDelivered } from './route.ts';

/**
 * The address of this host to which a packet was meant (`fib_compute_spec_dst`): of one to many, or to others, it is the
 * address from which this host talks to its sender.
 */
export function specificAddress(host: Host, packet: Packet): Address {
  if (isDelivered(packet.route)) return packet.dst;
  const device = packet.inDevice!;
  const sender = packet.src as Ipv4Address;
  if (isZeroNet(sender)) return host.selectAddress(device, sender, SCOPE.link) ?? IPV4_ANY;
  const found = host.fib.lookup({
    ...flowTo(sender),
    tos: packet.tos & 0x1c,
    mark: host.sysctls.srcValidMark(device) ? packet.mark : 0,
  });
  if (typeof found === 'string') return host.selectAddress(device, sender) ?? IPV4_ANY;
  const by = found.device === undefined ? undefined : host.device(found.device);
  return found.source ?? (by && host.selectAddress(by, found.gateway, found.scope)) ?? IPV4_ANY;
}

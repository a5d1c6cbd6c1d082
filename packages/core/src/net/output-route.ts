import type { Address } from '../address/address.ts';
import {
  IPV4_ANY,
  IPV4_BROADCAST,
  IPV4_LOOPBACK,
  type Ipv4Address,
  isLoopback,
  isMulticast,
  isZeroNet,
} from '../address/ipv4.ts';
import type { Device } from './device.ts';
import type { FibResult } from './fib-route.ts';
import type { Host } from './host.ts';
import { SCOPE } from './host-config.ts';
import type { Route, RouteFailure, RouteType } from './route.ts';

/** What a sender knows when it asks for a route. */
export interface OutputFlow {
  readonly destination: Address;
  /** Absent: the route chooses. */
  readonly source: Address | undefined;
  readonly tos: number;
  readonly mark: number;
  readonly outDevice?: Device | undefined;
  /** The source need not be an address of this host (FLOWI_FLAG_ANYSRC). */
  readonly anySource?: boolean;
}

const NET_UNREACHABLE: RouteFailure = { reason: 'no-route', errno: 'ENETUNREACH' };
const INVALID: RouteFailure = { reason: 'martian-source', errno: 'EINVAL' };

const FAILURES: Record<Extract<FibResult, string>, RouteFailure> = {
  none: NET_UNREACHABLE,
  unreachable: { reason: 'route-unreachable', errno: 'EHOSTUNREACH' },
  prohibit: { reason: 'route-prohibit', errno: 'EACCES' },
  blackhole: { reason: 'route-blackhole', errno: 'EINVAL' },
};

/** The way out for a packet of this host (`ip_route_output_key_hash_rcu`), and the source address it would take. */
export function outputRoute(host: Host, flow: OutputFlow): Route | RouteFailure {
  const lo = host.device('lo')!;
  const source = flow.source as Ipv4Address | undefined;
  const out = flow.outDevice;
  const destination = flow.destination as Ipv4Address;
  const isGroup = destination === IPV4_BROADCAST || isMulticast(destination);
  const groupType = destination === IPV4_BROADCAST ? 'broadcast' : 'multicast';
  if (source !== undefined) {
    if (isMulticast(source) || source === IPV4_BROADCAST || isZeroNet(source)) return INVALID;
    if (out === undefined && isGroup) {
      // Link-local destinations have no route of their own: the source address tells the device, be it up or down.
      const name = host.fib.deviceOf(source);
      const device = name === undefined ? undefined : host.device(name);
      return device === undefined ? NET_UNREACHABLE : onLink(groupType, device, source);
    }
    if (flow.anySource !== true && host.fib.deviceOf(source) === undefined) return NET_UNREACHABLE;
  }
  if (out !== undefined && !out.up) return NET_UNREACHABLE;
  if (destination === IPV4_ANY) {
    // "Any" as a destination is this host. Who is bound to a device talks to its address, and hears that by it.
    const own = source ?? (out && host.selectAddress(out, undefined, SCOPE.host)) ?? IPV4_LOOPBACK;
    return { ...onLink('local', lo, own), inputDevice: out ?? lo };
  }
  if (out !== undefined && isGroup) {
    const chosen = source ?? host.selectAddress(out, undefined, SCOPE.link);
    return isImpossible(host, chosen, destination, out) ? INVALID : onLink(groupType, out, chosen);
  }
  const found = host.fib.lookup({
    destination,
    source,
    tos: flow.tos & 0x1c,
    mark: flow.mark,
    inDevice: undefined,
    outDevice: out?.name,
  });
  if (typeof found === 'string') {
    // With a device bound, whatever has no route, or one that refuses, is taken to be on that link.
    if (out === undefined) return FAILURES[found];
    const chosen = source ?? host.selectAddress(out, undefined, SCOPE.link);
    return isImpossible(host, chosen, destination, out) ? INVALID : onLink('unicast', out, chosen);
  }
  if (found.type === 'local') {
    return {
      ...onLink('local', lo, source ?? found.source ?? destination),
      mtu: host.pathMtus.mtuOf(found, destination, lo.mtu, false),
      // Sockets are told the device that has the address, though the packet crosses `lo`.
      inputDevice: found.device === undefined ? lo : host.device(found.device),
      realm: found.realm,
    };
  }
  const device = host.device(found.device!);
  if (device === undefined || !device.up) return NET_UNREACHABLE;
  const chosen = source ?? found.source ?? host.selectAddress(device, found.gateway, found.scope);
  if (isImpossible(host, chosen, destination, device)) return INVALID;
  const type = isGroup ? groupType : found.type;
  // The default route brings a group no more than its device, nor does any route a broadcast to everybody.
  const isPlain = destination === IPV4_BROADCAST || (isGroup && found.length < 4);
  const mtu = isPlain ? device.mtu : host.pathMtus.mtuOf(found, destination, device.mtu, false);
  return { ...onLink(type, device, chosen), gateway: found.gateway, mtu, realm: found.realm };
}

/** Whether no packet with these addresses may leave by a device (`__mkroute_output`). */
function isImpossible(host: Host, source: Address | undefined, destination: Ipv4Address, device: Device): boolean {
  if (isZeroNet(destination)) return true;
  if (source === undefined || !isLoopback(source as Ipv4Address)) return false;
  return device.kind !== 'loopback' && !host.sysctls.routeLocalnet(device);
}

/** A route to a destination that is on the link itself. */
function onLink(type: RouteType, device: Device, source: Address | undefined): Route {
  return {
    type,
    device,
    gateway: undefined,
    source,
    mtu: device.mtu,
    inputDevice: undefined,
    isInput: false,
    realm: 0,
  };
}

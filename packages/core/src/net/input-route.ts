import type { Address } from '../address/address.ts';
import { IPV4_BROADCAST, type Ipv4Address, isLoopback, isMulticast, isZeroNet, parseIpv4 } from '../address/ipv4.ts';
import { prefixContains, prefixOf } from '../address/prefix.ts';
import type { Packet } from '../packet/packet.ts';
import type { Device } from './device.ts';
import { isUsual } from './fib-ranges.ts';
import type { FibResult, FibRoute, Flow } from './fib-route.ts';
import type { Host } from './host.ts';
import { InputRoutes } from './input-routes.ts';
import { isRouteFailure, type Route, type RouteFailure, type RouteType } from './route.ts';

/** The one group that every host has joined. */
export const ALL_HOSTS: Ipv4Address = parseIpv4('224.0.0.1')!;

const MARTIAN_SOURCE: RouteFailure = { reason: 'martian-source', errno: 'EINVAL' };
const MARTIAN_DESTINATION: RouteFailure = { reason: 'martian-destination', errno: 'EINVAL' };
const LOCAL_SOURCE: RouteFailure = { reason: 'local-source', errno: 'EINVAL' };
const REVERSE_PATH: RouteFailure = { reason: 'rp-filter', errno: 'EINVAL' };
const FORWARDING_OFF: RouteFailure = { reason: 'forwarding-off', errno: 'EHOSTUNREACH' };

/** What `ip_error` makes of a failed look-up, by the kind of failure. */
const REFUSALS: Record<Extract<FibResult, string>, RouteFailure> = {
  none: { reason: 'no-route', errno: 'ENETUNREACH', icmpCode: 0 },
  unreachable: { reason: 'route-unreachable', errno: 'EHOSTUNREACH', icmpCode: 1 },
  prohibit: { reason: 'route-prohibit', errno: 'EACCES', icmpCode: 13 },
  blackhole: { reason: 'route-blackhole', errno: 'EINVAL' },
};

/** Where a received packet goes: delivered, forwarded, or refused. */
export function inputRoute(host: Host, packet: Packet, device: Device): Route | RouteFailure {
  host.meter.routeLookups++;
  const { ranges } = host.fib;
  if (ranges === undefined || host.fib.knowsRealms || !host.pathMtus.isEmpty) return findRoute(host, packet, device);
  const { version } = host.sysctl;
  let known = device.inputRoutes;
  if (known === undefined || !known.isOf(ranges, version)) {
    known = new InputRoutes(ranges, version);
    device.inputRoutes = known;
  }
  const from = ranges.find(packet.src as Ipv4Address);
  const to = ranges.find(packet.dst as Ipv4Address);
  const route = known.get(from, to);
  if (route !== undefined) return route;
  const result = findRoute(host, packet, device);
  if (
    !isRouteFailure(result) &&
    (result.type === 'unicast' || result.type === 'local') &&
    !(result.type === 'unicast' && mayRedirect(host, device, result.device)) &&
    isUsual(packet.src as Ipv4Address) &&
    isUsual(packet.dst as Ipv4Address)
  ) {
    known.set(from, to, result);
  }
  return result;
}

/** Finds the way of a packet (`ip_route_input_slow`). The order of the tests decides which packets end here without an answer. */
function findRoute(host: Host, packet: Packet, device: Device): Route | RouteFailure {
  const source = packet.src as Ipv4Address;
  const destination = packet.dst as Ipv4Address;
  if (isMulticast(destination)) return multicastRoute(host, packet, device);
  if (isMulticast(source) || source === IPV4_BROADCAST) return MARTIAN_SOURCE;
  if (destination === IPV4_BROADCAST || (source === 0 && destination === 0))
    return broadcastRoute(host, packet, device);
  if (isZeroNet(source)) return MARTIAN_SOURCE;
  if (isZeroNet(destination)) return MARTIAN_DESTINATION;
  if (isLoopback(destination)) {
    if (!host.sysctls.routeLocalnet(device)) return MARTIAN_DESTINATION;
  } else if (isLoopback(source) && !host.sysctls.routeLocalnet(device)) return MARTIAN_SOURCE;

  const result = host.fib.lookup({
    destination,
    source,
    tos: packet.tos & 0x1c,
    mark: packet.mark,
    inDevice: device.name,
    outDevice: undefined,
  });
  if (typeof result === 'string') return host.sysctls.forwarding(device) ? REFUSALS[result] : FORWARDING_OFF;
  // Whether it forwards anything else does not count then.
  const forwardsBroadcast = result.type === 'broadcast' && host.sysctls.forwardsBroadcasts(device);
  if (result.type === 'broadcast' && !forwardsBroadcast) return broadcastRoute(host, packet, device);
  if (result.type === 'local')
    return (
      validateSource(host, packet, device, undefined) ??
      localRoute('local', device, result, sourceRealm(host, packet, device, undefined))
    );
  if (!host.sysctls.forwarding(device) && !forwardsBroadcast) return FORWARDING_OFF;
  if (result.type !== 'unicast' && !forwardsBroadcast) return MARTIAN_DESTINATION;
  const out = host.device(result.device!);
  if (out === undefined || !out.up) return REFUSALS.none;
  return (
    validateSource(host, packet, device, out) ?? {
      type: 'unicast',
      device: out,
      gateway: result.gateway,
      source: result.source,
      mtu: host.pathMtus.mtuOf(result, destination, out.mtu, true),
      inputDevice: undefined,
      isInput: true,
      realm: result.realm | sourceRealm(host, packet, device, out),
    }
  );
}

function localRoute(type: RouteType, device: Device, found: FibRoute | undefined, realm: number): Route {
  return {
    type,
    device,
    gateway: undefined,
    source: found?.source,
    mtu: device.mtu,
    inputDevice: undefined,
    isInput: true,
    realm,
  };
}

function broadcastRoute(host: Host, packet: Packet, device: Device): Route | RouteFailure {
  const fault = isZeroNet(packet.src as Ipv4Address)
    ? undefined
    : validateSource(host, packet, device, undefined, true);
  return fault ?? localRoute('broadcast', device, undefined, sourceRealm(host, packet, device, undefined, true));
}

/** Only 224.0.0.1 is joined by itself; no process here joins another group. */
function multicastRoute(host: Host, packet: Packet, device: Device): Route | RouteFailure {
  const source = packet.src as Ipv4Address;
  if (packet.dst !== ALL_HOSTS) return { reason: 'martian-destination', errno: 'EINVAL' };
  if (isMulticast(source) || source === IPV4_BROADCAST) return MARTIAN_SOURCE;
  if (isLoopback(source) && !host.sysctls.routeLocalnet(device)) return MARTIAN_SOURCE;
  const fault = isZeroNet(source) ? undefined : validateSource(host, packet, device, undefined, true);
  return fault ?? localRoute('multicast', device, undefined, sourceRealm(host, packet, device, undefined, true));
}

/**
 * Whether a packet may come from where it says (`fib_validate_source`). Without rp_filter only an address of this host
 * is refused; with custom rules or local routes, or where it may bring a redirect, Linux looks the source up all the same,
 * and refuses it only if the route to it is no unicast one.
 */
function validateSource(
  host: Host,
  packet: Packet,
  device: Device,
  out: Device | undefined,
  toBroadcast = false,
): RouteFailure | undefined {
  const mode = host.sysctls.rpFilter(device);
  const acceptLocal = host.sysctls.acceptLocal(device);
  const { fib } = host;
  if (mode === 0 && !fib.knowsRealms && !mayRedirect(host, device, out)) {
    if (acceptLocal) return undefined;
    if (!fib.hasCustomRouting) return fib.hasAddress(packet.src) ? LOCAL_SOURCE : undefined;
  }
  const found = fib.lookup(wayBack(host, packet, device, out, toBroadcast));
  if (typeof found === 'string') return mode === 0 ? undefined : REVERSE_PATH;
  if (found.type !== 'unicast' && !(found.type === 'local' && acceptLocal)) return LOCAL_SOURCE;
  if (found.device === device.name) return undefined;
  const hasAddress = (host.interfaceOf(device)?.addresses.length ?? 0) > 0;
  if (!hasAddress) return mode === 0 ? undefined : REVERSE_PATH;
  if (mode === 1) return REVERSE_PATH;
  return undefined;
}

/** The realm of the route to a packet's source, in the upper half of what `-m realm` sees (`fib_combine_itag`). */
function sourceRealm(host: Host, packet: Packet, device: Device, out: Device | undefined, toBroadcast = false): number {
  if (!host.fib.knowsRealms || isZeroNet(packet.src as Ipv4Address)) return 0;
  const found = host.fib.lookup(wayBack(host, packet, device, out, toBroadcast));
  if (typeof found === 'string') return 0;
  const hasAddress = (host.interfaceOf(device)?.addresses.length ?? 0) > 0;
  return hasAddress || found.device === device.name ? found.realm << 16 : 0;
}

/** What is asked for to find where a packet came from: as if it came in where it leaves, if it is not for this host. */
function wayBack(host: Host, packet: Packet, device: Device, out: Device | undefined, toBroadcast: boolean): Flow {
  return {
    destination: packet.src as Address,
    source: toBroadcast ? undefined : packet.dst,
    tos: packet.tos & 0x1c,
    mark: host.sysctls.srcValidMark(device) ? packet.mark : 0,
    inDevice: out?.name,
    outDevice: undefined,
  };
}

/** Whether a packet that came in on one device and leaves by another may have had a shorter way. */
function mayRedirect(host: Host, device: Device, out: Device | undefined): boolean {
  return out === device && host.sysctls.sendRedirects(device);
}

/** Whether a packet that is forwarded brings a redirect: its source is on the link that it leaves by (`__mkroute_input`). */
export function deservesRedirect(host: Host, packet: Packet, route: Route): boolean {
  const { device } = route;
  if (device !== packet.inDevice || !host.sysctls.sendRedirects(device)) return false;
  const flow = wayBack(host, packet, device, device, false);
  const { fib } = host;
  let found = fib.lookup(flow);
  if (typeof found === 'string') return false;
  if (found.device !== device.name) {
    if ((host.interfaceOf(device)?.addresses.length ?? 0) === 0) return false;
    found = fib.lookup({ ...flow, outDevice: device.name });
    if (typeof found === 'string' || found.type !== 'unicast') return false;
  }
  if (found.gateway !== undefined && host.addressType(found.gateway) !== 'local') return false;
  return host.sysctls.sharedMedia(device) || areOnOneLink(host, device, packet.src, route.gateway);
}

/** Whether one network of a device holds the source and the gateway, if there is one (`inet_addr_onlink`). */
function areOnOneLink(host: Host, device: Device, source: Address, gateway: Address | undefined): boolean {
  const addresses = host.interfaceOf(device)?.addresses ?? [];
  return addresses.some(({ address, length }) => {
    const network = prefixOf(address, length);
    return prefixContains(network, source) && (gateway === undefined || prefixContains(network, gateway));
  });
}

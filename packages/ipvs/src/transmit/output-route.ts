import {
  type Address,
  type Ipv4Address,
  isDelivered,
  isLoopback,
  isRouteFailure,
  type Packet,
  type Route,
} from '@chainwalk/core';
import type { IpvsContext } from '../context.ts';
import type { Destination } from '../services/destination.ts';

/** What a forwarding method allows of a route (`IP_VS_RT_MODE_*`). */
export interface RouteMode {
  /** The server may be this host. */
  readonly local: boolean;
  /** The server may be another host. */
  readonly remote: boolean;
  /** A packet that was not for this host may be turned to it. */
  readonly redirect: boolean;
  /** Bytes that the packet is going to grow by. */
  readonly overhead: number;
  readonly isTunnel: boolean;
  /** The packet is an ICMP error: no errors about it. */
  readonly isIcmp: boolean;
}

/** Smallest MTU of IPv4 (RFC 791). */
const SMALLEST_MTU = 68;

/** `local`: the server is this host and the packet goes on where it is; a route: to be sent; `undefined`: it has ended. */
export type RouteChoice = 'local' | Route | undefined;

/**
 * Finds the way to a real server and does what must happen before a packet takes it (`__ip_vs_get_out_rt`): the TTL
 * falls by one, and ICMP errors answer for an expired TTL, a packet too big, or no way. The packet's own route is
 * replaced, unless the server is local.
 */
export function takeRoute(
  ipvs: IpvsContext,
  packet: Packet,
  destination: Destination | undefined,
  address: Address,
  mode: RouteMode,
): RouteChoice {
  const { host } = ipvs;
  const route = routeTo(ipvs, destination, address);
  if (route === undefined) {
    host.icmp.send(packet, 3, 1);
    return end(ipvs, packet, 'no-route');
  }
  const isLocal = isDelivered(route);
  if (isLocal) {
    if (!mode.local || (!mode.redirect && !isDelivered(packet.route))) return end(ipvs, packet, 'ipvs-drop');
    return 'local';
  }
  if (!mode.remote || isLoopback(packet.src as Ipv4Address)) return end(ipvs, packet, 'ipvs-drop');
  if (packet.ttl <= 1) {
    host.icmp.send(packet, 11, 0);
    return end(ipvs, packet, 'ttl-exceeded');
  }
  packet.ttl--;
  packet.trace?.add({ kind: 'change', field: 'ttl', from: String(packet.ttl + 1), to: String(packet.ttl), by: 'IPVS' });
  const mtu = route.mtu - mode.overhead;
  if (mode.isTunnel && mtu < SMALLEST_MTU) return end(ipvs, packet, 'packet-too-big');
  const mayFragment = mode.isTunnel && ipvs.sysctls.pmtuDisc.value === 0;
  if (!mayFragment && packet.dontFragment && packet.length > mtu && !mode.isIcmp) {
    host.icmp.send(packet, 3, 4, mtu);
    return end(ipvs, packet, 'packet-too-big');
  }
  packet.route = route;
  packet.trace?.add({ kind: 'route', direction: 'reroute', decision: `via ${route.device.name} to the real server` });
  return route;
}

/**
 * The route to a server, kept while the host's routes are the same and nothing new was learnt of its MTU (`dest_dst`).
 * Neither the packet's mark nor its TOS counts.
 */
function routeTo(ipvs: IpvsContext, destination: Destination | undefined, address: Address): Route | undefined {
  const { host } = ipvs;
  const { pathMtus } = host;
  const cached = destination?.routeCache;
  if (cached !== undefined && cached.fib === host.fib && cached.generation === pathMtus.generation) return cached.route;
  const route = host.routeOutput({ destination: address, source: undefined, tos: 0, mark: 0 });
  if (isRouteFailure(route)) return undefined;
  // A learnt MTU comes to its end by itself, so no route is kept while there is one.
  if (destination !== undefined) {
    const generation = pathMtus.isEmpty ? pathMtus.generation : undefined;
    destination.routeCache = { fib: host.fib, generation, route };
  }
  return route;
}

function end(
  ipvs: IpvsContext,
  packet: Packet,
  reason: 'no-route' | 'ipvs-drop' | 'ttl-exceeded' | 'packet-too-big',
): undefined {
  ipvs.host.drop(packet, reason, 'IPVS');
  return undefined;
}

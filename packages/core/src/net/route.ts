import type { Address } from '../address/address.ts';
import type { Errno } from '../hook/verdict.ts';
import type { Device } from './device.ts';
import type { DropReason } from './drop-reason.ts';

/** What a route says to do (`RTN_*`). */
export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'multicast'
  | 'unreachable'
  | 'prohibit'
  | 'blackhole'
  | 'throw';

/** Types of routes that lead nowhere, whatever device is asked for. */
export type RefusalType = 'unreachable' | 'prohibit' | 'blackhole' | 'throw';

export function isRefusal(type: RouteType): type is RefusalType {
  return type === 'unreachable' || type === 'prohibit' || type === 'blackhole' || type === 'throw';
}

/**
 * A routing decision that a packet carries (`struct rtable`).
 *
 * `input` tells what happens to a packet that is being received: forwarded, delivered, or refused.
 */
export interface Route {
  readonly type: RouteType;
  /** The device it leaves by; `lo` for local destinations. */
  readonly device: Device;
  /** Next hop, where it is not the destination itself. */
  readonly gateway: Address | undefined;
  /** The address that a packet without a source takes; `undefined` if the device has none. */
  readonly source: Address | undefined;
  readonly mtu: number;
  /** `rt_iif`: the device reported to sockets for packets that came over `lo`. */
  readonly inputDevice: Device | undefined;
  /** Made by an input look-up (`rt_is_input_route`). */
  readonly isInput: boolean;
  /** For `-m realm`: that of the route, and above its 16 bits that of a received packet's source; 0 if none. */
  readonly realm: number;
}

/** No way: what a sender sees, which ICMP error a forwarded packet gets, and the reason that is recorded. */
export interface RouteFailure {
  readonly reason: DropReason;
  readonly errno: Errno;
  /** Code of ICMP type 3 that `ip_error` sends; absent for silence. */
  readonly icmpCode?: number;
}

/** Tells a failure from a route. */
export function isRouteFailure(result: Route | RouteFailure): result is RouteFailure {
  return 'reason' in result;
}

/**
 * Whether what has this route ends at this host (`RTCF_LOCAL`): a local destination, and whatever this host sends out of
 * `lo`, by a route of any kind.
 */
export function isDelivered(route: Route | undefined): boolean {
  if (route?.type !== 'unicast') return route?.type === 'local';
  return !route.isInput && route.device.kind === 'loopback';
}

/** How a trace tells a routing decision. */
export function describeRoute(route: Route): string {
  return route.type === 'unicast' ? `via ${route.device.name}` : route.type;
}

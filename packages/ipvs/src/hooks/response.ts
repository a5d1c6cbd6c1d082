import { Hook, type HookState, isDelivered, type Packet, PROTOCOL } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import { HANDLED } from '../transmit/mark.ts';

/** Marks a server's packet as done, and settles what conntrack makes of it. */
export function finishResponse(ipvs: IpvsContext, packet: Packet, connection: Connection): void {
  packet.ipvs = HANDLED;
  if (!connection.nfct) ipvs.nfct.notrack(packet);
  else if (connection.method === 'masq' && connection.kind !== 'one-packet') {
    ipvs.nfct.alterReply(packet, 'destination', connection.virtualAddress, connection.virtualPort);
  }
}

/** Routes an answer as if it came from the virtual address (`ip_vs_route_me_harder`); true if there is no way. */
export function reroute(ipvs: IpvsContext, packet: Packet, state: HookState): boolean {
  if (ipvs.sysctls.snatReroute.value === 0 || state.hook === Hook.LOCAL_IN) return false;
  if (isDelivered(packet.route)) return false;
  return ipvs.host.routeMeHarder(packet) !== undefined;
}

/** Whether a protocol's ports are rewritten along with its addresses. */
export function hasPorts(protocol: number): boolean {
  return protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp || protocol === PROTOCOL.sctp;
}

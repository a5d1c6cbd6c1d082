import { Hook, type HookState, type Packet } from '@chainwalk/core';
import type { IpvsContext } from '../context.ts';

/**
 * Puts a fragment together with the others of its datagram, in queues of IPVS's own for each hook (`ip_vs_gather_frags`).
 * @returns whether the packet is whole now; if not, it is kept until it is
 */
export function gather(ipvs: IpvsContext, packet: Packet, state: HookState): boolean {
  if (!packet.isFragment) return true;
  const user = state.hook === Hook.LOCAL_IN ? 'ipvs-in' : state.hook === Hook.FORWARD ? 'ipvs-forward' : 'ipvs-out';
  return ipvs.host.fragmentation.gather(packet, user);
}

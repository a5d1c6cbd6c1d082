import type { Packet } from '@chainwalk/core';
import type { Direction } from './tuple.ts';

/**
 * How a packet relates to its connection (`enum ip_conntrack_info`), kept in `packet.ctinfo`. From 3 on the packet goes
 * in the reply direction. 7 without a connection is a packet that nobody shall track.
 */
export const CtInfo = {
  ESTABLISHED: 0,
  RELATED: 1,
  NEW: 2,
  ESTABLISHED_REPLY: 3,
  RELATED_REPLY: 4,
  UNTRACKED: 7,
} as const;
export type CtInfo = (typeof CtInfo)[keyof typeof CtInfo];

/** The direction in which a packet with this `ctinfo` goes (`CTINFO2DIR`). */
export function directionOf(ctinfo: number): Direction {
  return ctinfo >= CtInfo.ESTABLISHED_REPLY ? 1 : 0;
}

/** The words of `--ctstate` for a tracked packet. */
export function stateName(ctinfo: number): 'NEW' | 'ESTABLISHED' | 'RELATED' {
  const plain = ctinfo >= 3 ? ctinfo - 3 : ctinfo;
  return plain === CtInfo.NEW ? 'NEW' : plain === CtInfo.RELATED ? 'RELATED' : 'ESTABLISHED';
}

/** Whether a packet is marked as not to be tracked (`IP_CT_UNTRACKED`). */
export function isUntracked(packet: Packet): boolean {
  return packet.nfct === undefined && packet.ctinfo === CtInfo.UNTRACKED;
}

/** Marks a packet as not to be tracked, whatever it had before (`NOTRACK`). */
export function setUntracked(packet: Packet): void {
  packet.nfct = undefined;
  packet.ctinfo = CtInfo.UNTRACKED;
}

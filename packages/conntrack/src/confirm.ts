import { ACCEPT, drop, type Packet, type Verdict } from '@chainwalk/core';
import { attach, type Connection } from './connection.ts';
import { TOO_LONG } from './connection-table.ts';
import type { Conntrack } from './conntrack.ts';
import { directionOf } from './ctinfo.ts';
import { EventBit } from './events.ts';
import { NAT_DONE_MASK, Status } from './status.ts';
import { trackerFor } from './trackers/tracker.ts';
import type { Direction } from './tuple.ts';

/**
 * Puts the connection of a packet into the table, unless another one took a tuple of it meanwhile or a chain is longer
 * than `chainLimit` (`__nf_conntrack_confirm`). Precondition: not confirmed.
 */
export function confirm(conntrack: Conntrack, packet: Packet, ct: Connection, chainLimit: number): Verdict {
  if (directionOf(packet.ctinfo) !== 0) return ACCEPT;
  const { statistics, table } = conntrack;
  if (ct.isDying) {
    statistics.insertFailed++;
    return drop('conntrack-clash');
  }
  for (const direction of [0, 1] as const) {
    const found = search(conntrack, ct, direction, chainLimit);
    if (found === 'too-long') {
      statistics.chainTooLong++;
      statistics.insertFailed++;
      return drop('conntrack-chain-too-long');
    }
    if (found !== undefined) return resolveClash(conntrack, packet, ct, found);
  }
  conntrack.enter(ct, false);
  if (ct.helper !== undefined) conntrack.events.note(ct, EventBit.HELPER);
  conntrack.events.note(ct, ct.master === undefined ? EventBit.NEW : EventBit.RELATED);
  packet.trace?.add({ kind: 'connection', text: `confirmed, ${table.size} in the table` });
  return ACCEPT;
}

/** The confirmed connection that has one of our tuples, in whichever direction. */
function search(
  conntrack: Conntrack,
  ct: Connection,
  direction: Direction,
  limit: number,
): Connection | 'too-long' | undefined {
  const { table } = conntrack;
  const src = ct.sourceBits(direction);
  const dst = ct.destinationBits(direction);
  const ports = ct.portBits(direction);
  const node = table.search(src, dst, ports, ct.keyBits(0), ct.keyBits(1), direction, limit);
  if (node === TOO_LONG) return 'too-long';
  return node < 0 ? undefined : table.at(node);
}

/** Whether two connections agree in both tuples (`nf_ct_match`). */
function isSame(a: Connection, b: Connection): boolean {
  return ([0, 1] as const).every(
    (direction) =>
      a.sourceBits(direction) === b.sourceBits(direction) &&
      a.destinationBits(direction) === b.destinationBits(direction) &&
      a.portBits(direction) === b.portBits(direction) &&
      a.keyBits(direction) === b.keyBits(direction),
  );
}

/** Somebody was faster (`nf_ct_resolve_clash`). */
function resolveClash(conntrack: Conntrack, packet: Packet, loser: Connection, winner: Connection): Verdict {
  const { statistics } = conntrack;
  if (trackerFor(winner.protocol).allowsClash) {
    if (adopt(conntrack, packet, loser, winner)) return ACCEPT;
    const other = search(conntrack, loser, 1, Number.POSITIVE_INFINITY);
    if (typeof other === 'object') {
      if (adopt(conntrack, packet, loser, other)) return ACCEPT;
    } else {
      // Nobody has its reply tuple: it may hear the answer, for a second, while the winner keeps the original tuple.
      loser.timeout = (conntrack.now + conntrack.host.hz) | 0;
      loser.status |= Status.FIXED_TIMEOUT | Status.NAT_CLASH;
      conntrack.enter(loser, true);
      statistics.clashResolve++;
      return ACCEPT;
    }
  }
  statistics.drop++;
  statistics.insertFailed++;
  return drop('conntrack-clash');
}

/** The packet goes on as one of the winner's, where no NAT tells them apart (`__nf_ct_resolve_clash`). */
function adopt(conntrack: Conntrack, packet: Packet, loser: Connection, winner: Connection): boolean {
  if (winner.isDying) return false;
  if (winner.has(NAT_DONE_MASK) && !isSame(winner, loser)) return false;
  const lost = loser.accounting;
  if (lost !== undefined) {
    const direction = directionOf(packet.ctinfo);
    winner.count(direction, direction === 1 ? lost.replyBytes : lost.originalBytes);
  }
  conntrack.forget(packet);
  attach(packet, winner, packet.ctinfo);
  conntrack.statistics.clashResolve++;
  packet.trace?.add({ kind: 'connection', text: 'clash: goes on with the connection that was confirmed first' });
  return true;
}

import { type Address, PROTOCOL } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import { Status } from '../status.ts';
import { trackerFor } from '../trackers/tracker.ts';
import { idOf } from './format.ts';
import { isInFilter, type NatTarget, type ParsedCommand, UsageError } from './options.ts';

/** Status words of `-u`, and the bits that they ask for: UNSET for none; no connection is offloaded here. */
const STATUS_WORDS: Readonly<Record<string, number>> = {
  ASSURED: Status.ASSURED,
  SEEN_REPLY: Status.SEEN_REPLY,
  FIXED_TIMEOUT: Status.FIXED_TIMEOUT,
  EXPECTED: Status.EXPECTED,
  OFFLOAD: 0x4000,
  UNSET: 0,
  // Passed over with a warning.
  SRC_NAT: 0,
  DST_NAT: 0,
};

/** The bits of a list of status words. */
export function statusBits(words: readonly string[]): number {
  let bits = 0;
  for (const word of words) {
    const bit = STATUS_WORDS[word];
    if (bit === undefined) throw new UsageError(`Bad parameter \`${word}'`);
    bits |= bit;
  }
  return bits;
}

/** Whether a connection is what a command line asks for; every option that is given has to hold. */
export function matchesFilter(ct: Connection, wanted: ParsedCommand): boolean {
  if (wanted.family === 'ipv6') return false;
  if (wanted.protocol !== undefined && ct.protocol !== wanted.protocol) return false;
  if (wanted.comparesTimeout && wanted.command === 'D') return false;
  if (wanted.id !== undefined && wanted.id !== idOf(ct)) return false;
  return (
    matchesTuples(ct, wanted) &&
    matchesState(ct, wanted) &&
    matchesNat(ct, wanted) &&
    matchesZone(ct, wanted) &&
    (wanted.mark === undefined || (ct.mark & wanted.mark.mask) >>> 0 === wanted.mark.value)
  );
}

function matchesTuples(ct: Connection, { addresses, masks, ports, icmp }: ParsedCommand): boolean {
  const { original, reply } = ct;
  if (addresses.src !== undefined && !isInFilter(original.src, addresses.src, masks.src)) return false;
  if (addresses.dst !== undefined && !isInFilter(original.dst, addresses.dst, masks.dst)) return false;
  if (addresses.replySrc !== undefined && !isInFilter(reply.src, addresses.replySrc)) return false;
  if (addresses.replyDst !== undefined && !isInFilter(reply.dst, addresses.replyDst)) return false;
  if (ports.sport !== undefined && original.sport !== ports.sport) return false;
  if (ports.dport !== undefined && original.dport !== ports.dport) return false;
  if (ports.replySport !== undefined && reply.sport !== ports.replySport) return false;
  if (ports.replyDport !== undefined && reply.dport !== ports.replyDport) return false;
  if (icmp.type === undefined && icmp.code === undefined && icmp.id === undefined) return true;
  if (ct.protocol !== PROTOCOL.icmp) return false;
  return (
    (icmp.type === undefined || original.dport >> 8 === icmp.type) &&
    (icmp.code === undefined || (original.dport & 255) === icmp.code) &&
    (icmp.id === undefined || original.sport === icmp.id)
  );
}

function matchesState(ct: Connection, wanted: ParsedCommand): boolean {
  if (wanted.state !== undefined && trackerFor(ct.protocol).stateName?.(ct) !== wanted.state) return false;
  if (wanted.status === undefined) return true;
  const bits = statusBits(wanted.status);
  return (ct.status & bits) === bits;
}

/**
 * Whether the halves of a connection tell of NAT, as the tool sees it: where the reply does not go back to where the
 * original came from, in address or port, once NAT was decided. Of ICMP it compares the id with type and code.
 */
function matchesNat(ct: Connection, { nat }: ParsedCommand): boolean {
  const { original, reply } = ct;
  const source = (target: true | NatTarget): boolean =>
    ct.has(Status.SRC_NAT_DONE) && isTranslated(ct.source(0), original.sport, ct.destination(1), reply.dport, target);
  const destination = (target: true | NatTarget): boolean =>
    ct.has(Status.DST_NAT_DONE) && isTranslated(ct.destination(0), original.dport, ct.source(1), reply.sport, target);
  if (nat.src !== undefined && !source(nat.src)) return false;
  if (nat.dst !== undefined && !destination(nat.dst)) return false;
  return nat.any === undefined || source(nat.any) || destination(nat.any);
}

function isTranslated(from: Address, fromPort: number, to: Address, toPort: number, target: true | NatTarget): boolean {
  if (target === true) return from !== to || fromPort !== toPort;
  if (from === to || to !== target.address) return false;
  return target.port === undefined || (fromPort !== toPort && toPort === target.port);
}

function matchesZone(ct: Connection, wanted: ParsedCommand): boolean {
  const { zone } = ct;
  if (wanted.zone !== undefined && !(zone.id === wanted.zone && zone.directions === 'both')) return false;
  // Of a zone for one direction the other direction is in zone 0, the default one.
  const original = zone.directions === 'original' ? zone.id : 0;
  const reply = zone.directions === 'reply' ? zone.id : 0;
  if (wanted.originalZone !== undefined && original !== wanted.originalZone) return false;
  return wanted.replyZone === undefined || reply === wanted.replyZone;
}

import { type Address, PROTOCOL } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import { Status } from '../status.ts';
import { trackerFor } from '../trackers/tracker.ts';
import { isInFilter, type NatTarget, type ParsedCommand, UsageError } from './options.ts';

/** Status words of `-u`, and the bits that they ask for; UNSET asks for none of SEEN_REPLY and ASSURED. */
const STATUS_WORDS: Readonly<Record<string, number>> = {
  ASSURED: Status.ASSURED,
  SEEN_REPLY: Status.SEEN_REPLY,
  FIXED_TIMEOUT: Status.FIXED_TIMEOUT,
  EXPECTED: Status.EXPECTED,
  UNSET: 0,
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
  return (
    matchesTuples(ct, wanted) &&
    matchesState(ct, wanted) &&
    matchesNat(ct, wanted) &&
    matchesZone(ct, wanted) &&
    (wanted.mark === undefined || (ct.mark & wanted.mark.mask) >>> 0 === wanted.mark.value)
  );
}

function matchesTuples(ct: Connection, { addresses, ports, icmp }: ParsedCommand): boolean {
  const { original, reply } = ct;
  if (addresses.src !== undefined && !isInFilter(original.src, addresses.src)) return false;
  if (addresses.dst !== undefined && !isInFilter(original.dst, addresses.dst)) return false;
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
  if (wanted.status.includes('UNSET') && ct.has(Status.SEEN_REPLY | Status.ASSURED)) return false;
  return (ct.status & bits) === bits;
}

function matchesNat(ct: Connection, { nat }: ParsedCommand): boolean {
  const source = ct.has(Status.SRC_NAT);
  const destination = ct.has(Status.DST_NAT);
  const toSource = (target: true | NatTarget): boolean => source && leadsTo(ct.destination(1), ct.reply.dport, target);
  const toDestination = (target: true | NatTarget): boolean =>
    destination && leadsTo(ct.source(1), ct.reply.sport, target);
  if (nat.src !== undefined && !toSource(nat.src)) return false;
  if (nat.dst !== undefined && !toDestination(nat.dst)) return false;
  return nat.any === undefined || toSource(nat.any) || toDestination(nat.any);
}

function leadsTo(address: Address, port: number, target: true | NatTarget): boolean {
  return target === true || (address === target.address && (target.port === undefined || port === target.port));
}

function matchesZone(ct: Connection, wanted: ParsedCommand): boolean {
  const { zone } = ct;
  if (wanted.zone !== undefined && !(zone.id === wanted.zone && zone.directions === 'both')) return false;
  if (wanted.originalZone !== undefined && !(zone.id === wanted.originalZone && zone.directions === 'original'))
    return false;
  return wanted.replyZone === undefined || (zone.id === wanted.replyZone && zone.directions === 'reply');
}

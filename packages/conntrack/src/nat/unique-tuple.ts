import { ipv4FromBits, jhash2, PROTOCOL, type RandomStream, swapBytes } from '@chainwalk/core';
import { reciprocalScale } from '../bits.ts';
import type { Connection } from '../connection.ts';
import { hasPorts } from '../tuple.ts';
import type { Manip, NatRange } from './range.ts';
import type { TupleBits } from './tuple-bits.ts';

/** What choosing a tuple asks the table. */
export interface TupleOracle {
  /** Whether another connection answers to the inverse of this tuple (`nf_nat_used_tuple`). */
  readonly isUsed: (tuple: TupleBits) => boolean;
  /**
   * The source that another connection from the same one has been given and that `isFit`, of the newest such connection
   * (`find_appropriate_src`); written into `tuple`. False if there is none.
   */
  readonly takeMapping: (tuple: TupleBits, isFit: (tuple: TupleBits) => boolean) => boolean;
  /** Called once for each port tried. */
  readonly probed: () => void;
  readonly random: RandomStream;
}

/** Most ports tried in a row, and how few end the search. */
const ATTEMPTS = 128;
const FEWEST_ATTEMPTS = 16;

/**
 * Makes of a connection's tuple the one that a binding gives it (`get_unique_tuple`). If the search finds nothing free, it is
 * the last one tried, taken as it is: confirmation then drops the packet, as in Linux.
 */
export function uniqueTuple(
  tuple: TupleBits,
  range: NatRange,
  ct: Connection,
  manip: Manip,
  oracle: TupleOracle,
): void {
  if (manip === 'src' && !range.isRandom) {
    if (isInRange(tuple, range)) {
      if (!oracle.isUsed(tuple)) return;
    } else {
      const { src, sport } = tuple;
      if (oracle.takeMapping(tuple, (mapped) => isInRange(mapped, range)) && !oracle.isUsed(tuple)) return;
      tuple.src = src;
      tuple.sport = sport;
    }
  }
  chooseAddress(tuple, range, ct, manip);
  if (!range.isRandom) {
    if (!range.hasPorts) {
      if (!oracle.isUsed(tuple)) return;
    } else if (
      range.basePort < 0 &&
      isPortInRange(tuple, range, manip) &&
      (range.firstPort === range.lastPort || !oracle.isUsed(tuple))
    ) {
      return;
    }
  }
  choosePort(tuple, range, ct, manip, oracle);
}

/** Whether a source is what the range allows (`nf_in_range`). */
function isInRange(tuple: TupleBits, range: NatRange): boolean {
  if (range.hasAddresses) {
    const src = tuple.src >>> 0;
    if (src < range.firstAddress >>> 0 || src > range.lastAddress >>> 0) return false;
  }
  return !range.hasPorts || isPortInRange(tuple, range, 'src');
}

/** `l4proto_in_range`: only protocols with something to map are held to the ports. Precondition: the range has ports. */
function isPortInRange(tuple: TupleBits, { firstPort, lastPort }: NatRange, manip: Manip): boolean {
  if (tuple.protocol === PROTOCOL.icmp) return tuple.sport >= firstPort && tuple.sport <= lastPort;
  if (!hasPorts(tuple.protocol) && tuple.protocol !== PROTOCOL.gre) return true;
  const port = manip === 'src' ? tuple.sport : tuple.dport;
  return port >= firstPort && port <= lastPort;
}

/** One address of the range, by a hash of source and destination (`find_best_ips_proto`): no chance involved. */
function chooseAddress(tuple: TupleBits, range: NatRange, ct: Connection, manip: Manip): void {
  if (!range.hasAddresses) return;
  let address = range.firstAddress;
  if (address !== range.lastAddress) {
    const first = address >>> 0;
    // Linux hashes the words as they lie in memory; the machines that matter are little-endian.
    const salt = range.isPersistent ? 0 : (swapBytes(tuple.dst) ^ ct.zone.id) >>> 0;
    const hash = jhash2(Uint32Array.of(swapBytes(tuple.src), 0, 0, 0), 4, salt);
    address = ipv4FromBits(first + reciprocalScale(hash, (range.lastAddress >>> 0) - first + 1)) | 0;
  }
  if (manip === 'src') tuple.src = address;
  else tuple.dst = address;
}

/** A free port, searched from a random place or from the base (`nf_nat_l4proto_unique_tuple`). */
function choosePort(tuple: TupleBits, range: NatRange, ct: Connection, manip: Manip, oracle: TupleOracle): void {
  const place = portSpace(tuple, range, ct, manip);
  if (place === undefined) return;
  const { first, size, isSource } = place;
  const current = isSource ? tuple.sport : tuple.dport;
  let offset = range.basePort < 0 ? oracle.random.below(65536) : (current - range.basePort) & 0xffff;
  let attempts = Math.min(size, ATTEMPTS);
  for (;;) {
    for (let i = 0; i < attempts; i++, offset = (offset + 1) & 0xffff) {
      const port = (first + (offset % size)) & 0xffff;
      if (isSource) tuple.sport = port;
      else tuple.dport = port;
      oracle.probed();
      if (!oracle.isUsed(tuple)) return;
    }
    if (attempts >= size || attempts < FEWEST_ATTEMPTS) return;
    attempts = Math.floor(attempts / 2);
    offset = oracle.random.below(65536);
  }
}

/** Which field may change, and within what bounds; `undefined` if it may not. */
function portSpace(
  tuple: TupleBits,
  range: NatRange,
  ct: Connection,
  manip: Manip,
): { readonly first: number; readonly size: number; readonly isSource: boolean } | undefined {
  const { hasPorts: isLimited, firstPort, lastPort } = range;
  const { protocol } = tuple;
  if (protocol === PROTOCOL.icmp) {
    // The identifier is the same in both directions.
    if (!isLimited) return { first: 0, size: 65536, isSource: true };
    return { first: firstPort, size: lastPort - firstPort + 1, isSource: true };
  }
  const isSource = manip === 'src';
  if (protocol === PROTOCOL.gre) {
    if (ct.master === undefined) return undefined;
    if (!isLimited) return { first: 1, size: 65535, isSource };
    return { first: firstPort, size: lastPort - firstPort + 1, isSource };
  }
  if (!hasPorts(protocol)) return undefined;
  if (isLimited) {
    const first = Math.min(firstPort, lastPort);
    return { first, size: Math.max(firstPort, lastPort) - first + 1, isSource };
  }
  if (manip === 'dst') return undefined;
  // Privileged ports stay privileged; below 512 they are credentials to some.
  if (tuple.sport < 512) return { first: 1, size: 511, isSource };
  if (tuple.sport < 1024) return { first: 600, size: 424, isSource };
  return { first: 1024, size: 64512, isSource };
}

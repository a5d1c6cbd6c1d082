import {
  type Address,
  type Ipv4Address,
  invariant,
  ipv4FromBits,
  ipv4ToBits,
  jhash2,
  PROTOCOL,
  type RandomStream,
  swapBytes,
} from '@chainwalk/core';
import { reciprocalScale } from '../bits.ts';
import type { Connection } from '../connection.ts';
import { hasPorts, type Tuple } from '../tuple.ts';
import type { Manip, NatRange } from './range.ts';

/** What choosing a tuple asks the table. */
export interface TupleOracle {
  /** Whether another connection answers to the inverse of this tuple (`nf_nat_used_tuple`). */
  readonly isUsed: (tuple: Tuple) => boolean;
  /** Mappings of other connections from the same source, newest first (`find_appropriate_src`). */
  readonly mappingsOfSource: (tuple: Tuple) => Iterable<Tuple>;
  /** Called once for each port tried. */
  readonly probed: () => void;
  readonly random: RandomStream;
}

/** Most ports tried in a row, and how few end the search. */
const ATTEMPTS = 128;
const FEWEST_ATTEMPTS = 16;

/**
 * The tuple that a binding gives a connection (`get_unique_tuple`). If the search finds nothing free, the answer is the
 * last one tried, taken as it is: confirmation then drops the packet, as in Linux.
 */
export function uniqueTuple(
  original: Tuple,
  range: NatRange,
  ct: Connection,
  manip: Manip,
  oracle: TupleOracle,
): Tuple {
  const isRandom = range.random === true;
  if (manip === 'src' && !isRandom) {
    if (isInRange(original, range)) {
      if (!oracle.isUsed(original)) return original;
    } else {
      for (const mapping of oracle.mappingsOfSource(original)) {
        const candidate: Tuple = { ...original, src: mapping.src, sport: mapping.sport };
        if (!isInRange(candidate, range)) continue;
        if (!oracle.isUsed(candidate)) return candidate;
        break;
      }
    }
  }
  const { src, dst, protocol, sport, dport } = original;
  const tuple: Candidate = { src, dst, protocol, sport, dport };
  chooseAddress(tuple, range, ct, manip);
  if (!isRandom) {
    if (range.ports === undefined) {
      if (!oracle.isUsed(tuple)) return tuple;
    } else if (
      range.basePort === undefined &&
      isPortInRange(tuple, range, manip) &&
      (range.ports.min === range.ports.max || !oracle.isUsed(tuple))
    ) {
      return tuple;
    }
  }
  return choosePort(tuple, range, ct, manip, oracle);
}

/** Whether a source is what the range allows (`nf_in_range`). */
function isInRange(tuple: Tuple, range: NatRange): boolean {
  const { addresses } = range;
  if (addresses !== undefined) {
    const src = bits(tuple.src);
    if (src < bits(addresses.min) || src > bits(addresses.max)) return false;
  }
  return range.ports === undefined || isPortInRange(tuple, range, 'src');
}

/** `l4proto_in_range`: only protocols with something to map are held to the ports. */
function isPortInRange(tuple: Tuple, range: NatRange, manip: Manip): boolean {
  const { ports } = range;
  if (ports === undefined) return true;
  if (tuple.protocol === PROTOCOL.icmp) return tuple.sport >= ports.min && tuple.sport <= ports.max;
  if (!hasPorts(tuple.protocol) && tuple.protocol !== PROTOCOL.gre) return true;
  const port = manip === 'src' ? tuple.sport : tuple.dport;
  return port >= ports.min && port <= ports.max;
}

/** A tuple in the making. */
type Candidate = { -readonly [Field in keyof Tuple]: Tuple[Field] };

/** One address of the range, by a hash of source and destination (`find_best_ips_proto`): no chance involved. */
function chooseAddress(tuple: Candidate, range: NatRange, ct: Connection, manip: Manip): void {
  const { addresses } = range;
  if (addresses === undefined) return;
  let address: Address = addresses.min;
  if (addresses.min !== addresses.max) {
    const first = bits(addresses.min);
    // Linux hashes the words as they lie in memory; the machines that matter are little-endian.
    const salt = range.persistent === true ? 0 : (swapBytes(bits(tuple.dst)) ^ ct.zone.id) >>> 0;
    const hash = jhash2(Uint32Array.of(swapBytes(bits(tuple.src)), 0, 0, 0), 4, salt);
    address = ipv4FromBits(first + reciprocalScale(hash, bits(addresses.max) - first + 1));
  }
  if (manip === 'src') tuple.src = address;
  else tuple.dst = address;
}

/** A free port, searched from a random place or from the base (`nf_nat_l4proto_unique_tuple`). */
function choosePort(tuple: Candidate, range: NatRange, ct: Connection, manip: Manip, oracle: TupleOracle): Tuple {
  const place = portSpace(tuple, range, ct, manip);
  if (place === undefined) return tuple;
  const { first, size, isSource } = place;
  const current = isSource ? tuple.sport : tuple.dport;
  let offset = range.basePort === undefined ? oracle.random.below(65536) : (current - range.basePort) & 0xffff;
  let attempts = Math.min(size, ATTEMPTS);
  for (;;) {
    for (let i = 0; i < attempts; i++, offset = (offset + 1) & 0xffff) {
      const port = (first + (offset % size)) & 0xffff;
      if (isSource) tuple.sport = port;
      else tuple.dport = port;
      oracle.probed();
      if (!oracle.isUsed(tuple)) return tuple;
    }
    if (attempts >= size || attempts < FEWEST_ATTEMPTS) return tuple;
    attempts = Math.floor(attempts / 2);
    offset = oracle.random.below(65536);
  }
}

/** Which field may change, and within what bounds; `undefined` if it may not. */
function portSpace(
  tuple: Tuple,
  range: NatRange,
  ct: Connection,
  manip: Manip,
): { readonly first: number; readonly size: number; readonly isSource: boolean } | undefined {
  const { ports } = range;
  const { protocol } = tuple;
  if (protocol === PROTOCOL.icmp) {
    // The identifier is the same in both directions.
    if (ports === undefined) return { first: 0, size: 65536, isSource: true };
    return { first: ports.min, size: ports.max - ports.min + 1, isSource: true };
  }
  const isSource = manip === 'src';
  if (protocol === PROTOCOL.gre) {
    if (ct.master === undefined) return undefined;
    if (ports === undefined) return { first: 1, size: 65535, isSource };
    return { first: ports.min, size: ports.max - ports.min + 1, isSource };
  }
  if (!hasPorts(protocol)) return undefined;
  if (ports !== undefined) {
    const first = Math.min(ports.min, ports.max);
    return { first, size: Math.max(ports.min, ports.max) - first + 1, isSource };
  }
  if (manip === 'dst') return undefined;
  // Privileged ports stay privileged; below 512 they are credentials to some.
  if (tuple.sport < 512) return { first: 1, size: 511, isSource };
  if (tuple.sport < 1024) return { first: 600, size: 424, isSource };
  return { first: 1024, size: 64512, isSource };
}

function bits(address: Address): number {
  invariant(typeof address === 'number', 'NAT maps IPv4 addresses only');
  return ipv4ToBits(address as Ipv4Address);
}

import { type Address, type Ipv4Address, ipv4FromBits, ipv4Mask, ipv4ToBits } from '@chainwalk/core';
import type { ElementAttributes } from './attributes.ts';
import { type HashMember, maskAddress } from './hash-member.ts';
import { protocolHasPorts } from './packet-fields.ts';
import { SetCode } from './set-error.ts';

/** Which parts of a member may come as ranges, and how the address parts are stored. */
export interface RangeShape {
  readonly first: 'ip' | 'net';
  readonly port: boolean;
  readonly second?: 'ip' | 'net';
  /** Whether a network may have length 0. */
  readonly zeroLength?: boolean;
}

/** Members that one command can expand to; beyond it a command is refused rather than run for minutes. */
export const MAX_MEMBERS: number = 1 << 24;
const LAST = 0xffffffff;

/**
 * Calls `visit` for every member that an element stands for: addresses `a-b` or `a/n` one by one or as the fewest
 * networks, ports `p-q` one by one, the second address likewise; the first part varies slowest. `visit` finds the
 * member in `member`. The answer is 0, or the first code that `visit` answered, or why the element is refused.
 *
 * Precondition: `member.proto` and `member.port` are those of the element.
 */
export function expand(element: ElementAttributes, shape: RangeShape, member: HashMember, visit: () => number): number {
  const first = partsOf(element.ip, element.ipTo, element.cidr, shape.first, shape.zeroLength === true);
  if (typeof first === 'number') return first;
  const second =
    shape.second === undefined
      ? NO_PARTS
      : partsOf(element.ip2, element.ip2To, element.cidr2, shape.second, shape.zeroLength === true);
  if (typeof second === 'number') return second;
  let lowPort = member.port;
  let highPort = lowPort;
  if (shape.port && element.portTo !== undefined && protocolHasPorts(member.proto)) {
    lowPort = Math.min(member.port, element.portTo);
    highPort = Math.max(member.port, element.portTo);
  }
  let visited = 0;
  const next = first.start();
  while (next()) {
    member.ip = first.address;
    member.cidr = first.length;
    for (let port = lowPort; port <= highPort; port++) {
      member.port = port;
      const nextSecond = second.start();
      while (nextSecond()) {
        if (shape.second !== undefined) {
          member.ip2 = second.address;
          member.cidr2 = second.length;
        }
        if (++visited > MAX_MEMBERS) return SetCode.RANGE_TOO_LARGE;
        const code = visit();
        if (code !== SetCode.OK) return code;
      }
    }
  }
  return SetCode.OK;
}

/** The addresses or networks of one part of an element, one after the other. */
interface Parts {
  address: Address;
  length: number;
  /** Begins anew; the answer steps to the next part and is false when there is none. */
  start(): () => boolean;
}

const NO_PARTS: Parts = { address: ipv4FromBits(0), length: 0, start: () => once() };

/** True the first time only. */
function once(): () => boolean {
  let done = false;
  return () => (done ? false : (done = true));
}

function partsOf(
  ip: Address | undefined,
  ipTo: Address | undefined,
  cidr: number | undefined,
  kind: 'ip' | 'net',
  zeroLength: boolean,
): Parts | number {
  if (ip === undefined) return SetCode.PROTOCOL;
  const longest = typeof ip === 'number' ? 32 : 128;
  if (cidr !== undefined && (cidr > longest || (cidr === 0 && !(kind === 'net' && zeroLength))))
    return SetCode.INVALID_CIDR;
  if (typeof ip !== 'number') {
    if (ipTo !== undefined) return SetCode.HASH_RANGE_UNSUPPORTED;
    if (kind === 'ip' && cidr !== undefined && cidr !== longest) return SetCode.INVALID_CIDR;
    const length = cidr ?? longest;
    return single(maskAddress(ip, length), length);
  }
  const bits = ipv4ToBits(ip as Ipv4Address);
  if (ipTo !== undefined) {
    const other = ipv4ToBits(ipTo as Ipv4Address);
    const low = Math.min(bits, other);
    const high = Math.max(bits, other);
    if (kind === 'ip') return addresses(low, high);
    return low === 0 && high === LAST ? SetCode.HASH_RANGE : networks(low, high);
  }
  const length = cidr ?? 32;
  const mask = ipv4Mask(length);
  const network = (bits & mask) >>> 0;
  return kind === 'net' ? single(ipv4FromBits(network), length) : addresses(network, lastOf(network, length));
}

function single(address: Address, length: number): Parts {
  return { address, length, start: () => once() };
}

function addresses(low: number, high: number): Parts {
  return blocks(low, high, () => 32);
}

/** The largest network that begins at the low end, then what is left (`ip_set_range_to_cidr`). */
function networks(low: number, high: number): Parts {
  return blocks(low, high, (at) => {
    let length = 1;
    while (length < 32 && ((at & ipv4Mask(length)) >>> 0 !== at || lastOf(at, length) > high)) length++;
    return length;
  });
}

/** All from the low end to the high one, in prefixes as long as `lengthAt` says where each begins. */
function blocks(low: number, high: number, lengthAt: (at: number) => number): Parts {
  const parts: Parts = {
    address: ipv4FromBits(low),
    length: 32,
    start() {
      let at = low;
      return () => {
        if (at > high) return false;
        parts.address = ipv4FromBits(at);
        parts.length = lengthAt(at);
        at = lastOf(at, parts.length) + 1;
        return true;
      };
    },
  };
  return parts;
}

function lastOf(network: number, length: number): number {
  return (network | ~ipv4Mask(length)) >>> 0;
}

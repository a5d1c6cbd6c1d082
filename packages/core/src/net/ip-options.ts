import type { Address } from '../address/address.ts';
import { IPV4_ANY, type Ipv4Address, ipv4FromBits, ipv4ToBits } from '../address/ipv4.ts';
import { fold, internetSum } from '../packet/checksum.ts';
import type { OptionMarks, Packet } from '../packet/packet.ts';
import type { Host } from './host.ts';
import type { Route } from './route.ts';
import { specificAddress } from './specific-address.ts';
import { millisecondsOfDay } from './time-of-day.ts';

/** Kinds of IP options (RFC 791, RFC 2113). */
const KIND = {
  end: 0,
  noop: 1,
  recordRoute: 7,
  timestamp: 68,
  looseRoute: 131,
  label: 134,
  routerAlert: 148,
  strictRoute: 137,
} as const;
/** What a timestamp option asks for: times, addresses beside them, or times of the addresses that it names. */
const TIMES = 0;
const TIMES_AND_ADDRESSES = 1;
const TIMES_OF_NAMED = 3;
/** Bytes of a security label (CIPSO) with nothing in it. No host knows a domain of labels unless it was told one. */
const SHORTEST_LABEL = 8;
/** The bit of a kind that says that every fragment carries the option. */
const COPIED = 0x80;
/** Where options begin in a packet. */
const HEADER = 20;
/** How often a timestamp option counts those that found no room any more. */
const MOST_OVERFLOWS = 15;

/** What became of the options of a packet that arrives: a fault has the place of the byte that is wrong. */
export type OptionsVerdict = 'good' | 'source-route' | { readonly faultAt: number };

/**
 * Reads the options of a packet that has its route, and writes into them what they ask of this host: its address into a
 * recorded route, the time into timestamps (`ip_options_compile`). Where it is forwarded,
 * {@link forwardOptions} puts the address of the way out in the place of the first.
 */
export function receiveOptions(host: Host, packet: Packet): OptionsVerdict {
  const before = fold(internetSum(packet.options));
  const verdict = readOptions(host, packet);
  // Nobody computes the checksum of the header anew until the packet is forwarded.
  packet.optionMarks!.stale = (fold(internetSum(packet.options)) + (~before & 0xffff)) % 0xffff;
  return verdict;
}

/** Of a packet without options. */
function noMarks(): OptionMarks {
  return { route: -1, writesRoute: false, times: -1, writesAddress: false, writesTime: false, label: -1, stale: 0 };
}

function readOptions(host: Host, packet: Packet): OptionsVerdict {
  const bytes = packet.options.slice();
  packet.options = bytes;
  const marks = noMarks();
  packet.optionMarks = marks;
  let isSourceRouted = false;
  const fault = (at: number): OptionsVerdict => ({ faultAt: HEADER + at });
  let own: Address | undefined;
  const ownAddress = (): Address => (own ??= specificAddress(host, packet));
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at]!;
    if (kind === KIND.end) {
      bytes.fill(KIND.end, at);
      break;
    }
    if (kind === KIND.noop) {
      at++;
      continue;
    }
    const left = bytes.length - at;
    if (left < 2) return fault(at);
    const length = bytes[at + 1]!;
    if (length < 2 || length > left) return fault(at);
    const pointer = bytes[at + 2] ?? 0;
    if (kind === KIND.looseRoute || kind === KIND.strictRoute) {
      if (length < 3) return fault(at + 1);
      if (pointer < 4) return fault(at + 2);
      if (isSourceRouted) return fault(at);
      isSourceRouted = true;
    } else if (kind === KIND.recordRoute) {
      if (marks.route >= 0) return fault(at);
      if (length < 3) return fault(at + 1);
      if (pointer < 4) return fault(at + 2);
      if (pointer <= length) {
        if (pointer + 3 > length) return fault(at + 2);
        writeAddress(bytes, at + pointer - 1, ownAddress());
        bytes[at + 2] = pointer + 4;
        marks.writesRoute = true;
      }
      marks.route = at;
    } else if (kind === KIND.timestamp) {
      const wrong = receiveTimestamp(host, bytes, at, length, marks, ownAddress);
      if (wrong !== undefined) return fault(wrong);
    } else if (kind === KIND.routerAlert && length < 4) return fault(at + 1);
    else if (kind === KIND.label) {
      if (marks.label >= 0) return fault(at);
      marks.label = at;
      return fault(at + (length < SHORTEST_LABEL ? 1 : 2));
    }
    at += length;
  }
  return isSourceRouted ? 'source-route' : 'good';
}

/** A timestamp option; the place of a byte that is wrong, if one is. */
function receiveTimestamp(
  host: Host,
  bytes: Uint8Array,
  at: number,
  length: number,
  marks: OptionMarks,
  ownAddress: () => Address,
): number | undefined {
  if (marks.times >= 0) return at;
  if (length < 4) return at + 1;
  const pointer = bytes[at + 2]!;
  const wanted = bytes[at + 3]! & 15;
  if (pointer < 5) return at + 2;
  if (pointer > length) {
    if (wanted !== TIMES_OF_NAMED) {
      const overflows = bytes[at + 3]! >> 4;
      if (overflows === MOST_OVERFLOWS) return at + 3;
      bytes[at + 3] = wanted | ((overflows + 1) << 4);
    }
  } else {
    if (pointer + 3 > length) return at + 2;
    if (wanted === TIMES) {
      writeTime(bytes, at + pointer - 1, host);
      marks.writesTime = true;
      bytes[at + 2] = pointer + 4;
    } else if (wanted === TIMES_AND_ADDRESSES) {
      if (pointer + 7 > length) return at + 2;
      writeAddress(bytes, at + pointer - 1, ownAddress());
      writeTime(bytes, at + pointer + 3, host);
      marks.writesAddress = true;
      marks.writesTime = true;
      bytes[at + 2] = pointer + 8;
    } else if (wanted === TIMES_OF_NAMED) {
      if (pointer + 7 > length) return at + 2;
      if (host.addressType(addressAt(bytes, at + pointer - 1)) !== 'unicast') {
        writeTime(bytes, at + pointer + 3, host);
        marks.writesTime = true;
        bytes[at + 2] = pointer + 8;
      }
    }
  }
  marks.times = at;
  return undefined;
}

/**
 * Writes the address that faces the way out into the recorded route of a packet that is forwarded (`ip_forward_options`).
 * The addresses beside timestamps stay as they are: Linux corrects them for source routes only.
 */
export function forwardOptions(host: Host, packet: Packet, route: Route): void {
  const marks = packet.optionMarks;
  if (marks === undefined) return;
  marks.stale = 0;
  if (!marks.writesRoute) return;
  const found = host.fib.lookup({
    destination: packet.dst,
    source: packet.src,
    tos: packet.tos & 0x1c,
    mark: packet.mark,
    inDevice: packet.inDevice?.name,
    outDevice: route.device.name,
  });
  const address =
    typeof found === 'string'
      ? host.selectAddress(route.device, route.gateway ?? packet.dst)
      : (found.source ?? host.selectAddress(route.device, found.gateway, found.scope));
  writeAddress(packet.options, marks.route + packet.options[marks.route + 2]! - 5, address ?? IPV4_ANY);
}

/**
 * The options of an answer: the recorded route and the timestamps of what it answers, each with room for one more
 * (`ip_options_echo`). `undefined` if they cannot be answered, so that nothing is.
 */
export function echoOptions(host: Host, request: Packet): { bytes: Uint8Array; marks: OptionMarks } | undefined {
  const marks = noMarks();
  const heard = request.optionMarks;
  const { options } = request;
  const bytes: number[] = [];
  if (heard !== undefined && heard.route >= 0) {
    const option = options.slice(heard.route, heard.route + options[heard.route + 1]!);
    const pointer = option[2]!;
    marks.route = 0;
    if (heard.writesRoute && pointer <= option.length) {
      if (pointer + 3 > option.length) return undefined;
      option[2] = pointer + 4;
      marks.writesRoute = true;
    }
    bytes.push(...option);
  }
  if (heard !== undefined && heard.times >= 0) {
    const option = options.slice(heard.times, heard.times + options[heard.times + 1]!);
    let pointer = option[2]!;
    marks.times = bytes.length;
    if (pointer <= option.length) {
      if (heard.writesAddress) {
        if (pointer + 3 > option.length) return undefined;
        marks.writesAddress = true;
        pointer += 4;
      }
      if (heard.writesTime) {
        if (pointer + 3 > option.length) return undefined;
        if ((option[3]! & 15) !== TIMES_OF_NAMED) {
          marks.writesTime = true;
          pointer += 4;
        } else if (pointer + 7 <= option.length && host.addressType(addressAt(option, pointer - 1)) !== 'unicast') {
          marks.writesTime = true;
          pointer += 8;
        }
      }
      option[2] = pointer;
    }
    bytes.push(...option);
  }
  if (heard !== undefined && heard.label >= 0)
    bytes.push(...options.slice(heard.label, heard.label + options[heard.label + 1]!));
  while (bytes.length % 4 !== 0) bytes.push(KIND.end);
  return { bytes: Uint8Array.from(bytes), marks };
}

/** Gives an answer its options and writes its source and the time into them (`ip_options_build`). */
export function buildOptions(host: Host, answer: Packet, echo: { bytes: Uint8Array; marks: OptionMarks }): void {
  if (echo.bytes.length === 0) return;
  const { bytes, marks } = echo;
  answer.options = bytes;
  answer.optionMarks = marks;
  writeAddresses(answer, marks, answer.src);
  if (marks.writesTime) writeTime(bytes, marks.times + bytes[marks.times + 2]! - 5, host);
}

/** What later fragments carry: options that are not to be copied become no-operations (`ip_options_fragment`). */
export function optionsOfLaterFragments(packet: Packet): Uint8Array {
  const bytes = packet.options.slice();
  if (packet.optionMarks === undefined) return bytes;
  for (let at = 0; at < bytes.length && bytes[at] !== KIND.end; ) {
    if (bytes[at] === KIND.noop) {
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || length > bytes.length - at) break;
    if ((bytes[at]! & COPIED) === 0) bytes.fill(KIND.noop, at, at + length);
    at += length;
  }
  return bytes;
}

function writeAddresses(packet: Packet, marks: OptionMarks, address: Address): void {
  const { options } = packet;
  if (marks.writesRoute) writeAddress(options, marks.route + options[marks.route + 2]! - 5, address);
  if (marks.writesAddress) writeAddress(options, marks.times + options[marks.times + 2]! - 9, address);
}

function writeAddress(bytes: Uint8Array, at: number, address: Address): void {
  writeWord(bytes, at, ipv4ToBits(address as Ipv4Address));
}

/** The time of the day in milliseconds. */
function writeTime(bytes: Uint8Array, at: number, host: Host): void {
  writeWord(bytes, at, millisecondsOfDay(host.simulation));
}

function addressAt(bytes: Uint8Array, at: number): Ipv4Address {
  return ipv4FromBits(((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0);
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, value);
}

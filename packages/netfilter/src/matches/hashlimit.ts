import {
  type Address,
  type Ipv4Address,
  ipv4FromBits,
  ipv4Mask,
  ipv4ToBits,
  type Packet,
  PROTOCOL,
} from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import { badOption, KernelRefusal, type MatchExtension, type OptionUse } from '../x_tables/extension.ts';
import { bodyBytes, type Ports, portBytes } from '../x_tables/packet-bytes.ts';
import { checkProcName } from '../x_tables/proc-name.ts';
import { cutUtf8 } from '../x_tables/utf8.ts';
import { parsePrefixLength, parseUnsigned, readUnsigned } from '../x_tables/values.ts';
import { bytesOfCost, formatBytes, formatPeriod, parseRate, type Rate } from './hashlimit-rate.ts';
import { byteCredits, type HashlimitConfig, type HashlimitKey, HashlimitTable, toCredits } from './hashlimit-table.ts';

/** The parts of a key in the order in which they are printed. */
const MODES = ['srcip', 'srcport', 'dstip', 'dstport'] as const;
type Mode = (typeof MODES)[number];

interface HashlimitInfo extends HashlimitConfig {
  readonly above: boolean;
  readonly modes: readonly Mode[];
  readonly name: string;
  /** Prefix lengths. */
  readonly srcmask: number;
  readonly dstmask: number;
}

interface HashlimitState {
  readonly table: HashlimitTable;
  readonly release: () => void;
}

const DEFAULT_BURST = 5n;
const MOST_BURST = 1_000_000n;
const DEFAULT_GC = 1000;
const BYTE_EXPIRE = 15_000;
const BYTE_EXPIRE_BURST = 60_000;
const MOST_SIZE = 1_048_576;
const MOST_NAME_BYTES = 254;

/**
 * `-m hashlimit`: a token bucket for each combination of addresses and ports.
 *
 * Kernel: `net/netfilter/xt_hashlimit.c`, `hashlimit_mt` (revision 3). Tables are shared by name and outlive changes as
 * long as a rule names them; the parameters of the first rule stay in force, whatever later ones say. A packet for
 * which there is no room, or whose ports are asked for and missing, is dropped at once.
 */
export const hashlimit: MatchExtension<HashlimitInfo, HashlimitState> = {
  name: 'hashlimit',
  options: [
    { name: 'hashlimit-upto', aliases: ['hashlimit'], args: 1, invertible: true, excludes: ['hashlimit-above'] },
    { name: 'hashlimit-above', args: 1, invertible: true, excludes: ['hashlimit-upto'] },
    { name: 'hashlimit-srcmask', args: 1 },
    { name: 'hashlimit-dstmask', args: 1 },
    { name: 'hashlimit-burst', args: 1 },
    { name: 'hashlimit-htable-size', args: 1 },
    { name: 'hashlimit-htable-max', args: 1 },
    { name: 'hashlimit-htable-gcinterval', args: 1 },
    { name: 'hashlimit-htable-expire', args: 1 },
    { name: 'hashlimit-mode', args: 1 },
    { name: 'hashlimit-name', args: 1, mandatory: true },
    { name: 'hashlimit-rate-match', args: 0 },
    { name: 'hashlimit-rate-interval', args: 1 },
  ],
  size: 344,
  parse: (options) => parseHashlimit(options),
  save: (info) => format(info, true),
  list: (info) => format(info, false),

  check(info, { net }) {
    checkProcName(info.name, 'hashlimit');
    const { hz } = net.host;
    const { average, burst } = info;
    if (info.gcInterval === 0 || info.expire === 0)
      throw new KernelRefusal('EINVAL', 'hashlimit: gcinterval and expire must not be 0');
    if (info.srcmask > 32 || info.dstmask > 32) throw new KernelRefusal('EINVAL', 'hashlimit: a mask has gaps');
    if (info.rateMatch) {
      if (average === 0n || average > 0xffff_ffffn)
        throw new KernelRefusal('ERANGE', 'hashlimit: the rate is out of range');
      if (info.interval === 0) throw new KernelRefusal('EINVAL', 'hashlimit: the interval is 0');
    } else if (info.bytes) {
      if (byteCredits(average, hz) === 0n) throw new KernelRefusal('EINVAL', 'hashlimit: the rate is too high');
    } else if (burst === 0n || toCredits((average * burst) & 0xffff_ffff_ffff_ffffn, hz) < toCredits(average, hz)) {
      throw new KernelRefusal('ERANGE', 'hashlimit: rate and burst do not fit together in 64 bits');
    }
    const known = hashlimitTables(net).get(info.name);
    if (known !== undefined && known.config.rateMatch !== info.rateMatch) {
      throw new KernelRefusal(
        'EINVAL',
        `hashlimit: the table ${info.name} is in use ${info.rateMatch ? 'without' : 'with'} rate-match`,
      );
    }
  },

  compile(info) {
    const { above } = info;
    return {
      createState: (net) => {
        const { value, release } = net.named(
          'hashlimit',
          info.name,
          () => new HashlimitTable(net.host, info, keysOf(info)),
        );
        return { table: value, release };
      },
      destroyState: (state) => state.release(),
      test: (packet, par, { table }) => {
        const key = table.keyOf(packet);
        const within = key === undefined ? undefined : table.take(key, packet.length, info);
        if (within === undefined) {
          par.hotdrop = true;
          return false;
        }
        return within !== above;
      },
    };
  },
};

/** What packets are told apart by: the first rule that names a table decides it for all. */
function keysOf(info: HashlimitInfo): (packet: Packet) => HashlimitKey | undefined {
  const { modes } = info;
  const [bySrc, bySport, byDst, byDport] = MODES.map((mode) => modes.includes(mode)) as [
    boolean,
    boolean,
    boolean,
    boolean,
  ];
  const [srcBits, dstBits] = [ipv4Mask(Math.min(32, info.srcmask)), ipv4Mask(Math.min(32, info.dstmask))];
  return (packet) => {
    const ports = bySport || byDport ? portsOf(packet) : NO_PORTS;
    if (ports === undefined) return undefined;
    return {
      src: bySrc ? masked(packet.src, srcBits) : 0,
      sport: bySport ? ports.sport : 0,
      dst: byDst ? masked(packet.dst, dstBits) : 0,
      dport: byDport ? ports.dport : 0,
    };
  };
}

function parseHashlimit(options: readonly OptionUse[]): HashlimitInfo {
  const find = (name: string): OptionUse | undefined => options.find((use) => use.name === `hashlimit-${name}`);
  const rateUse = find('upto') ?? find('above');
  if (rateUse === undefined) badOption(undefined, 'hashlimit needs --hashlimit-upto or --hashlimit-above');
  const rate = parseRate(rateUse.values[0]!);
  if (rate === undefined)
    badOption(
      rateUse,
      `"${rateUse.values[0]}" is no rate`,
      'write N/second, N/minute, N/hour, N/day, Nb/s, Nkb/s or Nmb/s',
    );
  if (rate === 'fast') badOption(rateUse, `the rate ${rateUse.values[0]} is too fast`, '1000000/second is the most');
  const number = (name: string, otherwise: number): number => {
    const use = find(name);
    const value = use === undefined ? otherwise : parseUnsigned(use.values[0]!);
    if (value === undefined) badOption(use, `"${use?.values[0]}" is no number`, 'use 32 bits');
    return value;
  };
  const length = (name: string): number => {
    const use = find(name);
    const bits = use === undefined ? 32 : parsePrefixLength(use.values[0]!);
    if (bits === undefined) badOption(use, `"${use?.values[0]}" is no prefix length`, 'use 0 to 32');
    return bits;
  };
  const rateMatch = find('rate-match') !== undefined;
  const { burst, expire } = burstAndExpire(
    rate,
    find('burst'),
    find('htable-expire') === undefined ? undefined : number('htable-expire', 0),
  );
  const interval = parseInterval(find('rate-interval'));
  return {
    above: (rateUse.name === 'hashlimit-above') !== rateUse.inverted,
    bytes: rate.bytes,
    rateMatch,
    average: rateMatch && !rate.bytes ? rate.average / rate.seconds : rate.average,
    burst,
    modes: parseModes(find('mode')),
    name: cutUtf8(find('name')!.values[0]!, MOST_NAME_BYTES) || badOption(find('name'), 'the name is empty'),
    size: Math.min(MOST_SIZE, number('htable-size', 0)),
    max: Math.min(MOST_SIZE, number('htable-max', 0)),
    gcInterval: number('htable-gcinterval', DEFAULT_GC),
    expire,
    srcmask: length('srcmask'),
    dstmask: length('dstmask'),
    interval: rateMatch && interval === 0 ? (rate.bytes ? 1 : Number(rate.seconds)) : interval,
  };
}

/** Packets that may come at once; in byte mode how many whole seconds' worth. Without a time to expire, one follows from it. */
function burstAndExpire(
  rate: Rate,
  use: OptionUse | undefined,
  given: number | undefined,
): { burst: bigint; expire: number } {
  const expire = given ?? Number(rate.seconds) * 1000;
  if (use === undefined) return { burst: rate.bytes ? 0n : DEFAULT_BURST, expire };
  const text = use.values[0]!;
  const read = readUnsigned(text);
  const tooMuch = `use 1 to ${MOST_BURST}`;
  if (read === undefined || read.value === 0n || (read.end === text.length && read.value > MOST_BURST)) {
    badOption(use, `"${text}" is no burst`, tooMuch);
  }
  const letter = text[read.end];
  const burst = BigInt.asUintN(64, read.value * (letter === 'm' ? 1_048_576n : letter === 'k' ? 1024n : 1n));
  if (!rate.bytes) {
    if (burst > MOST_BURST) badOption(use, `"${text}" is no burst`, tooMuch);
    return { burst, expire };
  }
  const second = bytesOfCost(rate.average);
  if (second === 0n) badOption(use, 'a burst needs a rate of 16 bytes a second at least');
  if (burst < second) badOption(use, `the burst cannot be smaller than ${second}b`);
  const times = BigInt.asUintN(32, BigInt.asUintN(32, burst) / second + (burst % second === 0n ? 0n : 1n));
  return { burst: times, expire: given ?? BYTE_EXPIRE_BURST };
}

function parseModes(use: OptionUse | undefined): readonly Mode[] {
  const words = (use?.values[0] ?? '').split(/[,|]/).filter((word) => word !== '');
  const unknown = words.find((word) => !(MODES as readonly string[]).includes(word));
  if (unknown !== undefined) badOption(use, `"${unknown}" is no mode`, `use ${MODES.join(', ')}`);
  return MODES.filter((mode) => words.includes(mode));
}

function parseInterval(use: OptionUse | undefined): number {
  if (use === undefined) return 0;
  const seconds = Number(BigInt.asIntN(32, BigInt(/^[ \t-\r]*\+?(-?\d+)/.exec(use.values[0]!)?.[1] ?? 0)));
  if (seconds <= 0) badOption(use, `"${use.values[0]}" is no interval`, 'use 1 or more seconds');
  return seconds;
}

/** The text of iptables-save with long names, of `iptables -L` with short ones. */
function format(info: HashlimitInfo, isSave: boolean): string {
  const option = (name: string): string => ` ${isSave ? '--hashlimit-' : ''}${name}`;
  let text = isSave ? option(info.above ? 'above' : 'upto') : ` limit: ${info.above ? 'above' : 'up to'}`;
  let usualExpire: number;
  if (info.bytes) {
    const { rate, burst } = formatBytes(info.average, info.burst);
    usualExpire = burst === undefined ? BYTE_EXPIRE : BYTE_EXPIRE_BURST;
    text += ` ${rate}${burst === undefined ? '' : `${option('burst')} ${burst}`}`;
  } else {
    // A listing shows the rate for the whole interval, iptables-save that of a second.
    const period = formatPeriod(isSave || info.interval === 0 ? info.average : info.average * BigInt(info.interval));
    usualExpire = Number(period.milliseconds);
    text += ` ${period.text}${option('burst')} ${info.burst}`;
  }
  if (info.modes.length > 0) text += `${option('mode')} ${info.modes.join(isSave ? ',' : '-')}`;
  if (isSave) text += `${option('name')} ${info.name}`;
  if (info.size !== 0) text += `${option('htable-size')} ${info.size}`;
  if (info.max !== 0) text += `${option('htable-max')} ${info.max}`;
  if (info.gcInterval !== DEFAULT_GC) text += `${option('htable-gcinterval')} ${info.gcInterval}`;
  if (info.expire !== usualExpire) text += `${option('htable-expire')} ${info.expire}`;
  if (info.srcmask !== 32) text += `${option('srcmask')} ${info.srcmask}`;
  if (info.dstmask !== 32) text += `${option('dstmask')} ${info.dstmask}`;
  if (!info.rateMatch) return text;
  return `${text}${option('rate-match')}${info.interval === 1 ? '' : `${option('rate-interval')} ${info.interval}`}`;
}

const NO_PORTS: Ports = { sport: 0, dport: 0 };
const WITH_PORTS: ReadonlySet<number> = new Set([
  PROTOCOL.tcp,
  PROTOCOL.udp,
  PROTOCOL.udplite,
  PROTOCOL.dccp,
  PROTOCOL.sctp,
  PROTOCOL.esp,
]);

/** Two ports, or what stands in their place (`proto_ports_offset`), even in a later fragment; `undefined` if cut off. */
function portsOf(packet: Packet): Ports | undefined {
  if (WITH_PORTS.has(packet.protocol)) return portBytes(packet);
  if (packet.protocol !== PROTOCOL.ah) return NO_PORTS;
  const bytes = bodyBytes(packet, 8);
  return bytes && { sport: (bytes[4]! << 8) | bytes[5]!, dport: (bytes[6]! << 8) | bytes[7]! };
}

function masked(address: Address, bits: number): Address {
  return ipv4FromBits(ipv4ToBits(address as Ipv4Address) & bits);
}

/** The tables of a host by name, for `/proc/net/ipt_hashlimit`. */
export function hashlimitTables(net: Netfilter): ReadonlyMap<string, HashlimitTable> {
  return net.peekNamed('hashlimit') as ReadonlyMap<string, HashlimitTable>;
}

import { PROTOCOL } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { type ConntrackEvent, EventBit } from '../events.ts';
import type { Expectation } from '../expectation.ts';
import { Status } from '../status.ts';
import { trackerFor } from '../trackers/tracker.ts';
import { formatTuple } from '../tuple.ts';

/** What `conntrack -o` adds to a line. */
export interface OutputOptions {
  /** `extended`: the family in front. */
  readonly extended?: boolean;
  /** `id`. */
  readonly id?: boolean;
  /** `timestamp`: start and stop, where they are kept. */
  readonly timestamp?: boolean;
  /** `labels`, by the names that `connlabel.conf` gives the bits. */
  readonly labels?: ReadonlyMap<number, string>;
  /** `ktimestamp` of events. */
  readonly seconds?: boolean;
}

/** Names of protocols as the conntrack tool prints them. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [PROTOCOL.tcp, 'tcp'],
  [PROTOCOL.udp, 'udp'],
  [PROTOCOL.udplite, 'udplite'],
  [PROTOCOL.icmp, 'icmp'],
  [PROTOCOL.icmpv6, 'icmpv6'],
  [PROTOCOL.sctp, 'sctp'],
  [PROTOCOL.gre, 'gre'],
  [PROTOCOL.dccp, 'dccp'],
]);

/** The name of a protocol in a listing; `unknown` where the tool has none. */
export function listedProtocol(protocol: number): string {
  return NAMES.get(protocol) ?? 'unknown';
}

/** A pseudo-id that does not change while the connection is in the table, 32 bits, almost unique (`nf_ct_get_id`). */
export function idOf(ct: Connection): number {
  let hash = Math.imul(ct.slot + 1, 0x9e3779b1) ^ ct.protocol;
  for (const word of [ct.sourceBits(0), ct.destinationBits(0), ct.portBits(0)]) {
    hash = Math.imul(hash ^ word ^ (hash >>> 15), 0x85ebca6b);
  }
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** A line of `conntrack -L`, without its end. */
export function formatConnection(conntrack: Conntrack, ct: Connection, options: OutputOptions = {}): string {
  const timeout = String(conntrack.remainingSeconds(ct));
  const state = trackerFor(ct.protocol).stateName?.(ct);
  const parts = [...head(ct, options, timeout, state), ...body(ct, true), `mark=${ct.mark}`];
  if (ct.zone.directions === 'both' && ct.zone.id !== 0) parts.push(`zone=${ct.zone.id}`);
  parts.push(...times(conntrack, ct, options));
  if (ct.helper !== undefined) parts.push(`helper=${ct.helper.name}`);
  parts.push(`use=${1 + (ct.extensions?.children ?? 0)}`);
  if (options.id === true) parts.push(`id=${idOf(ct)}`);
  parts.push(...labelsOf(ct, options));
  return parts.join(' ');
}

/** A line of `conntrack -E`, without its end. */
export function formatEvent(conntrack: Conntrack, event: ConntrackEvent, options: OutputOptions = {}): string {
  const { ct, bits, type } = event;
  const gone = type === 'DESTROY';
  const ticks = ct.isListed ? (ct.timeout - conntrack.now) | 0 : 0;
  const left = Math.max(0, Math.floor(ticks / conntrack.host.hz));
  // Of a connection that goes only a timeout worth telling is told.
  const timeout = gone && left === 0 ? undefined : String(left);
  const shown = gone || (bits & EventBit.PROTOINFO) !== 0;
  const state = shown ? trackerFor(ct.protocol).stateName?.(ct) : undefined;
  const parts = [`[${type}]`.padStart(9), ...head(ct, options, timeout, state), ...body(ct, gone)];
  if (ct.mark !== 0 || (bits & EventBit.MARK) !== 0) parts.push(`mark=${ct.mark}`);
  if (ct.zone.directions === 'both' && ct.zone.id !== 0) parts.push(`zone=${ct.zone.id}`);
  if (gone) parts.push(...times(conntrack, ct, options));
  if (!gone && ct.helper !== undefined) parts.push(`helper=${ct.helper.name}`);
  if (options.id === true) parts.push(`id=${idOf(ct)}`);
  if ((bits & EventBit.LABEL) !== 0) parts.push(...labelsOf(ct, options));
  // The tool has a netlink port, whose number says nothing; here it is always the first.
  if (event.by === 'user-space') parts.push('[USERSPACE] portid=1');
  return parts.join(' ');
}

/** A line of `conntrack -L expect`, without its end. */
export function formatExpectation(conntrack: Conntrack, expectation: Expectation): string {
  const { tuple, mask, master, helper } = expectation;
  const own = formatTuple(tuple);
  const masks = `mask-src=${mask.src ? '255.255.255.255' : '0.0.0.0'} mask-dst=255.255.255.255`;
  const ports = `sport=${mask.sport ? 65535 : 0} dport=65535`;
  const origin = formatTuple(master.original).replace('src=', 'master-src=').replace(' dst=', ' master-dst=');
  const seconds = conntrack.expectations.remainingSeconds(expectation);
  const flag = expectation.permanent ? ' PERMANENT' : '';
  return `${seconds} proto=${tuple.protocol} ${own} ${masks} ${ports} ${origin}${flag} class=0 helper=${helper.name}`;
}

function head(
  ct: Connection,
  options: OutputOptions,
  timeout: string | undefined,
  state: string | undefined,
): string[] {
  const parts = options.extended === true ? ['ipv4     2'] : [];
  parts.push(`${listedProtocol(ct.protocol).padEnd(8)} ${ct.protocol}`);
  if (timeout !== undefined) parts.push(timeout);
  if (state !== undefined) parts.push(state);
  return parts;
}

/** Both tuples with what belongs to each. */
function body(ct: Connection, counters: boolean): string[] {
  const { accounting, zone } = ct;
  const parts = [formatTuple(ct.original)];
  if (zone.directions === 'original' && zone.id !== 0) parts.push(`zone-orig=${zone.id}`);
  if (counters && accounting !== undefined) {
    parts.push(`packets=${accounting.originalPackets} bytes=${accounting.originalBytes}`);
  }
  if (!ct.has(Status.SEEN_REPLY)) parts.push('[UNREPLIED]');
  parts.push(formatTuple(ct.reply));
  if (zone.directions === 'reply' && zone.id !== 0) parts.push(`zone-reply=${zone.id}`);
  if (counters && accounting !== undefined)
    parts.push(`packets=${accounting.replyPackets} bytes=${accounting.replyBytes}`);
  if (ct.has(Status.ASSURED)) parts.push('[ASSURED]');
  return parts;
}

function times(conntrack: Conntrack, ct: Connection, options: OutputOptions): string[] {
  const start = ct.extensions?.start;
  if (start === undefined) return [];
  const { simulation } = conntrack.host;
  if (options.timestamp !== true) {
    const until = ct.extensions?.stop ?? simulation.now;
    return [`delta-time=${Math.floor((until - start) / 1_000_000_000)}`];
  }
  const text = (time: number): string => calendar(simulation.epoch + Math.floor(time / 1_000_000_000));
  const stop = ct.extensions?.stop;
  return [`[start=${text(start)}]`, ...(stop === undefined ? [] : [`[stop=${text(stop)}]`])];
}

function labelsOf(ct: Connection, options: OutputOptions): string[] {
  if (options.labels === undefined || ct.labels === 0n) return [];
  const names: string[] = [];
  for (const [bit, name] of options.labels) if (((ct.labels >> BigInt(bit)) & 1n) === 1n) names.push(name);
  return names.length === 0 ? [] : [`labels=${names.join(',')}`];
}

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Seconds since 1970 in the form of `ctime`, in UTC. */
function calendar(seconds: number): string {
  const day = Math.floor(seconds / 86400);
  const clock = seconds % 86400;
  // Days since 1 March of year 0, in eras of 400 years: leap days fall at the end of a year.
  const shifted = day + 719468;
  const era = Math.floor(shifted / 146097);
  const inEra = shifted - era * 146097;
  const years = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36524) - Math.floor(inEra / 146096)) / 365,
  );
  const inYear = inEra - (365 * years + Math.floor(years / 4) - Math.floor(years / 100));
  const month = Math.floor((5 * inYear + 2) / 153);
  const date = inYear - Math.floor((153 * month + 2) / 5) + 1;
  const year = years + era * 400 + (month >= 10 ? 1 : 0);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(Math.floor(clock / 3600))}:${two(Math.floor(clock / 60) % 60)}:${two(clock % 60)}`;
  return `${DAYS[day % 7]} ${MONTHS[(month + 2) % 12]} ${String(date).padStart(2)} ${time} ${year}`;
}

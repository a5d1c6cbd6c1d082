import { IPV4_ANY, PROTOCOL } from '@chainwalk/core';
import type { Conntrack } from '../conntrack.ts';
import type { NatRange } from '../nat/range.ts';
import { toAddress } from '../nat/range.ts';
import { Status } from '../status.ts';
import { SideFlag, TCP_STATE_NAMES, TcpSide, TcpState } from '../trackers/tcp-state.ts';
import { hasPorts, invertTuple, type Tuple } from '../tuple.ts';
import { DEFAULT_ZONE, type Zone, zoneId, zoneOf } from '../zone.ts';
import { statusBits } from './filter.ts';
import { type NatTarget, type ParsedCommand, requirePorts, UsageError } from './options.ts';

/** Ticks that a timeout is cut to. */
const LONGEST_TIMEOUT = 0x7fffffff;

/**
 * `conntrack -I`: puts a connection into the table (`ctnetlink_create_conntrack`). The answer is the kernel's refusal in
 * the tool's words, or `undefined`.
 */
export function insertConnection(conntrack: Conntrack, parsed: ParsedCommand): string | undefined {
  const tuples = tuplesOf(parsed);
  if (parsed.timeout === undefined) throw new UsageError("You need to supply the `--timeout' option for this command");
  const zone = zoneOfCommand(parsed);
  const isTcp = parsed.protocol === PROTOCOL.tcp;
  const state = parsed.state === undefined ? -1 : TCP_STATE_NAMES.indexOf(parsed.state);
  if (isTcp && parsed.state === undefined)
    throw new UsageError("You need to supply the `--state' option for this command");
  if (isTcp && state < 0) throw new UsageError(`unknown TCP state \`${parsed.state}'`);
  const more = WITH_MORE.get(parsed.protocol ?? 0);
  if (more !== undefined) throw new UsageError(more);
  const status = parsed.status === undefined ? 0 : statusBits(parsed.status);
  if (tuples === undefined) return 'invalid parameters';
  const [original, reply] = tuples;
  if (conntrack.find(original, zone) !== undefined || conntrack.find(reply, zone) !== undefined) {
    return 'Such conntrack exists, try -U to update';
  }
  if ((status & Status.EXPECTED) !== 0) return 'Device or resource busy';
  const helper = parsed.helper === undefined ? undefined : conntrack.helpers.get(parsed.helper);
  if (parsed.helper !== undefined && helper?.protocols.includes(original.protocol) !== true)
    return 'Operation not supported';
  const ct = conntrack.allocate(original, reply, zone, conntrack.table.hashTuple(original, zoneId(zone, 0)));
  if (ct === undefined) return 'Cannot allocate memory';
  if (helper !== undefined) {
    const extensions = ct.extend();
    extensions.helper = helper;
    extensions.ftp = { lineStarts: [[], []], pickUp: [true, true] };
    ct.status |= Status.HELPER;
  }
  bind(parsed.nat.src, original.protocol, (range) => conntrack.nat.setupInfo(ct, range, 'src'));
  bind(parsed.nat.dst, original.protocol, (range) => conntrack.nat.setupInfo(ct, range, 'dst'));
  ct.timeout = Math.min(conntrack.ticks(parsed.timeout), LONGEST_TIMEOUT);
  ct.status |= status;
  // A TCP connection from user space is never held to windows that nobody saw.
  if (isTcp) {
    const data = new TcpState();
    const side = new TcpSide();
    side.flags = SideFlag.BE_LIBERAL;
    data.store(0, side);
    data.store(1, side);
    data.state = state;
    ct.data = data;
  }
  ct.mark = parsed.mark?.value ?? 0;
  conntrack.enter(ct, false);
  conntrack.statistics.insert++;
  return undefined;
}

/** Protocols of which the tool wants to know more than it is modelled to read here. */
const WITH_MORE: ReadonlyMap<number, string> = new Map([
  [PROTOCOL.gre, "you have to specify `--srckey' and `--dstkey'"],
  [PROTOCOL.sctp, "You need to supply the `--orig-vtag' option for this command"],
  [PROTOCOL.dccp, "You need to supply the `--role' option for this command"],
]);

/** Both tuples of a command; `undefined` if the kernel cannot make any of them. */
function tuplesOf(parsed: ParsedCommand): readonly [original: Tuple, reply: Tuple] | undefined {
  const { addresses, ports, icmp, protocol } = parsed;
  const hasOriginal = addresses.src !== undefined || addresses.dst !== undefined;
  const hasReply = addresses.replySrc !== undefined || addresses.replyDst !== undefined;
  if (protocol === undefined || !(hasOriginal || hasReply))
    throw new UsageError('Need source and destination IP address and a protocol');
  const isIcmp = protocol === PROTOCOL.icmp;
  if (hasOriginal || isIcmp) requirePorts(parsed);
  const original: Tuple = {
    src: addresses.src?.address ?? IPV4_ANY,
    dst: addresses.dst?.address ?? IPV4_ANY,
    protocol,
    sport: isIcmp ? (icmp.id ?? 0) : (ports.sport ?? 0),
    dport: isIcmp ? ((icmp.type ?? 8) << 8) | (icmp.code ?? 0) : (ports.dport ?? 0),
  };
  if (!hasReply) {
    // Without an address of the reply its ports count for nothing.
    const reply = invertTuple(original);
    return reply === undefined ? undefined : [original, reply];
  }
  // What is given of the reply is all that the kernel hears of it, and it wants a port, or what ICMP has for one.
  const lacksPorts = ports.replySport === undefined && ports.replyDport === undefined;
  if (lacksPorts && (isIcmp || hasPorts(protocol))) return undefined;
  const reply: Tuple = {
    src: addresses.replySrc?.address ?? IPV4_ANY,
    dst: addresses.replyDst?.address ?? IPV4_ANY,
    protocol,
    sport: ports.replySport ?? 0,
    dport: ports.replyDport ?? 0,
  };
  const turned = hasOriginal ? original : invertTuple(reply);
  return turned === undefined ? undefined : [turned, reply];
}

function zoneOfCommand(parsed: ParsedCommand): Zone {
  if (parsed.zone !== undefined) return zoneOf(parsed.zone);
  if (parsed.originalZone !== undefined) return zoneOf(parsed.originalZone, 'original');
  if (parsed.replyZone !== undefined) return zoneOf(parsed.replyZone, 'reply');
  return DEFAULT_ZONE;
}

/** The tool passes the port of a translation on for protocols that have ports. */
function bind(target: true | NatTarget | undefined, protocol: number, setup: (range: NatRange) => unknown): void {
  if (target === undefined) return;
  if (target === true) throw new UsageError('NAT of a new connection needs an address');
  const { address, port } = target;
  setup(toAddress(address, port === undefined || !hasPorts(protocol) ? {} : { ports: { min: port, max: port } }));
}

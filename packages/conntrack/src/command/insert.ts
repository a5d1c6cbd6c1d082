import { PROTOCOL } from '@chainwalk/core';
import type { Conntrack } from '../conntrack.ts';
import type { NatRange } from '../nat/range.ts';
import { toAddress } from '../nat/range.ts';
import { Status } from '../status.ts';
import { SideFlag, TCP_STATE_NAMES, TcpSide, TcpState } from '../trackers/tcp-state.ts';
import { invertTuple, type Tuple } from '../tuple.ts';
import { DEFAULT_ZONE, type Zone, zoneId, zoneOf } from '../zone.ts';
import { statusBits } from './filter.ts';
import { type NatTarget, type ParsedCommand, requirePorts, UsageError } from './options.ts';

/**
 * `conntrack -I`: puts a connection into the table (`ctnetlink_create_conntrack`). The answer is the kernel's refusal in
 * the tool's words, or `undefined`.
 */
export function insertConnection(conntrack: Conntrack, parsed: ParsedCommand): string | undefined {
  const original = originalOf(parsed);
  const reply = replyOf(parsed, original);
  if (parsed.timeout === undefined) throw new UsageError("You need to supply the `--timeout' option for this command");
  const zone = zoneOfCommand(parsed);
  const isTcp = parsed.protocol === PROTOCOL.tcp;
  const state = parsed.state === undefined ? -1 : TCP_STATE_NAMES.indexOf(parsed.state);
  if (isTcp && parsed.state === undefined)
    throw new UsageError("You need to supply the `--state' option for this command");
  if (isTcp && state < 0) throw new UsageError(`unknown TCP state \`${parsed.state}'`);
  if (conntrack.find(original, zone) !== undefined || conntrack.find(reply, zone) !== undefined) {
    return 'Such conntrack exists, try -U to update';
  }
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
  bind(parsed.nat.src, (range) => conntrack.nat.setupInfo(ct, range, 'src'));
  bind(parsed.nat.dst, (range) => conntrack.nat.setupInfo(ct, range, 'dst'));
  ct.timeout = conntrack.ticks(parsed.timeout);
  if (parsed.status !== undefined) ct.status |= statusBits(parsed.status);
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

function originalOf(parsed: ParsedCommand): Tuple {
  const { addresses, ports, icmp, protocol } = parsed;
  if (addresses.src === undefined || addresses.dst === undefined || protocol === undefined) {
    throw new UsageError('Need source and destination IP address and a protocol');
  }
  requirePorts(parsed);
  const isIcmp = protocol === PROTOCOL.icmp;
  return {
    src: addresses.src.address,
    dst: addresses.dst.address,
    protocol,
    sport: isIcmp ? (icmp.id ?? 0) : (ports.sport ?? 0),
    dport: isIcmp ? ((icmp.type ?? 8) << 8) | (icmp.code ?? 0) : (ports.dport ?? 0),
  };
}

/** What is not given of the reply is the original turned around. */
function replyOf(parsed: ParsedCommand, original: Tuple): Tuple {
  const inverse = invertTuple(original);
  if (inverse === undefined) throw new UsageError('this ICMP type has no answer');
  const { addresses, ports } = parsed;
  return {
    ...inverse,
    src: addresses.replySrc?.address ?? inverse.src,
    dst: addresses.replyDst?.address ?? inverse.dst,
    sport: ports.replySport ?? inverse.sport,
    dport: ports.replyDport ?? inverse.dport,
  };
}

function zoneOfCommand(parsed: ParsedCommand): Zone {
  if (parsed.zone !== undefined) return zoneOf(parsed.zone);
  if (parsed.originalZone !== undefined) return zoneOf(parsed.originalZone, 'original');
  if (parsed.replyZone !== undefined) return zoneOf(parsed.replyZone, 'reply');
  return DEFAULT_ZONE;
}

function bind(target: true | NatTarget | undefined, setup: (range: NatRange) => unknown): void {
  if (target === undefined) return;
  if (target === true) throw new UsageError('NAT of a new connection needs an address');
  setup(toAddress(target.address, target.port === undefined ? {} : { ports: { min: target.port, max: target.port } }));
}

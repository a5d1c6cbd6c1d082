import {
  type Address,
  fold,
  formatAddress,
  type Ipv4Address,
  ipv4ToBits,
  type Packet,
  PROTOCOL,
  Quote,
} from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import { type Direction, hasPorts, invertTuple, opposite, type Tuple } from '../tuple.ts';
import type { Manip } from './range.ts';

/** ICMP types whose second word begins with an identifier; only they are rewritten. */
const WITH_ID: readonly number[] = [0, 8, 13, 14, 15, 16, 17, 18];

/**
 * Writes one half of what a connection's packets of a direction shall look like into a packet (`nf_nat_manip_pkt`).
 * Checksums follow by themselves: they are made when the packet becomes bytes, and a wrong one stays wrong.
 * @returns false if it cannot be done, so that the packet has to be dropped
 */
export function manipPacket(packet: Packet, ct: Connection, manip: Manip, direction: Direction): boolean {
  const { transport } = packet;
  // The header is needed in one piece, and a first fragment that was shorter is not restored.
  if (packet.reassembled !== undefined && packet.reassembled.lengths[0]! < headerBytes(packet.protocol))
    packet.joinFragments();
  if (packet.trace === undefined && (transport?.kind === 'tcp' || transport?.kind === 'udp')) {
    // Nearly every packet: what the other direction answers to, turned around, without making a tuple of it.
    const other = opposite(direction);
    const ports = ct.portBits(other);
    if (manip === 'src') {
      packet.src = ct.destination(other);
      transport.sport = ports & 0xffff;
    } else {
      packet.dst = ct.source(other);
      transport.dport = ports >>> 16;
    }
    return true;
  }
  const target = invertTuple(ct.tuple(opposite(direction)));
  if (target === undefined) return false;
  if (packet.protocol === PROTOCOL.gre && !manipGre(packet, target, manip)) return false;
  const before = packet.trace === undefined ? '' : endOf(packet, manip);
  writeHalf(packet, target, manip);
  packet.trace?.add({ kind: 'change', field: manip, from: before, to: endOf(packet, manip), by: 'nat' });
  return true;
}

/** GRE needs eight bytes of header, and only a PPTP destination has something to write (`gre_manip_pkt`). */
function manipGre(packet: Packet, target: Tuple, manip: Manip): boolean {
  if (packet.payloadLength < 8) return false;
  const version = (packet.payload[1] ?? 0) & 7;
  if (manip === 'src' || version === 0) return true;
  if (version !== 1) return false;
  const bytes = new Uint8Array(Math.max(packet.payload.length, 8));
  bytes.set(packet.payload);
  bytes[6] = target.dport >> 8;
  bytes[7] = target.dport & 255;
  packet.payload = bytes;
  return true;
}

function writeHalf(packet: Packet, target: Tuple, manip: Manip): void {
  const isSource = manip === 'src';
  const { transport } = packet;
  if (transport === undefined) {
    const before = { src: packet.src, dst: packet.dst };
    writeAddress(packet, target, isSource);
    return writePayloadPort(packet, target, isSource, before);
  }
  writeAddress(packet, target, isSource);
  if (transport.kind === 'icmp') {
    if (WITH_ID.includes(transport.type)) transport.id = target.sport;
  } else if (isSource) transport.sport = target.sport;
  else transport.dport = target.dport;
}

function writeAddress(packet: Packet, target: Tuple, isSource: boolean): void {
  if (isSource) packet.src = target.src;
  else packet.dst = target.dst;
}

/** Bytes of a transport header that Linux wants at hand to rewrite it. */
function headerBytes(protocol: number): number {
  switch (protocol) {
    case PROTOCOL.tcp:
      return 20;
    case PROTOCOL.sctp:
    case PROTOCOL.dccp:
      return 12;
    default:
      return 8;
  }
}

/**
 * Ports and checksum of protocols whose header is kept as payload (UDP-Lite, DCCP). Payload bytes are shared: copied first.
 * `before` are the addresses that the checksum counts.
 */
function writePayloadPort(
  packet: Packet,
  target: Tuple,
  isSource: boolean,
  before: { readonly src: Address; readonly dst: Address },
): void {
  if (!hasPorts(packet.protocol) || packet.fragmentOffset !== 0 || packet.payloadLength < 4) return;
  const isUdplite = packet.protocol === PROTOCOL.udplite;
  const bytes = new Uint8Array(Math.max(packet.payload.length, 8));
  bytes.set(packet.payload);
  const port = isSource ? target.sport : target.dport;
  const at = isSource ? 0 : 2;
  let change = (~word(bytes, at) & 0xffff) + port;
  for (const [from, to] of [
    [before.src, packet.src],
    [before.dst, packet.dst],
  ] as const) {
    const [old, now] = [ipv4ToBits(from as Ipv4Address), ipv4ToBits(to as Ipv4Address)];
    if (old !== now) change += (~(old >>> 16) & 0xffff) + (~old & 0xffff) + (now >>> 16) + (now & 0xffff);
  }
  writeWord(bytes, at, port);
  // Of a DCCP header that is cut short the ports alone are rewritten.
  if (isUdplite ? packet.payloadLength >= 8 : packet.payloadLength >= headerBytes(PROTOCOL.dccp)) {
    const sum = ~fold((~word(bytes, 6) & 0xffff) + change) & 0xffff;
    writeWord(bytes, 6, isUdplite && sum === 0 ? 0xffff : sum);
  }
  packet.payload = bytes;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value & 255;
}

/**
 * Rewrites the packet that an ICMP error quotes, and the error's own address (`nf_nat_icmp_reply_translation`). The quote
 * went the other way, so its other half changes.
 */
export function manipError(packet: Packet, ct: Connection, manip: Manip, direction: Direction): boolean {
  const quote = Quote.of(packet.payload, rewrittenBytes);
  const inner = ct.tuple(opposite(direction));
  const outer = invertTuple(inner);
  if (quote === undefined || outer === undefined) return false;
  packet.payload = quote.detach();
  if (inner.protocol === PROTOCOL.gre && manip === 'src') {
    const version = quote.greFlags & 7;
    if (version > 1) return false;
    if (version === 1) quote.setGreCall(inner.dport);
  }
  if (manip === 'src') {
    quote.setDestination(inner.dst as Ipv4Address);
    if (hasPorts(inner.protocol)) quote.setDestinationPort(inner.dport);
  } else {
    quote.setSource(inner.src as Ipv4Address);
    if (hasPorts(inner.protocol)) quote.setSourcePort(inner.sport);
  }
  if (inner.protocol === PROTOCOL.icmp && WITH_ID.includes(quote.icmpType)) quote.setIcmpId(inner.sport);
  quote.renewSctpChecksum();
  const before = formatAddress(manip === 'src' ? packet.src : packet.dst);
  if (manip === 'src') packet.src = outer.src;
  else packet.dst = outer.dst;
  const after = formatAddress(manip === 'src' ? packet.src : packet.dst);
  packet.trace?.add({ kind: 'change', field: manip, from: before, to: after, by: 'nat of an ICMP error' });
  return true;
}

/** How many bytes behind a quoted IP header must be there to be rewritten; none of protocols that have nothing to rewrite. */
function rewrittenBytes(protocol: number): number {
  return protocol === PROTOCOL.icmp || protocol === PROTOCOL.gre || hasPorts(protocol) ? 8 : 0;
}

/** `10.0.0.1:80`, for traces. */
function endOf(packet: Packet, manip: Manip): string {
  const address = formatAddress(manip === 'src' ? packet.src : packet.dst);
  const { ports } = packet;
  if (ports !== undefined) return `${address}:${manip === 'src' ? ports.sport : ports.dport}`;
  return packet.transport?.kind === 'icmp' ? `${address} id ${packet.transport.id}` : address;
}

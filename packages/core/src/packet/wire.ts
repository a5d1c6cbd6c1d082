import { type Ipv4Address, ipv4FromBits, ipv4ToBits } from '../address/ipv4.ts';
import { invariant } from '../invariant.ts';
import { crc32c, fold, internetChecksum, internetSum } from './checksum.ts';
import { Packet } from './packet.ts';
import { PROTOCOL, type Transport, transportLength } from './transport.ts';

/** Why bytes are no packet that Linux would accept (`ip_rcv_core`). */
export type WireFault = 'truncated' | 'not-ipv4' | 'bad-header-length' | 'bad-header-checksum';

/**
 * The bytes of an IPv4 packet, at most `limit` of them, with correct checksums (a wrong transport checksum stays wrong).
 * Bytes beyond what the payload holds are zero.
 */
export function encodePacket(packet: Packet, limit: number = Number.POSITIVE_INFINITY): Uint8Array {
  invariant(packet.family === 'ipv4', 'only IPv4 packets are written as bytes');
  const total = packet.length;
  const bytes = new Uint8Array(Math.min(total, limit));
  const body = encodeBody(packet);
  const header = new Uint8Array(packet.headerLength);
  const view = new DataView(header.buffer);
  header[0] = 0x40 | (header.length / 4);
  header[1] = packet.tos;
  view.setUint16(2, total & 0xffff);
  view.setUint16(4, packet.id);
  view.setUint16(6, (packet.dontFragment ? 0x4000 : 0) | (packet.moreFragments ? 0x2000 : 0) | packet.fragmentOffset);
  header[8] = packet.ttl;
  header[9] = packet.protocol;
  view.setUint32(12, ipv4ToBits(packet.src as Ipv4Address));
  view.setUint32(16, ipv4ToBits(packet.dst as Ipv4Address));
  header.set(packet.options, 20);
  view.setUint16(10, internetChecksum(header));
  bytes.set(header.subarray(0, bytes.length));
  if (bytes.length > header.length) bytes.set(body.subarray(0, bytes.length - header.length), header.length);
  return bytes;
}

/** Everything behind the IP header. */
export function encodeBody(packet: Packet): Uint8Array {
  const transport = packet.transport;
  const headerLength = transport === undefined ? 0 : transportLength(transport);
  const bytes = new Uint8Array(headerLength + packet.payloadLength);
  bytes.set(packet.payload.subarray(0, packet.payloadLength), headerLength);
  if (transport === undefined) return bytes;
  const view = new DataView(bytes.buffer);
  switch (transport.kind) {
    case 'tcp':
      view.setUint16(0, transport.sport);
      view.setUint16(2, transport.dport);
      view.setUint32(4, transport.seq);
      view.setUint32(8, transport.ack);
      bytes[12] = transport.dataOffset << 4;
      bytes[13] = transport.flags;
      view.setUint16(14, transport.window);
      view.setUint16(18, transport.urgent);
      bytes.set(transport.options, 20);
      break;
    case 'udp':
      view.setUint16(0, transport.sport);
      view.setUint16(2, transport.dport);
      view.setUint16(4, transport.length);
      break;
    case 'icmp':
      bytes[0] = transport.type;
      bytes[1] = transport.code;
      view.setUint16(4, transport.id);
      view.setUint16(6, transport.seq);
      break;
    case 'sctp':
      view.setUint16(0, transport.sport);
      view.setUint16(2, transport.dport);
      view.setUint32(4, transport.tag);
      break;
  }
  writeChecksum(packet, transport, bytes);
  return bytes;
}

/** Where the checksum of a transport header stands. */
const CHECKSUM_AT = { tcp: 16, udp: 6, icmp: 2, sctp: 8 } as const;

function writeChecksum(packet: Packet, transport: Transport, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  const at = CHECKSUM_AT[transport.kind];
  if (packet.moreFragments && packet.fragmentChecksum !== undefined) {
    if (transport.kind === 'sctp') view.setUint32(at, packet.fragmentChecksum, true);
    else view.setUint16(at, packet.fragmentChecksum);
    return;
  }
  if (transport.kind === 'sctp') {
    const sum = crc32c(bytes);
    view.setUint32(at, packet.badChecksum ? ~sum >>> 0 : sum, true);
    return;
  }
  if (transport.kind === 'udp' && !transport.hasChecksum) return;
  const start = transport.kind === 'icmp' ? 0 : pseudoHeaderSum(packet, bytes.length);
  let sum = internetChecksum(bytes, start);
  if (packet.badChecksum) sum = (sum ^ 0x5555) & 0xffff;
  if (transport.kind === 'udp' && sum === 0) sum = 0xffff;
  view.setUint16(at, sum);
}

function pseudoHeaderSum(packet: Packet, length: number): number {
  const source = ipv4ToBits(packet.src as Ipv4Address);
  const destination = ipv4ToBits(packet.dst as Ipv4Address);
  return (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + packet.protocol + length;
}

/**
 * Reads an IPv4 packet. Transport checksums are tested only where the capture holds the whole packet
 * (`captured` bytes may be fewer than the header claims).
 */
export function decodePacket(from: Uint8Array): Packet | WireFault {
  // The slices of a Buffer are views of it: whoever rewrote a packet would write into memory that is not its own.
  const bytes = from.constructor === Uint8Array ? from : new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
  if (bytes.length < 20) return 'truncated';
  if (bytes[0]! >> 4 !== 4) return 'not-ipv4';
  const headerLength = (bytes[0]! & 15) * 4;
  if (headerLength < 20) return 'bad-header-length';
  if (bytes.length < headerLength) return 'truncated';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const total = view.getUint16(2);
  if (total < headerLength) return 'bad-header-length';
  if (fold(internetSum(bytes.subarray(0, headerLength))) !== 0xffff) return 'bad-header-checksum';
  const fragment = view.getUint16(6);
  const packet = new Packet({
    src: ipv4FromBits(view.getUint32(12)),
    dst: ipv4FromBits(view.getUint32(16)),
    protocol: bytes[9]!,
    ttl: bytes[8]!,
    tos: bytes[1]!,
    id: view.getUint16(4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: fragment & 0x1fff,
    options: bytes.slice(20, headerLength),
  });
  const body = bytes.subarray(headerLength, Math.min(total, bytes.length));
  attachBody(packet, body, total - headerLength);
  return packet;
}

/**
 * Gives a packet its transport header and payload from the bytes behind the IP header. `length` is how many there were
 * on the wire; `body` may hold fewer.
 */
export function attachBody(packet: Packet, body: Uint8Array, length: number): void {
  const transport = packet.fragmentOffset === 0 ? decodeTransport(packet.protocol, body, length) : undefined;
  packet.transport = transport;
  const headerLength = transport === undefined ? 0 : transportLength(transport);
  packet.payload = body.slice(headerLength);
  packet.payloadLength = length - headerLength;
  packet.fragmentChecksum =
    transport !== undefined && packet.moreFragments ? storedChecksum(transport, body) : undefined;
  packet.badChecksum =
    transport !== undefined &&
    body.length === length &&
    !packet.moreFragments &&
    !checksumHolds(packet, transport, body);
}

function decodeTransport(protocol: number, body: Uint8Array, length: number): Transport | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  switch (protocol) {
    case PROTOCOL.tcp: {
      if (body.length < 20) return undefined;
      const dataOffset = body[12]! >> 4;
      const whole = dataOffset >= 5 && dataOffset * 4 <= Math.min(body.length, length);
      return {
        kind: 'tcp',
        sport: view.getUint16(0),
        dport: view.getUint16(2),
        seq: view.getUint32(4),
        ack: view.getUint32(8),
        flags: body[13]!,
        window: view.getUint16(14),
        urgent: view.getUint16(18),
        dataOffset,
        options: whole ? body.slice(20, dataOffset * 4) : new Uint8Array(0),
      };
    }
    case PROTOCOL.udp:
      if (body.length < 8) return undefined;
      return {
        kind: 'udp',
        sport: view.getUint16(0),
        dport: view.getUint16(2),
        length: view.getUint16(4),
        hasChecksum: view.getUint16(6) !== 0,
      };
    case PROTOCOL.icmp:
      if (body.length < 8) return undefined;
      return { kind: 'icmp', type: body[0]!, code: body[1]!, id: view.getUint16(4), seq: view.getUint16(6) };
    case PROTOCOL.sctp:
      if (body.length < 12) return undefined;
      return { kind: 'sctp', sport: view.getUint16(0), dport: view.getUint16(2), tag: view.getUint32(4) };
    default:
      return undefined;
  }
}

function storedChecksum(transport: Transport, body: Uint8Array): number {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const at = CHECKSUM_AT[transport.kind];
  return transport.kind === 'sctp' ? view.getUint32(at, true) : view.getUint16(at);
}

/**
 * Whether the checksum of a TCP or UDP packet is that of the pseudo header alone: so Linux leaves it where a network card
 * is to do the rest (`CHECKSUM_PARTIAL`). `body` is what follows the IP header.
 */
export function leavesChecksumToCard(packet: Packet, body: Uint8Array): boolean {
  const { transport } = packet;
  if (transport?.kind !== 'tcp' && transport?.kind !== 'udp') return false;
  return storedChecksum(transport, body) === fold(pseudoHeaderSum(packet, packet.length - packet.headerLength));
}

function checksumHolds(packet: Packet, transport: Transport, body: Uint8Array): boolean {
  if (transport.kind === 'sctp') {
    const copy = body.slice();
    const stored = new DataView(copy.buffer).getUint32(8, true);
    copy.fill(0, 8, 12);
    return crc32c(copy) === stored;
  }
  if (transport.kind === 'udp' && !transport.hasChecksum) return true;
  const start = transport.kind === 'icmp' ? 0 : pseudoHeaderSum(packet, body.length);
  return fold(internetSum(body, start)) === 0xffff;
}

import { type Ipv4Address, ipv4FromBits, ipv4ToBits } from '../address/ipv4.ts';
import { invariant } from '../invariant.ts';
import { crc32c, fold, internetSum } from './checksum.ts';
import { Packet } from './packet.ts';
import { PROTOCOL, type Transport, transportLength } from './transport.ts';

const NO_BYTES = new Uint8Array(0);

/** Why bytes are no packet that Linux would accept (`ip_rcv_core`). */
export type WireFault = 'truncated' | 'not-ipv4' | 'bad-header-length' | 'bad-header-checksum';

/**
 * The bytes of an IPv4 packet, at most `limit` of them, with correct checksums (a wrong transport checksum stays wrong).
 * Bytes beyond what the payload holds are zero.
 */
export function encodePacket(packet: Packet, limit: number = Number.POSITIVE_INFINITY): Uint8Array {
  invariant(packet.family === 'ipv4', 'only IPv4 packets are written as bytes');
  const total = packet.length;
  const { headerLength } = packet;
  const bytes = new Uint8Array(total);
  const fragment = (packet.dontFragment ? 0x4000 : 0) | (packet.moreFragments ? 0x2000 : 0) | packet.fragmentOffset;
  bytes[0] = 0x40 | (headerLength / 4);
  bytes[1] = packet.tos;
  write16(bytes, 2, total);
  write16(bytes, 4, packet.id);
  write16(bytes, 6, fragment);
  bytes[8] = packet.ttl;
  bytes[9] = packet.protocol;
  write32(bytes, 12, ipv4ToBits(packet.src as Ipv4Address));
  write32(bytes, 16, ipv4ToBits(packet.dst as Ipv4Address));
  if (headerLength > 20) bytes.set(packet.options, 20);
  write16(bytes, 10, ~fold(internetSum(bytes, 0, 0, headerLength)));
  writeBody(packet, bytes, headerLength);
  return total > limit ? bytes.slice(0, limit) : bytes;
}

/** Everything behind the IP header. */
export function encodeBody(packet: Packet): Uint8Array {
  const bytes = new Uint8Array(packet.length - packet.headerLength);
  writeBody(packet, bytes, 0);
  return bytes;
}

/** Writes transport header and payload behind `at`, up to the end of `bytes`. */
function writeBody(packet: Packet, bytes: Uint8Array, at: number): void {
  const { transport, payload } = packet;
  const start = at + (transport === undefined ? 0 : transportLength(transport));
  if (payload.length > 0)
    bytes.set(payload.length > packet.payloadLength ? payload.subarray(0, packet.payloadLength) : payload, start);
  if (transport === undefined) return;
  switch (transport.kind) {
    case 'tcp':
      write16(bytes, at, transport.sport);
      write16(bytes, at + 2, transport.dport);
      write32(bytes, at + 4, transport.seq);
      write32(bytes, at + 8, transport.ack);
      bytes[at + 12] = transport.dataOffset << 4;
      bytes[at + 13] = transport.flags;
      write16(bytes, at + 14, transport.window);
      write16(bytes, at + 18, transport.urgent);
      if (transport.options.length > 0) bytes.set(transport.options, at + 20);
      break;
    case 'udp':
      write16(bytes, at, transport.sport);
      write16(bytes, at + 2, transport.dport);
      write16(bytes, at + 4, transport.length);
      break;
    case 'icmp':
      bytes[at] = transport.type;
      bytes[at + 1] = transport.code;
      write16(bytes, at + 4, transport.id);
      write16(bytes, at + 6, transport.seq);
      break;
    case 'sctp':
      write16(bytes, at, transport.sport);
      write16(bytes, at + 2, transport.dport);
      write32(bytes, at + 4, transport.tag);
      break;
  }
  writeChecksum(packet, transport, bytes, at);
}

function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function read16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function read32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Where the checksum of a transport header stands. */
const CHECKSUM_AT = { tcp: 16, udp: 6, icmp: 2, sctp: 8 } as const;

function writeChecksum(packet: Packet, transport: Transport, bytes: Uint8Array, start: number): void {
  const at = start + CHECKSUM_AT[transport.kind];
  if (packet.moreFragments && packet.fragmentChecksum !== undefined) {
    if (transport.kind === 'sctp') writeLittle32(bytes, at, packet.fragmentChecksum);
    else write16(bytes, at, packet.fragmentChecksum);
    return;
  }
  if (transport.kind === 'sctp') {
    const sum = crc32c(bytes.subarray(start));
    writeLittle32(bytes, at, packet.badChecksum ? ~sum : sum);
    return;
  }
  if (transport.kind === 'udp' && !transport.hasChecksum) return;
  const pseudo = transport.kind === 'icmp' ? 0 : pseudoHeaderSum(packet, bytes.length - start);
  let sum = ~fold(internetSum(bytes, pseudo, start)) & 0xffff;
  if (packet.badChecksum) sum = (sum ^ 0x5555) & 0xffff;
  if (transport.kind === 'udp' && sum === 0) sum = 0xffff;
  write16(bytes, at, sum);
}

function writeLittle32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
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
  const total = read16(bytes, 2);
  if (total < headerLength) return 'bad-header-length';
  if (fold(internetSum(bytes, 0, 0, headerLength)) !== 0xffff) return 'bad-header-checksum';
  const fragment = read16(bytes, 6);
  const packet = new Packet({
    src: ipv4FromBits(read32(bytes, 12)),
    dst: ipv4FromBits(read32(bytes, 16)),
    protocol: bytes[9]!,
    ttl: bytes[8]!,
    tos: bytes[1]!,
    id: read16(bytes, 4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: fragment & 0x1fff,
    ...(headerLength > 20 ? { options: bytes.slice(20, headerLength) } : {}),
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
  packet.payload = body.length > headerLength ? body.slice(headerLength) : NO_BYTES;
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
  switch (protocol) {
    case PROTOCOL.tcp: {
      if (body.length < 20) return undefined;
      const dataOffset = body[12]! >> 4;
      const whole = dataOffset >= 5 && dataOffset * 4 <= Math.min(body.length, length);
      return {
        kind: 'tcp',
        sport: read16(body, 0),
        dport: read16(body, 2),
        seq: read32(body, 4),
        ack: read32(body, 8),
        flags: body[13]!,
        window: read16(body, 14),
        urgent: read16(body, 18),
        dataOffset,
        options: whole && dataOffset > 5 ? body.slice(20, dataOffset * 4) : NO_BYTES,
      };
    }
    case PROTOCOL.udp:
      if (body.length < 8) return undefined;
      return {
        kind: 'udp',
        sport: read16(body, 0),
        dport: read16(body, 2),
        length: read16(body, 4),
        hasChecksum: read16(body, 6) !== 0,
      };
    case PROTOCOL.icmp:
      if (body.length < 8) return undefined;
      return { kind: 'icmp', type: body[0]!, code: body[1]!, id: read16(body, 4), seq: read16(body, 6) };
    case PROTOCOL.sctp:
      if (body.length < 12) return undefined;
      return { kind: 'sctp', sport: read16(body, 0), dport: read16(body, 2), tag: read32(body, 4) };
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

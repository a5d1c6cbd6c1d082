import { type Ipv4Address, ipv4FromBits, ipv4ToBits } from '../address/ipv4.ts';
import { invariant } from '../invariant.ts';
import { crc32c, fold, internetSum } from './checksum.ts';
import { Packet } from './packet.ts';
import { NO_BYTES, PROTOCOL, type Transport, transportLength } from './transport.ts';

/** Why bytes are no packet that Linux would accept (`ip_rcv_core`). */
export type WireFault = 'truncated' | 'not-ipv4' | 'bad-header-length' | 'bad-header-checksum';

/**
 * The bytes of an IPv4 packet, at most `limit` of them, with correct checksums (a wrong transport checksum stays wrong).
 * Bytes beyond what the payload holds are zero.
 */
export function encodePacket(packet: Packet, limit: number = Number.POSITIVE_INFINITY): Uint8Array {
  const bytes = new Uint8Array(packet.length);
  writePacket(packet, bytes, 0);
  return bytes.length > limit ? bytes.slice(0, limit) : bytes;
}

/** Writes what {@link encodePacket} answers with at `at`. Precondition: there is room for `packet.length` bytes. */
export function writePacket(packet: Packet, bytes: Uint8Array, at: number): void {
  invariant(packet.family === 'ipv4', 'only IPv4 packets are written as bytes');
  const total = packet.length;
  const { headerLength } = packet;
  const fragment = (packet.dontFragment ? 0x4000 : 0) | (packet.moreFragments ? 0x2000 : 0) | packet.fragmentOffset;
  bytes[at] = 0x40 | (headerLength / 4);
  bytes[at + 1] = packet.tos;
  write16(bytes, at + 2, total);
  write16(bytes, at + 4, packet.id);
  write16(bytes, at + 6, fragment);
  bytes[at + 8] = packet.ttl;
  bytes[at + 9] = packet.protocol;
  write16(bytes, at + 10, 0);
  write32(bytes, at + 12, ipv4ToBits(packet.src as Ipv4Address));
  write32(bytes, at + 16, ipv4ToBits(packet.dst as Ipv4Address));
  if (headerLength > 20) bytes.set(packet.options, at + 20);
  write16(bytes, at + 10, ~fold(internetSum(bytes, 0, at, at + headerLength)));
  writeBody(packet, bytes, at + headerLength, at + total);
}

/** Everything behind the IP header. */
export function encodeBody(packet: Packet): Uint8Array {
  const bytes = new Uint8Array(packet.bodyLength);
  writeBody(packet, bytes, 0, bytes.length);
  return bytes;
}

/** Writes transport header and payload from `at` to `end`. */
function writeBody(packet: Packet, bytes: Uint8Array, at: number, end: number): void {
  const { transport, payload, payloadLength } = packet;
  const start = end - payloadLength;
  if (payload.length > payloadLength) bytes.set(payload.subarray(0, payloadLength), start);
  else {
    if (payload.length > 0) bytes.set(payload, start);
    if (payload.length < payloadLength) bytes.fill(0, start + payload.length, end);
  }
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
      write16(bytes, at + 16, 0);
      write16(bytes, at + 18, transport.urgent);
      if (transport.options.length > 0) bytes.set(transport.options, at + 20);
      break;
    case 'udp':
      write16(bytes, at, transport.sport);
      write16(bytes, at + 2, transport.dport);
      write16(bytes, at + 4, transport.length);
      write16(bytes, at + 6, 0);
      break;
    case 'icmp':
      bytes[at] = transport.type;
      bytes[at + 1] = transport.code;
      write16(bytes, at + 2, 0);
      write16(bytes, at + 4, transport.id);
      write16(bytes, at + 6, transport.seq);
      break;
    case 'sctp':
      write16(bytes, at, transport.sport);
      write16(bytes, at + 2, transport.dport);
      write32(bytes, at + 4, transport.tag);
      write32(bytes, at + 8, 0);
      break;
  }
  writeChecksum(packet, transport, bytes, at, end);
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

/** Precondition: the field of the checksum is zero, everything else from `start` to `end` is written. */
function writeChecksum(packet: Packet, transport: Transport, bytes: Uint8Array, start: number, end: number): void {
  const at = start + CHECKSUM_AT[transport.kind];
  if (packet.moreFragments && packet.fragmentChecksum !== undefined) {
    if (transport.kind === 'sctp') writeLittle32(bytes, at, packet.fragmentChecksum);
    else write16(bytes, at, packet.fragmentChecksum);
    return;
  }
  if (transport.kind === 'sctp') {
    const sum = crc32c(bytes.subarray(start, end));
    writeLittle32(bytes, at, sum ^ packet.checksumFault);
    return;
  }
  if (transport.kind === 'udp' && !transport.hasChecksum) return;
  const pseudo = transport.kind === 'icmp' ? 0 : pseudoHeaderSum(packet, end - start);
  const header = internetSum(bytes, pseudo, start, end - packet.payloadLength);
  let sum = ~fold(header + packet.payloadSum) & 0xffff;
  if (packet.checksumFault !== 0) sum = fold(sum + packet.checksumFault);
  if (transport.kind === 'udp' && sum === 0) sum = 0xffff;
  write16(bytes, at, sum);
}

function writeLittle32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function readLittle32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/**
 * What the addresses of a packet, a protocol and the length of its body add to a transport checksum, not folded.
 * @param protocol another one than the packet's, for whoever takes it for that
 */
export function pseudoHeaderSum(packet: Packet, length: number, protocol: number = packet.protocol): number {
  const source = ipv4ToBits(packet.src as Ipv4Address);
  const destination = ipv4ToBits(packet.dst as Ipv4Address);
  return (source >>> 16) + (source & 0xffff) + (destination >>> 16) + (destination & 0xffff) + protocol + length;
}

/**
 * Reads an IPv4 packet that begins at `at`. Transport checksums are tested only where the capture holds the whole packet
 * (`captured` bytes may be fewer than the header claims).
 *
 * The payload is a view of `from`, whose bytes must stay as they are while the packet lives. That of a fragment is a copy:
 * a host keeps fragments until they are complete, and shall not keep everything around them.
 */
export function decodePacket(from: Uint8Array, at = 0): Packet | WireFault {
  // The slices of a Buffer are views of it: whoever rewrote a packet would write into memory that is not its own.
  const bytes = from.constructor === Uint8Array ? from : new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
  const captured = bytes.length - at;
  if (captured < 20) return 'truncated';
  if (bytes[at]! >> 4 !== 4) return 'not-ipv4';
  const headerLength = (bytes[at]! & 15) * 4;
  if (headerLength < 20) return 'bad-header-length';
  if (captured < headerLength) return 'truncated';
  const total = read16(bytes, at + 2);
  if (total < headerLength) return 'bad-header-length';
  if (fold(internetSum(bytes, 0, at, at + headerLength)) !== 0xffff) return 'bad-header-checksum';
  const fragment = read16(bytes, at + 6);
  const packet = new Packet({
    src: ipv4FromBits(read32(bytes, at + 12)),
    dst: ipv4FromBits(read32(bytes, at + 16)),
    protocol: bytes[at + 9]!,
    ttl: bytes[at + 8]!,
    tos: bytes[at + 1]!,
    id: read16(bytes, at + 4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: fragment & 0x1fff,
    options: headerLength > 20 ? bytes.slice(at + 20, at + headerLength) : NO_BYTES,
  });
  const body = at + headerLength;
  const end = at + Math.min(total, captured);
  if (packet.isFragment) attachBody(packet, bytes.slice(body, end), total - headerLength);
  else readBody(packet, bytes, body, end, total - headerLength);
  return packet;
}

/**
 * Gives a packet its transport header and payload from the bytes behind the IP header. `length` is how many there were
 * on the wire; `body` may hold fewer. The payload is a view of it.
 */
export function attachBody(packet: Packet, body: Uint8Array, length: number): void {
  readBody(packet, body, 0, body.length, length);
}

/** The same from the bytes between `from` and `to`. */
function readBody(packet: Packet, bytes: Uint8Array, from: number, to: number, length: number): void {
  const transport = packet.fragmentOffset === 0 ? decodeTransport(packet.protocol, bytes, from, to, length) : undefined;
  const headerLength = transport === undefined ? 0 : transportLength(transport);
  packet.transport = transport;
  packet.payload = to - from > headerLength ? bytes.subarray(from + headerLength, to) : NO_BYTES;
  packet.payloadLength = length - headerLength;
  packet.fragmentChecksum =
    transport !== undefined && packet.moreFragments ? storedChecksum(transport, bytes, from) : undefined;
  packet.checksumFault =
    transport !== undefined && to - from === length && !packet.moreFragments
      ? checksumFault(packet, transport, bytes, from, to)
      : 0;
}

function decodeTransport(
  protocol: number,
  bytes: Uint8Array,
  at: number,
  end: number,
  length: number,
): Transport | undefined {
  const captured = end - at;
  switch (protocol) {
    case PROTOCOL.tcp: {
      if (captured < 20) return undefined;
      const dataOffset = bytes[at + 12]! >> 4;
      const whole = dataOffset >= 5 && dataOffset * 4 <= Math.min(captured, length);
      return {
        kind: 'tcp',
        sport: read16(bytes, at),
        dport: read16(bytes, at + 2),
        seq: read32(bytes, at + 4),
        ack: read32(bytes, at + 8),
        flags: bytes[at + 13]!,
        window: read16(bytes, at + 14),
        urgent: read16(bytes, at + 18),
        dataOffset,
        options: whole && dataOffset > 5 ? bytes.slice(at + 20, at + dataOffset * 4) : NO_BYTES,
      };
    }
    case PROTOCOL.udp:
      if (captured < 8) return undefined;
      return {
        kind: 'udp',
        sport: read16(bytes, at),
        dport: read16(bytes, at + 2),
        length: read16(bytes, at + 4),
        hasChecksum: read16(bytes, at + 6) !== 0,
      };
    case PROTOCOL.icmp:
      if (captured < 8) return undefined;
      return {
        kind: 'icmp',
        type: bytes[at]!,
        code: bytes[at + 1]!,
        id: read16(bytes, at + 4),
        seq: read16(bytes, at + 6),
      };
    case PROTOCOL.sctp:
      if (captured < 12) return undefined;
      return { kind: 'sctp', sport: read16(bytes, at), dport: read16(bytes, at + 2), tag: read32(bytes, at + 4) };
    default:
      return undefined;
  }
}

/** Precondition: the transport header begins at `at`, and all of it is there. */
function storedChecksum(transport: Transport, bytes: Uint8Array, at: number): number {
  const place = at + CHECKSUM_AT[transport.kind];
  return transport.kind === 'sctp' ? readLittle32(bytes, place) : read16(bytes, place);
}

/**
 * Whether the checksum of a TCP or UDP packet is that of the pseudo header alone: so Linux leaves it where a network card
 * is to do the rest (`CHECKSUM_PARTIAL`). What follows the IP header begins at `at`.
 */
export function leavesChecksumToCard(packet: Packet, bytes: Uint8Array, at: number): boolean {
  const { transport } = packet;
  if (transport?.kind !== 'tcp' && transport?.kind !== 'udp') return false;
  return storedChecksum(transport, bytes, at) === fold(pseudoHeaderSum(packet, packet.bodyLength));
}

/** What {@link Packet.checksumFault} says. Precondition: the packet's payload is that of the body between `from` and `to`. */
function checksumFault(packet: Packet, transport: Transport, bytes: Uint8Array, from: number, to: number): number {
  if (transport.kind === 'sctp') {
    const copy = bytes.slice(from, to);
    copy.fill(0, 8, 12);
    return crc32c(copy) ^ readLittle32(bytes, from + 8);
  }
  if (transport.kind === 'udp' && !transport.hasChecksum) return 0;
  const pseudo = transport.kind === 'icmp' ? 0 : pseudoHeaderSum(packet, to - from);
  // Right ones make the sum 0xffff, which is one of the two zeros.
  return fold(internetSum(bytes, pseudo, from, to - packet.payloadLength) + packet.payloadSum) % 0xffff;
}

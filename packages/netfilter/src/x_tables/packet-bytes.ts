import { encodePacket, type Packet } from '@chainwalk/core';

/** A packet's two ports. */
export interface Ports {
  readonly sport: number;
  readonly dport: number;
}

/**
 * The first four bytes behind the IP header read as ports, whatever the protocol; `undefined` if there are fewer.
 * Precondition: the packet is no later fragment.
 */
export function portBytes(packet: Packet): Ports | undefined {
  const transport = packet.transport;
  if (transport !== undefined) {
    if (transport.kind !== 'icmp') return transport;
    return { sport: (transport.type << 8) | transport.code, dport: 0 };
  }
  if (packet.payloadLength < 4) return undefined;
  const byte = (index: number): number => packet.payload[index] ?? 0;
  return { sport: (byte(0) << 8) | byte(1), dport: (byte(2) << 8) | byte(3) };
}

/** How far into a packet the kernel's string search and `u32` can see; nobody asks for more. */
const MOST = 0x10000;

/**
 * The packet as bytes, from the IP header on: at most `limit` of them. For matches that look anywhere; costs a copy.
 */
export function packetBytes(packet: Packet, limit: number = MOST): Uint8Array {
  return encodePacket(packet, limit);
}

/**
 * The bytes behind the IP header, for matches that read a header that {@link Packet.transport} does not hold:
 * `undefined` if there are fewer than `count`. Bytes beyond what the payload holds are zero.
 */
export function bodyBytes(packet: Packet, count: number): Uint8Array | undefined {
  if (packet.bodyLength < count) return undefined;
  if (packet.transport !== undefined) return packetBytes(packet).subarray(packet.headerLength);
  const bytes = new Uint8Array(packet.payloadLength);
  bytes.set(packet.payload.subarray(0, packet.payloadLength));
  return bytes;
}

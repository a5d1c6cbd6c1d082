import { macFromBytes } from '../address/mac.ts';
import type { LinkHeader, Packet, PacketType } from '../packet/packet.ts';
import { decodePacket, type WireFault } from '../packet/wire.ts';
import { LINKTYPE } from './captured-packet.ts';

/** Why a captured frame is no packet for an IPv4 host. */
export type FrameFault = WireFault | 'unknown-link-type' | 'not-ip';

const ETHERTYPE_IPV4 = 0x0800;
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8]);
/** `pkt_type` of Linux cooked headers. */
const COOKED_TYPES: readonly PacketType[] = ['host', 'broadcast', 'multicast', 'otherhost', 'outgoing'];

/** The IPv4 packet in a captured frame, with what its link header said. */
export function decodeFrame(bytes: Uint8Array, linkType: number): Packet | FrameFault {
  switch (linkType) {
    case LINKTYPE.raw:
    case LINKTYPE.ipv4:
    case 12:
    case 14:
      return decodePacket(bytes);
    case LINKTYPE.null:
      // The family in the byte order of whoever captured; 2 is IPv4 everywhere.
      if (bytes.length < 4) return 'truncated';
      return bytes[0] === 2 || bytes[3] === 2 ? decodePacket(bytes.subarray(4)) : 'not-ip';
    case LINKTYPE.ethernet:
      return ethernet(bytes);
    case LINKTYPE.linuxSll:
      return cooked(bytes, { length: 16, protocolAt: 14, typeAt: 1 });
    case LINKTYPE.linuxSll2:
      return cooked(bytes, { length: 20, protocolAt: 0, typeAt: 10 });
    default:
      return 'unknown-link-type';
  }
}

function ethernet(bytes: Uint8Array): Packet | FrameFault {
  if (bytes.length < 14) return 'truncated';
  let at = 12;
  let type = (bytes[at]! << 8) | bytes[at + 1]!;
  while (VLAN_TAGS.has(type)) {
    at += 4;
    if (bytes.length < at + 2) return 'truncated';
    type = (bytes[at]! << 8) | bytes[at + 1]!;
  }
  if (type !== ETHERTYPE_IPV4) return 'not-ip';
  const packet = decodePacket(bytes.subarray(at + 2));
  if (typeof packet === 'string') return packet;
  const link: LinkHeader = {
    destination: macFromBytes(bytes.subarray(0, 6)),
    source: macFromBytes(bytes.subarray(6, 12)),
    type,
  };
  packet.link = link;
  if (bytes.subarray(0, 6).every((byte) => byte === 255)) packet.packetType = 'broadcast';
  else if ((bytes[0]! & 1) !== 0) packet.packetType = 'multicast';
  return packet;
}

/** Linux cooked headers of both versions: where the protocol and the packet type stand. */
function cooked(
  bytes: Uint8Array,
  { length, protocolAt, typeAt }: { length: number; protocolAt: number; typeAt: number },
): Packet | FrameFault {
  if (bytes.length < length) return 'truncated';
  if (((bytes[protocolAt]! << 8) | bytes[protocolAt + 1]!) !== ETHERTYPE_IPV4) return 'not-ip';
  const packet = decodePacket(bytes.subarray(length));
  if (typeof packet === 'string') return packet;
  packet.packetType = COOKED_TYPES[bytes[typeAt]!] ?? 'host';
  return packet;
}

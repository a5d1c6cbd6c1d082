import { type MacAddress, macFromBits } from '../address/mac.ts';
import type { LinkHeader, Packet, PacketType } from '../packet/packet.ts';
import { decodePacket, leavesChecksumToCard, type WireFault } from '../packet/wire.ts';
import { LINKTYPE } from './captured-packet.ts';

/** Why a captured frame is no packet for an IPv4 host. */
export type FrameFault = WireFault | 'unknown-link-type' | 'not-ip';

const ETHERTYPE_IPV4 = 0x0800;
const VLAN_TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8]);
/** `pkt_type` of Linux cooked headers. */
const COOKED_TYPES: readonly PacketType[] = ['host', 'broadcast', 'multicast', 'otherhost', 'outgoing'];

/** The header of an Ethernet frame. Few look at the addresses, so they become text when somebody does. */
class EthernetHeader implements LinkHeader {
  readonly #destination: number;
  readonly #source: number;
  readonly type = ETHERTYPE_IPV4;

  /** Addresses as 48 bits, first byte highest. */
  constructor(destination: number, source: number) {
    this.#destination = destination;
    this.#source = source;
  }

  get destination(): MacAddress {
    return macFromBits(this.#destination);
  }

  get source(): MacAddress {
    return macFromBits(this.#source);
  }

  get isBroadcast(): boolean {
    return this.#destination === 0xffff_ffff_ffff;
  }
}

/** Where the IPv4 packet begins in a captured frame. */
export function packetOffset(bytes: Uint8Array, linkType: number): number | FrameFault {
  switch (linkType) {
    case LINKTYPE.raw:
    case LINKTYPE.ipv4:
    case 12:
    case 14:
      return 0;
    case LINKTYPE.null:
      // The family in the byte order of whoever captured; 2 is IPv4 everywhere.
      if (bytes.length < 4) return 'truncated';
      return bytes[0] === 2 || bytes[3] === 2 ? 4 : 'not-ip';
    case LINKTYPE.ethernet:
      return behindEtherType(bytes, 12);
    case LINKTYPE.linuxSll:
      return bytes.length < 16 ? 'truncated' : typeAt(bytes, 14) === ETHERTYPE_IPV4 ? 16 : 'not-ip';
    case LINKTYPE.linuxSll2:
      return bytes.length < 20 ? 'truncated' : typeAt(bytes, 0) === ETHERTYPE_IPV4 ? 20 : 'not-ip';
    default:
      return 'unknown-link-type';
  }
}

/** Number of the interface that a frame crossed, where its own link header says so (`tcpdump -i any`). */
export function frameInterface(bytes: Uint8Array, linkType: number): number | undefined {
  if (linkType !== LINKTYPE.linuxSll2 || bytes.length < 8) return undefined;
  return ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0;
}

/**
 * The IPv4 packet in a captured frame, with what its link header said. Its payload is a view of the frame, whose bytes must
 * stay as they are ({@link decodePacket}). A transport checksum that its sender left to the
 * card holds: between virtual devices no card ever fills it in, and Linux knows that it need not look.
 */
export function decodeFrame(bytes: Uint8Array, linkType: number): Packet | FrameFault {
  const offset = packetOffset(bytes, linkType);
  if (typeof offset === 'string') return offset;
  const packet = decodePacket(bytes, offset);
  if (typeof packet === 'string') return packet;
  if (packet.badChecksum && leavesChecksumToCard(packet, bytes, offset + packet.headerLength)) packet.checksumFault = 0;
  if (linkType === LINKTYPE.ethernet) {
    const link = new EthernetHeader(bits48(bytes, 0), bits48(bytes, 6));
    packet.link = link;
    if (link.isBroadcast) packet.packetType = 'broadcast';
    else if ((bytes[0]! & 1) !== 0) packet.packetType = 'multicast';
  } else if (linkType === LINKTYPE.linuxSll) packet.packetType = COOKED_TYPES[bytes[1]!] ?? 'host';
  else if (linkType === LINKTYPE.linuxSll2) packet.packetType = COOKED_TYPES[bytes[10]!] ?? 'host';
  return packet;
}

/** An IPv4 packet behind a cooked header (LINKTYPE_LINUX_SLL2), as a capture of all devices of a host holds it. */
export function cookedFrame(packet: Uint8Array, interfaceIndex: number, type: PacketType = 'host'): Uint8Array {
  const bytes = new Uint8Array(20 + packet.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, ETHERTYPE_IPV4);
  view.setUint32(4, interfaceIndex);
  // ARPHRD_NONE: the links have no addresses.
  view.setUint16(8, 0xfffe);
  bytes[10] = Math.max(0, COOKED_TYPES.indexOf(type));
  bytes.set(packet, 20);
  return bytes;
}

/** Behind the EtherType at `at`, past any VLAN tags. */
function behindEtherType(bytes: Uint8Array, at: number): number | FrameFault {
  for (let place = at; bytes.length >= place + 2; place += 4) {
    const type = typeAt(bytes, place);
    if (type === ETHERTYPE_IPV4) return place + 2;
    if (!VLAN_TAGS.has(type)) return 'not-ip';
  }
  return 'truncated';
}

/** Six bytes as a number, first byte highest. */
function bits48(bytes: Uint8Array, at: number): number {
  const low = (bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!;
  return typeAt(bytes, at) * 0x1_0000_0000 + (low >>> 0);
}

function typeAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

import { encodeUtf8 } from '../utf8.ts';
import type { CaptureTime } from './captured-packet.ts';
import { LINKTYPE } from './captured-packet.ts';
import { PacketBlocks } from './packet-blocks.ts';

/** What a writer needs to know of a packet. */
export interface PacketToWrite {
  readonly time: CaptureTime;
  readonly bytes: Uint8Array;
  /** Default: all of it was captured. */
  readonly originalLength?: number;
}

const SNAP_LENGTH = 262_144;

/** The header of a pcap file with nanosecond times, little-endian. */
export function pcapHeader(linkType: number = LINKTYPE.ipv4): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b23c4d, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, SNAP_LENGTH, true);
  view.setUint32(20, linkType, true);
  return bytes;
}

/** One packet of such a file. */
export function pcapRecord(packet: PacketToWrite): Uint8Array {
  const bytes = new Uint8Array(16 + packet.bytes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, packet.time.seconds, true);
  view.setUint32(4, packet.time.nanoseconds, true);
  view.setUint32(8, packet.bytes.length, true);
  view.setUint32(12, packet.originalLength ?? packet.bytes.length, true);
  bytes.set(packet.bytes, 16);
  return bytes;
}

/** An interface of a pcapng file. */
export interface InterfaceToWrite {
  readonly name: string;
  /** Default LINKTYPE_IPV4: several interfaces of LINKTYPE_RAW make tcpdump give up. */
  readonly linkType?: number;
}

/** The beginning of a pcapng file: the section and its interfaces, which packets then name by number. */
export function pcapngHeader(interfaces: readonly InterfaceToWrite[], application = 'chainwalk'): Uint8Array {
  const section = new Uint8Array(16);
  const view = new DataView(section.buffer);
  view.setUint32(0, 0x1a2b3c4d, true);
  view.setUint16(4, 1, true);
  view.setUint32(8, 0xffffffff, true);
  view.setUint32(12, 0xffffffff, true);
  return concatenated([
    block(0x0a0d0d0a, section, [{ code: 4, value: encodeUtf8(application) }]),
    ...interfaces.map(({ name, linkType }) => {
      const body = new Uint8Array(8);
      const fields = new DataView(body.buffer);
      fields.setUint16(0, linkType ?? LINKTYPE.ipv4, true);
      fields.setUint32(4, SNAP_LENGTH, true);
      // if_tsresol 9: times are nanoseconds.
      return block(1, body, [
        { code: 2, value: encodeUtf8(name) },
        { code: 9, value: Uint8Array.of(9) },
      ]);
    }),
  ]);
}

/**
 * One packet of such a file, with a comment that tcpdump and Wireshark show. Whoever writes many takes
 * {@link PacketBlocks}.
 */
export function pcapngPacket(
  packet: PacketToWrite & { readonly interfaceId: number; readonly comment?: string | undefined },
): Uint8Array {
  const { time, interfaceId, bytes } = packet;
  const comment = packet.comment === undefined ? undefined : encodeUtf8(packet.comment);
  const blocks = new PacketBlocks(64 + bytes.length + (comment?.length ?? 0));
  blocks.addBytes(time, interfaceId, bytes, packet.originalLength ?? bytes.length, comment);
  return blocks.bytes;
}

function block(type: number, body: Uint8Array, options: readonly { code: number; value: Uint8Array }[]): Uint8Array {
  const optionBytes =
    options.length === 0 ? 0 : options.reduce((sum, { value }) => sum + 4 + ((value.length + 3) & ~3), 4);
  const bytes = new Uint8Array(12 + body.length + optionBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  let at = 8 + body.length;
  for (const { code, value } of options) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + ((value.length + 3) & ~3);
  }
  view.setUint32(bytes.length - 4, bytes.length, true);
  return bytes;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

import { type Device, encodePacket, macBytes, Packet } from '@chainwalk/core';
import { transportText } from './packet-text.ts';

/** What a log line shows beyond the usual, bits of one number (`NF_LOG_*`). */
export const LogFlag = {
  TCP_SEQUENCE: 1,
  TCP_OPTIONS: 2,
  IP_OPTIONS: 4,
  UID: 8,
  MAC_DECODE: 32,
} as const;

/** What lines show that no rule has options for (`NF_LOG_DEFAULT_MASK`): TRACE, and conntrack's INVALID. */
export const DEFAULT_LOG_FLAGS = 15;

/** Where a packet is when it is logged: a rule's `ActionParam`, or a hook's `HookState`. */
export interface LogPlace {
  readonly inDevice: Device | undefined;
  readonly outDevice: Device | undefined;
}

/** Payload bytes that a line can depend on: all headers with their options, and those of a quoted packet. */
const BYTES_SHOWN = 256;

/**
 * The line that Linux writes about an IPv4 packet, with the blank at its end and without a newline:
 * `PREFIXIN=eth0 OUT= MAC= SRC=10.0.0.1 DST=10.0.0.2 LEN=40 ...`.
 *
 * Kernel: `nf_log_ip_packet` of `net/netfilter/nf_log_syslog.c`.
 */
export function packetLine(packet: Packet, place: LogPlace, prefix: string, flags: number): string {
  const { inDevice, outDevice } = place;
  let line = `${prefix}IN=${inDevice?.name ?? ''} OUT=${outDevice?.name ?? ''} `;
  if (inDevice !== undefined) line += linkText(packet, inDevice, flags);
  const { text, cut } = transportText(headOf(packet), packet.length, flags);
  line += text;
  if (cut) return line;
  const socket = packet.socket;
  if ((flags & LogFlag.UID) !== 0 && socket?.uid !== undefined)
    line += `UID=${socket.uid} GID=${socket.gid ?? socket.uid} `;
  return packet.mark === 0 ? line : `${line}MARK=0x${packet.mark.toString(16)} `;
}

/** The first bytes of a packet; its true length is not in them. */
function headOf(packet: Packet): Uint8Array {
  if (packet.payloadLength <= BYTES_SHOWN) return encodePacket(packet);
  return encodePacket(
    new Packet({ ...fieldsOf(packet), payload: packet.payload.subarray(0, BYTES_SHOWN), payloadLength: BYTES_SHOWN }),
  );
}

function fieldsOf(packet: Packet): ConstructorParameters<typeof Packet>[0] {
  const { src, dst, protocol, ttl, tos, id, dontFragment, moreFragments, fragmentOffset, options, transport } = packet;
  return { src, dst, protocol, ttl, tos, id, dontFragment, moreFragments, fragmentOffset, options, transport };
}

/** The link-layer header; `lo` has one too, of zeros, and layer-3 links have none. */
function linkText({ link }: Packet, inDevice: Device, flags: number): string {
  if (link === undefined) return inDevice.kind === 'loopback' ? `MAC=${'00:'.repeat(12)}08:00 ` : 'MAC= ';
  const type = link.type.toString(16).padStart(4, '0');
  if ((flags & LogFlag.MAC_DECODE) !== 0) return `MACSRC=${link.source} MACDST=${link.destination} MACPROTO=${type} `;
  const bytes = [...macBytes(link.destination), ...macBytes(link.source)].map((byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return `MAC=${bytes.join(':')}:${type.slice(0, 2)}:${type.slice(2)} `;
}

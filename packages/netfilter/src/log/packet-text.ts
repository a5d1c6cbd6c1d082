import { formatIpv4, ipv4FromBits, PROTOCOL } from '@chainwalk/core';

/**
 * The part of a log line that describes the IP header and what is behind it (`dump_ipv4_packet`): `SRC=... PROTO=TCP
 * SPT=...`. It works on bytes, because a quoted packet is nothing else.
 */
export interface PacketText {
  readonly text: string;
  /** Linux gave up on a header that was not all there, and writes nothing more about the packet. */
  readonly cut: boolean;
}

/** Bits of `LogFlag`. */
const TCP_SEQUENCE = 1;
const TCP_OPTIONS = 2;
const IP_OPTIONS = 4;

/** How many bytes an ICMP message must have by its type; other types are not tested. */
const ICMP_LENGTHS: ReadonlyMap<number, number> = new Map([
  [0, 4],
  [3, 28],
  [4, 28],
  [5, 28],
  [8, 4],
  [11, 28],
  [12, 28],
  [13, 20],
  [14, 20],
  [17, 12],
  [18, 12],
]);

/** The flags of a TCP header in the order in which lines name them. */
const TCP_FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x80, 'CWR'],
  [0x40, 'ECE'],
  [0x20, 'URG'],
  [0x10, 'ACK'],
  [0x08, 'PSH'],
  [0x04, 'RST'],
  [0x02, 'SYN'],
  [0x01, 'FIN'],
];

/**
 * Describes the packet whose first bytes are `bytes`, and which is `length` bytes long in truth. `start` is where it
 * begins: 0, or behind the ICMP header that quotes it.
 */
export function transportText(bytes: Uint8Array, length: number, flags: number, start = 0): PacketText {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (length < start + 20) return { text: 'TRUNCATED', cut: true };
  const headerLength = (view.getUint8(start) & 15) * 4;
  let text = `SRC=${addressAt(view, start + 12)} DST=${addressAt(view, start + 16)} `;
  const tos = view.getUint8(start + 1);
  const totalLength = start === 0 ? length : view.getUint16(start + 2);
  text += `LEN=${totalLength} TOS=${hexByte(tos & 0x1e)} PREC=${hexByte(tos & 0xe0)} `;
  text += `TTL=${view.getUint8(start + 8)} ID=${view.getUint16(start + 4)} `;
  const fragment = view.getUint16(start + 6);
  const offset = fragment & 0x1fff;
  if ((fragment & 0x8000) !== 0) text += 'CE ';
  if ((fragment & 0x4000) !== 0) text += 'DF ';
  if ((fragment & 0x2000) !== 0) text += 'MF ';
  if (offset !== 0) text += `FRAG:${offset} `;
  if ((flags & IP_OPTIONS) !== 0 && headerLength > 20) {
    if (length < start + headerLength) return { text: `${text}TRUNCATED`, cut: true };
    text += `OPT (${hexBytes(bytes, start + 20, headerLength - 20)}) `;
  }
  const at = start + headerLength;
  const inner: Inner = {
    bytes,
    view,
    at,
    length,
    left: length - at,
    flags,
    isQuoted: start > 0,
    isLater: offset !== 0,
  };
  const behind = describeProtocol(view.getUint8(start + 9), inner);
  return { text: text + behind.text, cut: behind.cut };
}

/** What stands behind an IP header. */
interface Inner {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where it begins. */
  readonly at: number;
  /** Length of the whole, and of what is left from `at` on. */
  readonly length: number;
  readonly left: number;
  readonly flags: number;
  readonly isQuoted: boolean;
  /** Part of a later fragment: no header here. */
  readonly isLater: boolean;
}

function describeProtocol(protocol: number, inner: Inner): PacketText {
  switch (protocol) {
    case PROTOCOL.tcp:
      return tcpText(inner);
    case PROTOCOL.udp:
      return udpText('UDP', inner);
    case PROTOCOL.udplite:
      return udpText('UDPLITE', inner);
    case PROTOCOL.icmp:
      return whole(icmpText(inner));
    case PROTOCOL.ah:
      // A later fragment of AH is not even named.
      return whole(inner.isLater ? '' : `PROTO=AH ${spiText(inner, 12, 4)}`);
    case PROTOCOL.esp:
      return whole(`PROTO=ESP ${inner.isLater ? '' : spiText(inner, 8, 0)}`);
    default:
      return whole(`PROTO=${protocol} `);
  }
}

function tcpText({ bytes, view, at, left, flags, isLater }: Inner): PacketText {
  if (isLater) return whole('PROTO=TCP ');
  if (left < 20) return { text: `PROTO=TCP ${incomplete(left)}`, cut: true };
  let text = `PROTO=TCP SPT=${view.getUint16(at)} DPT=${view.getUint16(at + 2)} `;
  if ((flags & TCP_SEQUENCE) !== 0) text += `SEQ=${view.getUint32(at + 4)} ACK=${view.getUint32(at + 8)} `;
  text += `WINDOW=${view.getUint16(at + 14)} RES=0x${((view.getUint8(at + 12) & 15) << 2).toString(16).padStart(2, '0')} `;
  const set = view.getUint8(at + 13);
  for (const [bit, name] of TCP_FLAGS) if ((set & bit) !== 0) text += `${name} `;
  text += `URGP=${view.getUint16(at + 18)} `;
  const optionLength = (view.getUint8(at + 12) >> 4) * 4 - 20;
  if ((flags & TCP_OPTIONS) === 0 || optionLength <= 0) return whole(text);
  if (left < 20 + optionLength) return { text: `${text}OPT (TRUNCATED)`, cut: true };
  return whole(`${text}OPT (${hexBytes(bytes, at + 20, optionLength)}) `);
}

function udpText(name: string, { view, at, left, isLater }: Inner): PacketText {
  if (isLater) return whole(`PROTO=${name} `);
  if (left < 8) return { text: `PROTO=${name} ${incomplete(left)}`, cut: true };
  return whole(`PROTO=${name} SPT=${view.getUint16(at)} DPT=${view.getUint16(at + 2)} LEN=${view.getUint16(at + 4)} `);
}

function icmpText({ bytes, view, at, length, left, flags, isQuoted, isLater }: Inner): string {
  if (isLater) return 'PROTO=ICMP ';
  if (left < 8) return `PROTO=ICMP ${incomplete(left)}`;
  const type = view.getUint8(at);
  const code = view.getUint8(at + 1);
  let text = `PROTO=ICMP TYPE=${type} CODE=${code} `;
  if (left < (ICMP_LENGTHS.get(type) ?? 0)) return text + incomplete(left);
  switch (type) {
    case 0:
    case 8:
      return `${text}ID=${view.getUint16(at + 4)} SEQ=${view.getUint16(at + 6)} `;
    case 12:
      return `${text}PARAMETER=${view.getUint8(at + 4)} `;
    case 3:
    case 4:
    case 5:
    case 11:
      if (type === 5) text += `GATEWAY=${addressAt(view, at + 4)} `;
      // A quote inside a quote is not looked into.
      if (!isQuoted) text += `[${transportText(bytes, length, flags, at + 8).text}] `;
      return type === 3 && code === 4 ? `${text}MTU=${view.getUint16(at + 6)} ` : text;
    default:
      return text;
  }
}

/** The security parameter index at `where` of a header of `size` bytes. */
function spiText({ view, at, left }: Inner, size: number, where: number): string {
  return left < size ? incomplete(left) : `SPI=0x${view.getUint32(at + where).toString(16)} `;
}

function whole(text: string): PacketText {
  return { text, cut: false };
}

/** What is left may be less than nothing where a quoted header claims to be longer; Linux prints it without a sign. */
function incomplete(left: number): string {
  return `INCOMPLETE [${left >>> 0} bytes] `;
}

function addressAt(view: DataView, at: number): string {
  return formatIpv4(ipv4FromBits(view.getUint32(at)));
}

function hexByte(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(2, '0')}`;
}

function hexBytes(bytes: Uint8Array, from: number, count: number): string {
  return Array.from(bytes.subarray(from, from + count), (byte) =>
    byte.toString(16).toUpperCase().padStart(2, '0'),
  ).join('');
}

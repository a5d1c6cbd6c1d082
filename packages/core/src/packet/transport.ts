/** The transport headers that chainwalk reads and writes field by field; any other protocol's bytes are payload. */

/** IANA protocol numbers by the names that iptables and the scenario format use. */
export const PROTOCOL = {
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  pim: 103,
  sctp: 132,
  udplite: 136,
} as const;

/** The eight TCP flags as bits of byte 13 of the header. */
export const TCP_FLAG = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 } as const;

export interface TcpHeader {
  readonly kind: 'tcp';
  sport: number;
  dport: number;
  /** Unsigned 32 bits. */
  seq: number;
  /** Unsigned 32 bits. */
  ack: number;
  /** Bits of {@link TCP_FLAG}. */
  flags: number;
  /** As on the wire, before any scaling. */
  window: number;
  urgent: number;
  /**
   * Header length in 32-bit words as the sender wrote it. Normally 5 + options.length / 4; any other value is a
   * malformed header, which conntrack calls INVALID, with `options` empty and everything after 20 bytes in the payload.
   */
  dataOffset: number;
  /** Raw option bytes, a multiple of four. */
  options: Uint8Array;
}

export interface UdpHeader {
  readonly kind: 'udp';
  sport: number;
  dport: number;
  /** The length field as the sender wrote it; normally 8 + payload. */
  length: number;
  /** False when the sender left the checksum field 0. */
  hasChecksum: boolean;
}

export interface IcmpHeader {
  readonly kind: 'icmp';
  type: number;
  code: number;
  /** Upper half of the second word: the identifier of queries. */
  id: number;
  /** Lower half of the second word: the sequence number of queries, the MTU of "fragmentation needed". */
  seq: number;
}

export interface SctpHeader {
  readonly kind: 'sctp';
  sport: number;
  dport: number;
  /** Verification tag; the chunks follow in the payload. */
  tag: number;
}

export type Transport = TcpHeader | UdpHeader | IcmpHeader | SctpHeader;

/** The options and the payload of most packets. */
export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** A TCP header; every field has a usual default. */
export function tcpHeader(fields: Partial<Omit<TcpHeader, 'kind'>>): TcpHeader {
  const options = fields.options ?? NO_BYTES;
  return {
    kind: 'tcp',
    sport: fields.sport ?? 0,
    dport: fields.dport ?? 0,
    seq: fields.seq ?? 0,
    ack: fields.ack ?? 0,
    flags: fields.flags ?? 0,
    window: fields.window ?? 65535,
    urgent: fields.urgent ?? 0,
    dataOffset: fields.dataOffset ?? 5 + options.length / 4,
    options,
  };
}

/** A UDP header for a payload of `payloadLength` bytes, with a checksum. */
export function udpHeader(sport: number, dport: number, payloadLength: number): UdpHeader {
  return { kind: 'udp', sport, dport, length: 8 + payloadLength, hasChecksum: true };
}

/** An ICMP header. */
export function icmpHeader(type: number, code: number, id = 0, seq = 0): IcmpHeader {
  return { kind: 'icmp', type, code, id, seq };
}

/** An SCTP common header. */
export function sctpHeader(sport: number, dport: number, tag = 0): SctpHeader {
  return { kind: 'sctp', sport, dport, tag };
}

/** Bytes that the header takes on the wire. */
export function transportLength(transport: Transport): number {
  switch (transport.kind) {
    case 'tcp':
      return transport.options === NO_BYTES ? 20 : 20 + transport.options.length;
    case 'sctp':
      return 12;
    default:
      return 8;
  }
}

/** A copy that shares no mutable state (option bytes are never written in place). */
export function cloneTransport(transport: Transport): Transport {
  return { ...transport };
}

/** `FIN SYN RST PSH ACK URG ECE CWR` as the letters F S R P A U E C, in that order. */
export function formatTcpFlags(flags: number): string {
  let text = '';
  for (let bit = 0; bit < 8; bit++) if ((flags & (1 << bit)) !== 0) text += 'FSRPAUEC'.charAt(bit);
  return text;
}

/** The inverse of {@link formatTcpFlags}, in any order; `undefined` for any other letter. */
export function parseTcpFlags(text: string): number | undefined {
  let flags = 0;
  for (const letter of text) {
    const bit = 'FSRPAUEC'.indexOf(letter);
    if (bit < 0) return undefined;
    flags |= 1 << bit;
  }
  return flags;
}

/** ICMP types that report an error and quote the packet at fault (`icmp_pointers[].error` in Linux). */
export function isIcmpError(type: number): boolean {
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}

import { type Ipv4Address, ipv4FromBits, ipv4ToBits } from '../address/ipv4.ts';
import { crc32c, fold, internetSum } from './checksum.ts';
import type { Packet } from './packet.ts';
import { PROTOCOL } from './transport.ts';
import { encodePacket } from './wire.ts';

/** Bytes of headers that have to be quoted for their checksum to be corrected. */
const DCCP_HEADER = 12;
const SCTP_HEADER = 12;

/** The bytes that an ICMP error quotes: the offending packet from its IP header on, at most `room` bytes. */
export function encodeQuote(offender: Packet, room: number): Uint8Array {
  const bytes = encodePacket(offender, room);
  const stale = offender.optionMarks?.stale ?? 0;
  if (stale !== 0) {
    const sum = fold(((bytes[10]! << 8) | bytes[11]!) + stale);
    bytes[10] = sum >>> 8;
    bytes[11] = sum & 255;
  }
  return bytes;
}

/**
 * The packet that an ICMP error quotes, read and rewritten in place of the bytes (a packet's payload is shared, so
 * {@link Quote.detach} first copies them). Checksums follow each change as NAT does it: the IP header's always, UDP's
 * and UDP-Lite's always, TCP's, DCCP's and ICMP's only where the quote holds the whole header.
 */
export class Quote {
  #bytes: Uint8Array;
  readonly headerLength: number;

  private constructor(bytes: Uint8Array, headerLength: number) {
    this.#bytes = bytes;
    this.headerLength = headerLength;
  }

  /**
   * The quote in the payload of an ICMP error; `undefined` if it is no IPv4 header with `behind` bytes behind it, which
   * may depend on the protocol. Eight are what every router must quote, if the packet had as many.
   */
  static of(payload: Uint8Array, behind: number | ((protocol: number) => number) = 8): Quote | undefined {
    if (payload.length < 20 || payload[0]! >> 4 !== 4) return undefined;
    const headerLength = (payload[0]! & 15) * 4;
    const needed = typeof behind === 'number' ? behind : behind(payload[9]!);
    if (headerLength < 20 || payload.length < headerLength + needed) return undefined;
    return new Quote(payload, headerLength);
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get src(): Ipv4Address {
    return ipv4FromBits(this.#u32(12));
  }

  get dst(): Ipv4Address {
    return ipv4FromBits(this.#u32(16));
  }

  get protocol(): number {
    return this.#bytes[9]!;
  }

  get ttl(): number {
    return this.#bytes[8]!;
  }

  get tos(): number {
    return this.#bytes[1]!;
  }

  /** The total length that the quoted header claims. */
  get length(): number {
    return this.#u16(2);
  }

  /** In units of eight bytes. */
  get fragmentOffset(): number {
    return this.#u16(6) & 0x1fff;
  }

  /** The first and second 16 bits behind the IP header: ports, where the protocol has any. */
  get sport(): number {
    return this.#u16(this.headerLength);
  }

  get dport(): number {
    return this.#u16(this.headerLength + 2);
  }

  /** How many bytes behind the IP header are quoted. */
  get behind(): number {
    return this.#bytes.length - this.headerLength;
  }

  /** Flags and version, protocol and PPTP call of a quoted GRE packet. */
  get greFlags(): number {
    return this.#u16(this.headerLength);
  }

  get greProtocol(): number {
    return this.#u16(this.headerLength + 2);
  }

  get greCall(): number {
    return this.#u16(this.headerLength + 6);
  }

  /** ICMP type, code, identifier of a quoted ICMP packet. */
  get icmpType(): number {
    return this.#bytes[this.headerLength]!;
  }

  get icmpCode(): number {
    return this.#bytes[this.headerLength + 1]!;
  }

  get icmpId(): number {
    return this.#u16(this.headerLength + 4);
  }

  get icmpSeq(): number {
    return this.#u16(this.headerLength + 6);
  }

  /** Copies the bytes, so that changes reach nobody else; answers the copy for the packet to carry. */
  detach(): Uint8Array {
    this.#bytes = this.#bytes.slice();
    return this.#bytes;
  }

  setSource(address: Ipv4Address): void {
    this.#setAddress(12, address);
  }

  setDestination(address: Ipv4Address): void {
    this.#setAddress(16, address);
  }

  setSourcePort(port: number): void {
    this.#setTransport16(this.headerLength, port);
  }

  setDestinationPort(port: number): void {
    this.#setTransport16(this.headerLength + 2, port);
  }

  setGreCall(call: number): void {
    this.#write16(this.headerLength + 6, call);
  }

  /** Computes the checksum of SCTP anew, over as much as is quoted; without the whole header there is none. */
  renewSctpChecksum(): void {
    const at = this.headerLength;
    if (this.protocol !== PROTOCOL.sctp || this.#bytes.length < at + SCTP_HEADER) return;
    this.#bytes.fill(0, at + 8, at + 12);
    const sum = crc32c(this.#bytes.subarray(at));
    this.#bytes.set([sum & 255, (sum >>> 8) & 255, (sum >>> 16) & 255, sum >>> 24], at + 8);
  }

  setIcmpId(id: number): void {
    this.#setTransport16(this.headerLength + 4, id);
  }

  #u16(at: number): number {
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
  }

  #u32(at: number): number {
    return this.#u16(at) * 65536 + this.#u16(at + 2);
  }

  #setAddress(at: number, address: Ipv4Address): void {
    const bits = ipv4ToBits(address);
    this.#set16(at, bits >>> 16, true);
    this.#set16(at + 2, bits & 0xffff, true);
  }

  #set16(at: number, value: number, inPseudoHeader: boolean): void {
    const old = this.#u16(at);
    if (old === value) return;
    this.#write16(at, value);
    if (at < this.headerLength) this.#adjust(10, old, value);
    if (inPseudoHeader && this.protocol !== PROTOCOL.icmp) this.#adjustTransport(old, value);
  }

  #setTransport16(at: number, value: number): void {
    const old = this.#u16(at);
    if (old === value) return;
    this.#write16(at, value);
    this.#adjustTransport(old, value);
  }

  /** Where the transport checksum is, if the quote holds it and NAT would keep it right. */
  #adjustTransport(old: number, value: number): void {
    const behind = this.#bytes.length - this.headerLength;
    switch (this.protocol) {
      case PROTOCOL.tcp:
        if (behind >= 20) this.#adjust(this.headerLength + 16, old, value);
        return;
      case PROTOCOL.udp:
        if (this.#u16(this.headerLength + 6) !== 0) {
          this.#adjust(this.headerLength + 6, old, value);
          if (this.#u16(this.headerLength + 6) === 0) this.#write16(this.headerLength + 6, 0xffff);
        }
        return;
      case PROTOCOL.udplite:
        this.#adjust(this.headerLength + 6, old, value);
        if (this.#u16(this.headerLength + 6) === 0) this.#write16(this.headerLength + 6, 0xffff);
        return;
      case PROTOCOL.dccp:
        if (behind >= DCCP_HEADER) this.#adjust(this.headerLength + 6, old, value);
        return;
      case PROTOCOL.icmp:
        this.#adjust(this.headerLength + 2, old, value);
        return;
      default:
        return;
    }
  }

  /** RFC 1624: the checksum at `at` after a 16-bit word changed. */
  #adjust(at: number, old: number, value: number): void {
    this.#write16(at, ~fold((~this.#u16(at) & 0xffff) + (~old & 0xffff) + value) & 0xffff);
  }

  #write16(at: number, value: number): void {
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value & 255;
  }

  /** Whether the quoted IP header's checksum is right. */
  get hasGoodChecksum(): boolean {
    return fold(internetSum(this.#bytes.subarray(0, this.headerLength))) === 0xffff;
  }
}

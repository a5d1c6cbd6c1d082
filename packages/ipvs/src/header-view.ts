import type { Address, Packet, Quote } from '@chainwalk/core';

/**
 * The part of a packet that IPVS looks connections up by (`struct ip_vs_iphdr`): its own header, or that of the packet
 * which an ICMP error quotes.
 */
export interface HeaderView {
  readonly protocol: number;
  readonly src: Address;
  readonly dst: Address;
  /** `undefined` for later fragments, cut headers, and protocols without ports. */
  readonly sport: number | undefined;
  readonly dport: number | undefined;
  /** In units of eight bytes. */
  readonly fragmentOffset: number;
  /** It is quoted by an ICMP error. */
  readonly isQuoted: boolean;
  /** It was sent by the server's side, so that client and server are to be exchanged. */
  readonly inverse: boolean;
}

/** The view of a packet itself. */
export function viewOf(packet: Packet, inverse = false): HeaderView {
  const ports = packet.ports;
  return {
    protocol: packet.protocol,
    src: packet.src,
    dst: packet.dst,
    sport: ports?.sport,
    dport: ports?.dport,
    fragmentOffset: packet.fragmentOffset,
    isQuoted: false,
    inverse,
  };
}

/** The view of a quoted packet. */
export function viewOfQuote(quote: Quote, inverse: boolean): HeaderView {
  return {
    protocol: quote.protocol,
    src: quote.src,
    dst: quote.dst,
    sport: quote.sport,
    dport: quote.dport,
    fragmentOffset: quote.fragmentOffset,
    isQuoted: true,
    inverse,
  };
}

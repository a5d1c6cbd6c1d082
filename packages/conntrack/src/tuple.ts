import { type Address, formatAddress, type Packet, PROTOCOL, type Quote } from '@chainwalk/core';

/**
 * One direction of a connection as conntrack keys it (`struct nf_conntrack_tuple`), with addresses of some form.
 *
 * `sport` and `dport` are what Linux keeps in `src.u.all` and `dst.u.all`: ports of TCP, UDP, UDP-Lite, SCTP and DCCP;
 * for ICMP the identifier, and type x 256 + code; for GRE the two call keys (0 for plain GRE); 0 for everything else.
 */
export interface TupleOf<A> {
  src: A;
  dst: A;
  /** IANA number, 0 to 255. */
  protocol: number;
  /** 16 bits. */
  sport: number;
  /** 16 bits. */
  dport: number;
}

/** The usual form: nobody changes one. */
export type Tuple = Readonly<TupleOf<Address>>;

/** The two directions of a connection (`IP_CT_DIR_*`). */
export const Direction = { ORIGINAL: 0, REPLY: 1 } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

/** The direction that is not `direction`. */
export function opposite(direction: Direction): Direction {
  return direction === 0 ? 1 : 0;
}

/** ICMP query types and the type that answers each; types that are missing have no inverse (`invmap`). */
const ICMP_INVERSE: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [0, 8],
  [13, 14],
  [14, 13],
  [15, 16],
  [16, 15],
  [17, 18],
  [18, 17],
]);

/** What PPTP carries in GRE. */
const GRE_PROTOCOL_PPP = 0x880b;

/** Whether the first four bytes of a protocol's header are its ports. */
export function hasPorts(protocol: number): boolean {
  return (
    protocol === PROTOCOL.tcp ||
    protocol === PROTOCOL.udp ||
    protocol === PROTOCOL.udplite ||
    protocol === PROTOCOL.sctp ||
    protocol === PROTOCOL.dccp
  );
}

/** The tuple of a packet (`nf_ct_get_tuple`), or `undefined` if its header is cut or it is a later fragment. */
export function tupleOf(packet: Packet): Tuple | undefined {
  if (packet.fragmentOffset !== 0) return undefined;
  const { src, dst, protocol, transport } = packet;
  if (transport !== undefined) {
    if (transport.kind === 'icmp') {
      return { src, dst, protocol, sport: transport.id, dport: (transport.type << 8) | transport.code };
    }
    return { src, dst, protocol, sport: transport.sport, dport: transport.dport };
  }
  if (protocol === PROTOCOL.icmp) return undefined;
  if (protocol === PROTOCOL.gre) return greTuple(packet);
  if (!hasPorts(protocol)) return { src, dst, protocol, sport: 0, dport: 0 };
  // A cut header may still hold the ports, which is all that a tuple needs. Bytes that are not spelt out are zero.
  if (packet.payloadLength < 4) return undefined;
  return { src, dst, protocol, sport: word(packet, 0), dport: word(packet, 2) };
}

/** GRE: version 1 (PPTP) is keyed by its call, everything else by addresses alone (`gre_pkt_to_tuple`). */
function greTuple(packet: Packet): Tuple | undefined {
  const { src, dst, protocol } = packet;
  const isPptp = packet.payloadLength >= 4 && (word(packet, 0) & 7) === 1;
  if (!isPptp || packet.payloadLength < 8) return { src, dst, protocol, sport: 0, dport: 0 };
  return word(packet, 2) === GRE_PROTOCOL_PPP ? { src, dst, protocol, sport: 0, dport: word(packet, 6) } : undefined;
}

function word(packet: Packet, at: number): number {
  return ((packet.payload[at] ?? 0) << 8) | (packet.payload[at + 1] ?? 0);
}

/** How many bytes behind the IP header of a quoted packet its tuple is made of. */
export function tupleBytes(protocol: number): number {
  if (protocol === PROTOCOL.icmp) return 8;
  return hasPorts(protocol) ? 4 : 0;
}

/** The tuple of the packet that an ICMP error quotes (`nf_ct_get_tuplepr`). */
export function tupleOfQuote(quote: Quote): Tuple | undefined {
  if (quote.fragmentOffset !== 0) return undefined;
  const { src, dst, protocol } = quote;
  if (protocol === PROTOCOL.icmp) {
    return { src, dst, protocol, sport: quote.icmpId, dport: (quote.icmpType << 8) | quote.icmpCode };
  }
  if (hasPorts(protocol)) return { src, dst, protocol, sport: quote.sport, dport: quote.dport };
  const isPptp = protocol === PROTOCOL.gre && quote.behind >= 8 && (quote.greFlags & 7) === 1;
  if (!isPptp) return { src, dst, protocol, sport: 0, dport: 0 };
  return quote.greProtocol === GRE_PROTOCOL_PPP ? { src, dst, protocol, sport: 0, dport: quote.greCall } : undefined;
}

/** The tuple of the answer (`nf_ct_invert_tuple`), or `undefined` for ICMP types that nobody answers. */
export function invertTuple({ src, dst, protocol, sport, dport }: Tuple): Tuple | undefined {
  const inverse = { src, dst, protocol, sport, dport };
  return invertInPlace(inverse) ? inverse : undefined;
}

/** Makes of a tuple that of the answer; false, and nothing changes, for ICMP types that nobody answers. */
export function invertInPlace<A>(tuple: TupleOf<A>): boolean {
  const { src, sport } = tuple;
  if (tuple.protocol === PROTOCOL.icmp) {
    const type = ICMP_INVERSE.get(tuple.dport >> 8);
    if (type === undefined) return false;
    tuple.dport = (type << 8) | (tuple.dport & 255);
  } else {
    tuple.sport = tuple.dport;
    tuple.dport = sport;
  }
  tuple.src = tuple.dst;
  tuple.dst = src;
  return true;
}

/** Whether two tuples are the same in every field. */
export function sameTuple<A>(a: Readonly<TupleOf<A>>, b: Readonly<TupleOf<A>>): boolean {
  return a.src === b.src && a.dst === b.dst && a.protocol === b.protocol && a.sport === b.sport && a.dport === b.dport;
}

/** `src= dst=` and what the protocol adds, as the `conntrack` tool and `/proc/net/nf_conntrack` print a tuple. */
export function formatTuple(tuple: Tuple): string {
  const addresses = `src=${formatAddress(tuple.src)} dst=${formatAddress(tuple.dst)}`;
  if (tuple.protocol === PROTOCOL.icmp) {
    return `${addresses} type=${tuple.dport >> 8} code=${tuple.dport & 255} id=${tuple.sport}`;
  }
  if (tuple.protocol === PROTOCOL.gre) {
    return `${addresses} srckey=0x${tuple.sport.toString(16)} dstkey=0x${tuple.dport.toString(16)}`;
  }
  return hasPorts(tuple.protocol) ? `${addresses} sport=${tuple.sport} dport=${tuple.dport}` : addresses;
}

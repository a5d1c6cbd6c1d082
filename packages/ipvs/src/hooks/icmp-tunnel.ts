import {
  type Address,
  decodePacket,
  isDelivered,
  type Packet,
  PROTOCOL,
  Quote,
  STOLEN,
  type Verdict,
} from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import { countOut } from './statistics.ts';

/** ICMP errors that IPVS takes part in: unreachable, source quench, time exceeded. */
export function isBalancedError(type: number): boolean {
  return type === 3 || type === 4 || type === 11;
}

/** The packet inside a tunnel whose outer packet an ICMP error quotes. */
export interface TunnelledQuote {
  readonly quote: Quote;
  readonly bytes: Uint8Array;
  /** Where the outer packet came from: an address of this host. */
  readonly director: Address;
  /** Where it went. */
  readonly server: Address;
  /** Whether the packet inside must not be fragmented, as it went into the tunnel. */
  readonly dontFragment: boolean;
}

const UDP_HEADER = 8;
const GUE_HEADER = 4;
const GRE_HEADER = 4;
const GRE_CHECKSUM_FLAG = 0x80;
/** Code of "fragmentation needed". */
const FRAG_NEEDED = 4;
/** Smallest MTU of IPv4. */
const SMALLEST_MTU = 68;
const IP_HEADER = 20;

/**
 * If the quote is an outer packet of one of our tunnels, the packet inside. `undefined` if it is no tunnel at all;
 * `unknown` if it is one that leads to no server of ours.
 */
export function tunnelledQuote(
  ipvs: IpvsContext,
  packet: Packet,
  outer: Quote,
): TunnelledQuote | 'unknown' | undefined {
  const isLocal = isDelivered(packet.route);
  const bytes = outer.bytes;
  const at = outer.headerLength;
  let skip = 0;
  if (outer.protocol === PROTOCOL.ipip) {
    if (outer.fragmentOffset !== 0 || !isLocal) return 'unknown';
    if (ipvs.realServers.findTunnel(outer.dst, 0)?.tunnel.type !== 'ipip') return 'unknown';
  } else if (isLocal && outer.protocol === PROTOCOL.udp) {
    if (outer.fragmentOffset !== 0) return 'unknown';
    if (ipvs.realServers.findTunnel(outer.dst, outer.dport)?.tunnel.type !== 'gue') return undefined;
    const control = bytes[at + UDP_HEADER];
    if (control === undefined || control >> 5 !== 0 || bytes[at + UDP_HEADER + 1] !== PROTOCOL.ipip) return undefined;
    skip = UDP_HEADER + GUE_HEADER + (control & 31) * 4;
  } else if (isLocal && outer.protocol === PROTOCOL.gre) {
    if (outer.fragmentOffset !== 0) return 'unknown';
    if (ipvs.realServers.findTunnel(outer.dst, 0)?.tunnel.type !== 'gre') return undefined;
    if ((bytes[at]! & ~GRE_CHECKSUM_FLAG) !== 0 || bytes[at + 1] !== 0 || outer.dport !== 0x0800) return undefined;
    skip = GRE_HEADER + ((bytes[at]! & GRE_CHECKSUM_FLAG) !== 0 ? 4 : 0);
  } else return undefined;
  const inside = bytes.subarray(at + skip);
  const quote = Quote.of(inside);
  if (quote === undefined) return 'unknown';
  return { quote, bytes: inside, director: outer.src, server: outer.dst, dontFragment: (inside[6]! & 0x40) !== 0 };
}

/**
 * Tells the client what became of its packet in the tunnel: the same error, from the virtual address, about the packet
 * that it sent. What a "fragmentation needed" says of the MTU is learnt for later packets; the client is told what is
 * left of the MTU that the route had so far, less an IP header whatever the tunnel adds.
 */
export function reportTunnelError(
  ipvs: IpvsContext,
  packet: Packet,
  connection: Connection,
  inner: TunnelledQuote,
): Verdict {
  const icmp = packet.transport;
  if (icmp?.kind !== 'icmp') return STOLEN;
  let rest = (icmp.id << 16) | icmp.seq;
  if (icmp.type === 3 && icmp.code === FRAG_NEEDED) {
    const mtu = connection.destination?.routeCache?.route.mtu ?? icmp.seq;
    ipvs.host.pathMtus.learn(inner.director, inner.server, icmp.seq);
    if (!inner.dontFragment) return consumed(ipvs, packet);
    rest = mtu > SMALLEST_MTU + IP_HEADER ? mtu - IP_HEADER : mtu;
  }
  const offender = decodePacket(inner.bytes);
  if (typeof offender === 'string') return consumed(ipvs, packet);
  offender.route = packet.route;
  offender.inDevice = packet.inDevice;
  offender.packetType = packet.packetType;
  offender.mark = packet.mark;
  offender.trace = packet.trace;
  ipvs.host.icmp.send(offender, icmp.type, icmp.code, rest, undefined, inner.bytes);
  countOut(ipvs, connection, inner.bytes.length);
  return consumed(ipvs, packet);
}

function consumed(ipvs: IpvsContext, packet: Packet): Verdict {
  ipvs.host.drop(packet, 'consumed-locally', 'IPVS');
  return STOLEN;
}

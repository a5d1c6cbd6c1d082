import {
  type Address,
  encodePacket,
  internetChecksum,
  invariant,
  jhash3words,
  type Packet,
  PROTOCOL,
  STOLEN,
  udpHeader,
  type Verdict,
} from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import { foldAddress } from '../hash/fold-address.ts';
import type { TunnelConfig } from '../services/config.ts';
import { HANDLED } from './mark.ts';
import { takeRoute } from './output-route.ts';
import { sendAway, sendOrContinue } from './send.ts';

const IP_HEADER = 20;
const UDP_HEADER = 8;
const GUE_HEADER = 4;
const GRE_HEADER = 4;
const GRE_CHECKSUM = 4;
/** First bit of the GRE header: a checksum follows. */
const GRE_HAS_CHECKSUM = 0x80;
/** EtherType of IPv4, which GRE carries. */
const ETHERTYPE_IPV4 = 0x0800;
const ECN_MASK = 3;
const ECN_CE = 3;
const ECN_ECT0 = 2;

/** Bytes that a tunnel adds, without the outer IP header. */
function tunnelOverhead(tunnel: TunnelConfig): number {
  switch (tunnel.type) {
    case 'ipip':
      return 0;
    case 'gue':
      return UDP_HEADER + GUE_HEADER;
    case 'gre':
      return GRE_HEADER + (tunnel.checksum === 'csum' ? GRE_CHECKSUM : 0);
  }
}

/**
 * Wraps a request for its server (`ip_vs_tunnel_xmit`). The outer TTL is the inner one after it fell by one, the TOS is
 * copied, the don't-fragment bit too unless `pmtu_disc` is off. To conntrack the outer packet is a new one.
 */
export function transmitTunnel(ipvs: IpvsContext, packet: Packet, connection: Connection, isQuoted: boolean): Verdict {
  const { destination } = connection;
  const tunnel = destination?.tunnel ?? { type: 'ipip', port: 0, checksum: 'none' };
  const choice = takeRoute(ipvs, packet, destination, connection.serverAddress, {
    local: true,
    remote: true,
    redirect: false,
    overhead: IP_HEADER + tunnelOverhead(tunnel),
    isTunnel: true,
    isIcmp: isQuoted,
  });
  if (choice === undefined) return STOLEN;
  if (choice === 'local') return sendOrContinue(ipvs, packet, connection, true);
  const source = choice.source;
  invariant(source !== undefined, 'a route to a real server has a source address');
  const inner = encodePacket(packet);
  const sport = tunnel.type === 'gue' ? flowPort(packet) : 0;
  if (connection.nfct) {
    const verdict = ipvs.nfct.confirm(packet);
    if (verdict.kind !== 'accept') return verdict.kind === 'drop' ? dropTunnelled(ipvs, packet) : STOLEN;
  }
  ipvs.nfct.reset(packet);
  becomeOuter(ipvs, packet, source, connection.serverAddress);
  wrap(packet, inner, tunnel, sport);
  packet.ipvs = HANDLED;
  packet.trace?.add({ kind: 'ipvs', text: `wrapped (${tunnel.type})` });
  return sendAway(ipvs, packet);
}

function dropTunnelled(ipvs: IpvsContext, packet: Packet): Verdict {
  ipvs.host.drop(packet, 'conntrack-clash', 'IPVS');
  return STOLEN;
}

/** The outer IP header takes the place of the inner one. */
function becomeOuter(ipvs: IpvsContext, packet: Packet, source: Address, server: Address): void {
  packet.src = source;
  packet.dst = server;
  packet.options = new Uint8Array(0);
  packet.dontFragment = packet.dontFragment && ipvs.sysctls.pmtuDisc.value !== 0;
  // What cannot become fragments needs no identification.
  packet.id = packet.dontFragment ? 0 : ipvs.host.simulation.random.stream('ip-id').below(65536);
  packet.ignoreDf = true;
  packet.checksumFault = 0;
  // A congestion mark is not carried outside; it stays inside.
  const ecn = packet.tos & ECN_MASK;
  packet.tos = (packet.tos & ~ECN_MASK) | (ecn === ECN_CE ? ECN_ECT0 : ecn);
}

function wrap(packet: Packet, inner: Uint8Array, tunnel: TunnelConfig, sport: number): void {
  packet.transport = undefined;
  switch (tunnel.type) {
    case 'ipip':
      packet.protocol = PROTOCOL.ipip;
      packet.payload = inner;
      break;
    case 'gre': {
      const header = tunnelOverhead(tunnel);
      const bytes = new Uint8Array(header + inner.length);
      bytes[2] = ETHERTYPE_IPV4 >>> 8;
      bytes[3] = ETHERTYPE_IPV4 & 255;
      bytes.set(inner, header);
      if (tunnel.checksum === 'csum') {
        bytes[0] = GRE_HAS_CHECKSUM;
        new DataView(bytes.buffer).setUint16(4, internetChecksum(bytes));
      }
      packet.protocol = PROTOCOL.gre;
      packet.payload = bytes;
      break;
    }
    case 'gue': {
      const bytes = new Uint8Array(GUE_HEADER + inner.length);
      bytes[1] = PROTOCOL.ipip;
      bytes.set(inner, GUE_HEADER);
      packet.protocol = PROTOCOL.udp;
      packet.transport = udpHeader(sport, tunnel.port, bytes.length);
      packet.transport.hasChecksum = tunnel.checksum !== 'none';
      packet.payload = bytes;
      break;
    }
  }
  packet.payloadLength = packet.payload.length;
  const { reassembled } = packet;
  if (reassembled === undefined) return;
  // What the tunnel adds stands before the first fragment.
  const [first, ...others] = reassembled.lengths;
  const added = packet.bodyLength - reassembled.lengths.reduce((sum, length) => sum + length, 0);
  packet.reassembled = { ...reassembled, lengths: [first! + added, ...others] };
}

/** First port of the range that flows are spread over by default (`ip_local_port_range`). */
const LOWEST_FLOW_PORT = 32768;
const HIGHEST_FLOW_PORT = 60999;

/**
 * UDP source port of a wrapped flow (`udp_flow_src_port`): the same for all packets of a flow. Linux's choice depends on
 * a secret drawn at boot; ours is a hash without one.
 */
function flowPort(packet: Packet): number {
  const ports = packet.ports;
  const hash = jhash3words(
    foldAddress(packet.src),
    foldAddress(packet.dst),
    ((ports?.sport ?? 0) << 16) | (ports?.dport ?? 0),
    packet.protocol,
  );
  return LOWEST_FLOW_PORT + Math.floor((hash / 0x100000000) * (HIGHEST_FLOW_PORT - LOWEST_FLOW_PORT));
}

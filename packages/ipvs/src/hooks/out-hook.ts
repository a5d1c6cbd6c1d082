import { ACCEPT, drop, type HookState, type Packet, PROTOCOL, STOLEN, TCP_FLAG, type Verdict } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import { viewOf } from '../header-view.ts';
import type { IpvsProtocol } from '../protocols/protocol.ts';
import { protocolOf } from '../protocols/protocols.ts';
import { isSctpAbort } from '../protocols/sctp.ts';
import { rewriteEndpoint } from '../transmit/rewrite.ts';
import { gather } from './gather.ts';
import { outboundIcmp } from './icmp-out.ts';
import { findOutbound } from './lookup.ts';
import { finishResponse, hasPorts, reroute } from './response.ts';
import { countOut } from './statistics.ts';

/**
 * A server's packet (`ip_vs_out_hook`): at FORWARD for servers elsewhere, at LOCAL_OUT for one on this host, at LOCAL_IN
 * for answers to a local client. Its source becomes the virtual address again.
 */
export function outHook(ipvs: IpvsContext, packet: Packet, state: HookState): Verdict {
  if (packet.ipvs !== undefined || packet.route === undefined) return ACCEPT;
  if (packet.protocol === PROTOCOL.icmp) {
    const verdict = outboundIcmp(ipvs, packet, state);
    if (verdict !== 'unrelated') return verdict;
  }
  const protocol = protocolOf(packet.protocol);
  if (protocol === undefined) return ACCEPT;
  if (protocol.fixedPort === undefined && !gather(ipvs, packet, state)) return STOLEN;
  const connection = findOutbound(ipvs, viewOf(packet), protocol);
  if (connection !== undefined) return respond(ipvs, packet, state, protocol, connection);
  return ipvs.sysctls.natIcmpSend.value === 0 ? ACCEPT : refuseStranger(ipvs, packet, protocol);
}

/** `handle_response`. */
function respond(
  ipvs: IpvsContext,
  packet: Packet,
  state: HookState,
  protocol: IpvsProtocol,
  connection: Connection,
): Verdict {
  if (connection.method === 'masq') {
    rewriteEndpoint(packet, 'source', connection.virtualAddress, connection.virtualPort);
    const errno = reroute(ipvs, packet, state);
    if (errno) {
      ipvs.host.drop(packet, 'reroute-failed', 'IPVS');
      return STOLEN;
    }
  }
  countOut(ipvs, connection, packet.length);
  protocol.transition?.(connection, 'output', packet, ipvs.protocolData(protocol.number));
  finishResponse(ipvs, packet, connection);
  ipvs.connections.put(connection);
  return ACCEPT;
}

/** `nat_icmp_send`: a server of ours talks without a connection, and is told that nobody listens. */
function refuseStranger(ipvs: IpvsContext, packet: Packet, protocol: IpvsProtocol): Verdict {
  const ports = packet.ports;
  if (!hasPorts(protocol.number) || ports === undefined) return ACCEPT;
  if (!ipvs.realServers.hasMasqueraded(protocol.number, packet.src, ports.sport)) return ACCEPT;
  if (packet.transport?.kind === 'tcp' && (packet.transport.flags & TCP_FLAG.RST) !== 0) return ACCEPT;
  if (protocol.number === PROTOCOL.sctp && isSctpAbort(packet)) return ACCEPT;
  ipvs.host.icmp.send(packet, 3, 3);
  return drop('ipvs-drop');
}

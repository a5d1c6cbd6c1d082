import { ACCEPT, type Packet, STOLEN, type Verdict } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import { HANDLED, RequestMark } from './mark.ts';

/**
 * Sends a request on to its server, or lets it go on where it is if the server is this host (`ip_vs_send_or_cont`,
 * `ip_vs_nat_send_or_cont`). It crosses LOCAL_OUT without an in-device, and POSTROUTING with the one that it came in on.
 */
export function sendOrContinue(ipvs: IpvsContext, packet: Packet, connection: Connection, isLocal: boolean): Verdict {
  packet.ipvs = packet.protocol === 1 ? HANDLED : RequestMark.of(ipvs, packet);
  if (!connection.nfct) ipvs.nfct.notrack(packet);
  else if (connection.method === 'masq' && connection.kind !== 'one-packet') {
    ipvs.nfct.alterReply(packet, 'source', connection.serverAddress, connection.serverPort);
  }
  if (!isLocal || connection.method === 'masq') packet.ignoreDf = true;
  if (isLocal) return ACCEPT;
  return sendAway(ipvs, packet);
}

/** LOCAL_OUT and what follows, for a packet that IPVS routed. What becomes of it is no matter of the sender's. */
export function sendAway(ipvs: IpvsContext, packet: Packet): Verdict {
  // A packet that came from outside belongs to no socket of this host.
  if (packet.inDevice !== undefined) packet.socket = undefined;
  ipvs.host.localOut(packet);
  return STOLEN;
}

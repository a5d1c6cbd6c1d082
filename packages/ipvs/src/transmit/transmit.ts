import { type Ipv4Address, isLoopback, type Packet, STOLEN, type Verdict } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import { type RouteMode, takeRoute } from './output-route.ts';
import { rewriteEndpoint } from './rewrite.ts';
import { sendOrContinue } from './send.ts';
import { transmitTunnel } from './tunnel.ts';

const MASQ: RouteMode = { local: true, remote: true, redirect: true, overhead: 0, isTunnel: false, isIcmp: false };
const DIRECT: RouteMode = { ...MASQ, redirect: false };
const BYPASS: RouteMode = { ...MASQ, local: false, redirect: false };

/**
 * Sends a request to its server as the connection's method says (`packet_xmit`). `isQuoted` tells that the packet is an
 * ICMP error about the connection, which direct routing and tunnelling send on as it is.
 */
export function transmit(ipvs: IpvsContext, packet: Packet, connection: Connection, isQuoted: boolean): Verdict {
  switch (connection.method) {
    case 'masq':
      return masquerade(ipvs, packet, connection);
    case 'tunnel':
      return transmitTunnel(ipvs, packet, connection, isQuoted);
    case 'route':
      return directRoute(ipvs, packet, connection, isQuoted ? { ...DIRECT, isIcmp: true } : DIRECT);
    case 'local':
      return sendOrContinue(ipvs, packet, connection, true);
    case 'bypass':
      if (takeRoute(ipvs, packet, undefined, packet.dst, BYPASS) === undefined) return STOLEN;
      return sendOrContinue(ipvs, packet, connection, false);
  }
}

/** `ip_vs_nat_xmit`. */
function masquerade(ipvs: IpvsContext, packet: Packet, connection: Connection): Verdict {
  const wasInput = packet.route?.isInput === true;
  const choice = takeRoute(ipvs, packet, connection.destination, connection.serverAddress, MASQ);
  if (choice === undefined) return STOLEN;
  if (isForbiddenLoopback(ipvs, packet, connection, choice === 'local', wasInput)) return STOLEN;
  rewriteEndpoint(packet, 'destination', connection.serverAddress, connection.serverPort);
  return sendOrContinue(ipvs, packet, connection, choice === 'local');
}

/** `ip_vs_dr_xmit`: only the next hop changes. */
function directRoute(ipvs: IpvsContext, packet: Packet, connection: Connection, mode: RouteMode): Verdict {
  const choice = takeRoute(ipvs, packet, connection.destination, connection.serverAddress, mode);
  if (choice === undefined) return STOLEN;
  return sendOrContinue(ipvs, packet, connection, choice === 'local');
}

/** A packet from outside must not be turned to 127.0.0.1; it ends here. */
export function isForbiddenLoopback(
  ipvs: IpvsContext,
  packet: Packet,
  connection: Connection,
  isLocal: boolean,
  wasInput: boolean,
): boolean {
  if (!isLocal || !wasInput || !isLoopback(connection.serverAddress as Ipv4Address)) return false;
  ipvs.host.drop(packet, 'martian-destination', 'IPVS');
  return true;
}

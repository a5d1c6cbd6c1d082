import { ACCEPT, drop, Hook, type HookState, type Packet, Quote, STOLEN, type Verdict } from '@chainwalk/core';
import { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import { viewOfQuote } from '../header-view.ts';
import { protocolOf } from '../protocols/protocols.ts';
import { takeRoute } from '../transmit/output-route.ts';
import { rewriteIcmp } from '../transmit/rewrite-quote.ts';
import { sendOrContinue } from '../transmit/send.ts';
import { isForbiddenLoopback, transmit } from '../transmit/transmit.ts';
import { gather } from './gather.ts';
import { isBalancedError, reportTunnelError, tunnelledQuote } from './icmp-tunnel.ts';
import { findInbound } from './lookup.ts';
import { hasPorts } from './response.ts';
import { tryToSchedule } from './schedule.ts';
import { countIn } from './statistics.ts';

/**
 * An ICMP error from the client's side about what a server sent (`ip_vs_in_icmp`): forwarded to that server. Errors
 * about a tunnel's outer packet are translated into one for the client. `unrelated` for other ICMP.
 */
export function inboundIcmp(ipvs: IpvsContext, packet: Packet, state: HookState): Verdict | 'unrelated' {
  if (!gather(ipvs, packet, state)) return STOLEN;
  const icmp = packet.transport;
  if (icmp?.kind !== 'icmp') return drop('ipvs-drop');
  if (!isBalancedError(icmp.type)) return 'unrelated';
  const outer = Quote.of(packet.payload);
  if (outer === undefined) return ACCEPT;
  const inner = tunnelledQuote(ipvs, packet, outer);
  if (inner === 'unknown') return ACCEPT;
  const quote = inner?.quote ?? outer;
  const protocol = protocolOf(quote.protocol);
  if (protocol === undefined) return ACCEPT;
  if (quote.fragmentOffset !== 0 && protocol.fixedPort === undefined) return ACCEPT;
  // What the client's side quotes is what it got, so its ends are the other way round; a tunnel quotes what was sent.
  const header = viewOfQuote(quote, inner === undefined);
  let connection = findInbound(ipvs, header, protocol);
  let isNew = false;
  if (connection === undefined) {
    if (inner !== undefined || ipvs.sysctls.scheduleIcmp.value === 0) return ACCEPT;
    const scheduled = tryToSchedule({ ipvs, packet, header, protocol });
    if (!(scheduled instanceof Connection)) return scheduled;
    connection = scheduled;
    isNew = true;
  }
  const verdict = forward(ipvs, packet, state, connection, quote, inner);
  if (isNew) ipvs.connections.put(connection);
  return verdict;
}

function forward(
  ipvs: IpvsContext,
  packet: Packet,
  state: HookState,
  connection: Connection,
  quote: Quote,
  inner: ReturnType<typeof tunnelledQuote>,
): Verdict {
  if ((connection.method === 'masq' || inner !== undefined) && packet.badChecksum) return drop('icmp-checksum');
  if (inner !== undefined && inner !== 'unknown') return reportTunnelError(ipvs, packet, connection, inner);
  countIn(ipvs, connection, packet);
  return transmitIcmp(ipvs, packet, state, connection, quote);
}

/** Sends an ICMP error to the server that it concerns (`ip_vs_icmp_xmit`). */
function transmitIcmp(
  ipvs: IpvsContext,
  packet: Packet,
  state: HookState,
  connection: Connection,
  quote: Quote,
): Verdict {
  if (connection.method !== 'masq') {
    const verdict = transmit(ipvs, packet, connection, true);
    connection.packetsIn++;
    return verdict;
  }
  const mayBeLocal = state.hook !== Hook.FORWARD;
  const wasInput = packet.route?.isInput === true;
  const choice = takeRoute(ipvs, packet, connection.destination, connection.serverAddress, {
    local: mayBeLocal,
    remote: true,
    redirect: mayBeLocal,
    overhead: 0,
    isTunnel: false,
    isIcmp: true,
  });
  if (choice === undefined) return STOLEN;
  if (isForbiddenLoopback(ipvs, packet, connection, choice === 'local', wasInput)) return STOLEN;
  const port = hasPorts(quote.protocol) ? connection.serverPort : undefined;
  rewriteIcmp(packet, quote, 'incoming', connection.serverAddress, port);
  return sendOrContinue(ipvs, packet, connection, choice === 'local');
}

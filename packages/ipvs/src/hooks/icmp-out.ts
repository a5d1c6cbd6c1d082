import { ACCEPT, drop, type HookState, type Packet, Quote, STOLEN, type Verdict } from '@chainwalk/core';
import type { IpvsContext } from '../context.ts';
import { viewOfQuote } from '../header-view.ts';
import { protocolOf } from '../protocols/protocols.ts';
import { rewriteIcmp } from '../transmit/rewrite-quote.ts';
import { gather } from './gather.ts';
import { isBalancedError } from './icmp-tunnel.ts';
import { findOutbound } from './lookup.ts';
import { finishResponse, hasPorts, reroute } from './response.ts';
import { countOut } from './statistics.ts';

/**
 * An ICMP error from the server's side about what a client sent (`ip_vs_out_icmp`): shown to the client as one from the
 * virtual address about the packet that it knows. `unrelated` for other ICMP.
 */
export function outboundIcmp(ipvs: IpvsContext, packet: Packet, state: HookState): Verdict | 'unrelated' {
  if (!gather(ipvs, packet, state)) return STOLEN;
  const icmp = packet.transport;
  if (icmp?.kind !== 'icmp') return drop('ipvs-drop');
  if (!isBalancedError(icmp.type)) return 'unrelated';
  const quote = Quote.of(packet.payload);
  const protocol = quote === undefined ? undefined : protocolOf(quote.protocol);
  if (quote === undefined || protocol === undefined) return ACCEPT;
  if (quote.fragmentOffset !== 0 && protocol.fixedPort === undefined) return ACCEPT;
  const connection = findOutbound(ipvs, viewOfQuote(quote, true), protocol);
  if (connection === undefined) return ACCEPT;
  if (connection.method === 'masq') {
    if (packet.badChecksum) return drop('icmp-checksum');
    const port = hasPorts(quote.protocol) ? connection.virtualPort : undefined;
    rewriteIcmp(packet, quote, 'outgoing', connection.virtualAddress, port);
    if (reroute(ipvs, packet, state)) return drop('reroute-failed');
  }
  countOut(ipvs, connection, packet.length);
  finishResponse(ipvs, packet, connection);
  return ACCEPT;
}

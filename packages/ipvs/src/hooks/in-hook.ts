import { ACCEPT, drop, Hook, type HookState, type Packet, PROTOCOL, type Verdict } from '@chainwalk/core';
import { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import { viewOf } from '../header-view.ts';
import type { IpvsProtocol } from '../protocols/protocol.ts';
import { protocolOf } from '../protocols/protocols.ts';
import { HANDLED } from '../transmit/mark.ts';
import { transmit } from '../transmit/transmit.ts';
import { inboundIcmp } from './icmp-in.ts';
import { findInbound } from './lookup.ts';
import { tryToSchedule } from './schedule.ts';
import { countIn } from './statistics.ts';

/**
 * A client's packet (`ip_vs_in_hook`), at LOCAL_IN for remote clients and at LOCAL_OUT for local ones: finds or makes its
 * entry and sends it to the server.
 */
export function inHook(ipvs: IpvsContext, packet: Packet, state: HookState): Verdict {
  if (packet.ipvs !== undefined) return ACCEPT;
  if ((packet.packetType !== 'host' && state.hook !== Hook.LOCAL_OUT) || packet.route === undefined) return ACCEPT;
  if (packet.protocol === PROTOCOL.icmp) {
    const verdict = inboundIcmp(ipvs, packet, state);
    if (verdict !== 'unrelated') return verdict;
  }
  const protocol = protocolOf(packet.protocol);
  if (protocol === undefined) {
    if (ipvs.sysctls.ignoreTunneled.value !== 0) packet.ipvs = HANDLED;
    return ACCEPT;
  }
  const header = viewOf(packet);
  const found = existing(ipvs, packet, protocol, findInbound(ipvs, header, protocol));
  if (found !== undefined && !(found instanceof Connection)) return found;
  const connection = found ?? tryToSchedule({ ipvs, packet, header, protocol });
  if (!(connection instanceof Connection)) return connection;
  countIn(ipvs, connection, packet);
  protocol.transition?.(connection, 'input', packet, ipvs.protocolData(protocol.number));
  if (packet.trace !== undefined) {
    packet.trace.add({
      kind: 'ipvs',
      text: `${protocol.name} ${protocol.states[connection.state] ?? ''}, ${connection.method}`,
    });
  }
  const verdict = transmit(ipvs, packet, connection, false);
  if (connection.kind !== 'one-packet') connection.packetsIn++;
  else if (connection.control !== undefined) connection.control.packetsIn++;
  ipvs.connections.put(connection);
  return verdict;
}

/**
 * The entry that was found, if it may still be used: a new connection may have to be scheduled anew, and the server may
 * be gone. `undefined` asks for scheduling; a verdict ends the matter.
 */
function existing(
  ipvs: IpvsContext,
  packet: Packet,
  protocol: IpvsProtocol,
  connection: Connection | undefined,
): Connection | Verdict | undefined {
  if (connection === undefined) return undefined;
  const { sysctls } = ipvs;
  const { destination } = connection;
  if (packet.fragmentOffset === 0 && protocol.isNew(packet)) {
    const reuseMode = sysctls.connReuseMode.value;
    let reschedule = false;
    let oldConntrack = false;
    if (sysctls.expireNodestConn.value !== 0 && destination?.weight === 0) {
      reschedule = true;
      oldConntrack = ipvs.nfct.isConfirmed(packet);
    } else if (reuseMode !== 0 && connection.control === undefined && protocol.givesWay(connection, reuseMode)) {
      oldConntrack = ipvs.nfct.isConfirmed(packet);
      reschedule = connection.controls === 0 || !oldConntrack;
    }
    if (reschedule) {
      packet.trace?.add({ kind: 'ipvs', text: 'the old connection gives way to a new one' });
      return discard(ipvs, connection, oldConntrack, connection.controls === 0);
    }
  }
  if (destination !== undefined && !destination.available) {
    packet.trace?.add({ kind: 'ipvs', text: 'the real server of the connection is gone' });
    if (sysctls.expireNodestConn.value === 0) return drop('ipvs-destination-gone');
    return discard(ipvs, connection, ipvs.nfct.isConfirmed(packet), true);
  }
  return connection;
}

/**
 * Ends an entry in favour of a new one. If conntrack knows the old connection, the packet has to go as well: the client
 * sends it again, and finds both gone.
 */
function discard(
  ipvs: IpvsContext,
  connection: Connection,
  oldConntrack: boolean,
  expire: boolean,
): Verdict | undefined {
  if (!oldConntrack) connection.nfct = false;
  if (expire) ipvs.connections.expireNow(connection);
  return oldConntrack ? drop('ipvs-drop') : undefined;
}

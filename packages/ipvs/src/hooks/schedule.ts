import { ACCEPT, drop, type Verdict } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import { portsOf } from '../protocols/protocol.ts';
import type { Service } from '../services/service.ts';
import { FTP_DATA_PORT } from '../services/service-table.ts';
import type { Inbound } from './inbound.ts';
import { leave } from './leave.ts';
import { findInbound } from './lookup.ts';
import { schedulePersistent } from './persistence.ts';
import { type Endpoints, isOnePacket, pick, type Scheduled } from './pick.ts';
import { countConnection } from './statistics.ts';

/**
 * Makes an entry for a packet that has none (`ip_vs_try_to_schedule` and the protocols' `conn_schedule`), or answers
 * with the verdict on the packet.
 */
export function tryToSchedule(inbound: Inbound): Connection | Verdict {
  const { ipvs, packet, header, protocol } = inbound;
  if (header.fragmentOffset !== 0 || protocol.fixedPort !== undefined) return ACCEPT;
  if (!header.isQuoted) {
    const admission = protocol.admits(packet, {
      sloppyTcp: ipvs.sysctls.sloppyTcp.value !== 0,
      sloppySctp: ipvs.sysctls.sloppySctp.value !== 0,
    });
    if (admission === 'drop') return drop('ipvs-drop');
    if (admission === 'pass') return ACCEPT;
  }
  const ports = portsOf(header, protocol);
  if (ports === undefined) return drop('ipvs-drop');
  const [clientAddress, virtualAddress] = header.inverse ? [header.dst, header.src] : [header.src, header.dst];
  const service = ipvs.services.find(packet.family, packet.mark, protocol.number, virtualAddress, ports.server);
  if (service === undefined) return ACCEPT;
  if (ipvs.defence.dropsNew()) {
    packet.trace?.add({ kind: 'ipvs', text: 'drop_packet: dropped instead of scheduled' });
    return drop('ipvs-drop');
  }
  const endpoints = { clientAddress, clientPort: ports.client, virtualAddress, virtualPort: ports.server };
  const scheduled = schedule(inbound, service, endpoints);
  if (scheduled === 'not-ours') return ACCEPT;
  if (scheduled === 'no-destination') return leave(inbound, service, ports.server);
  ipvs.defence.connectionAdded();
  return scheduled;
}

/** Picks a server and makes the entry (`ip_vs_schedule`). */
function schedule(inbound: Inbound, service: Service, endpoints: Endpoints): Scheduled {
  const { ipvs, packet, header, protocol } = inbound;
  const { settings } = service;
  // A server opening an FTP data connection is no client.
  if (endpoints.clientPort === FTP_DATA_PORT) return 'not-ours';
  if (packet.inDevice === undefined || packet.inDevice.kind === 'loopback') {
    // Nor is a server on this host that answers one.
    if (findInbound(ipvs, { ...header, inverse: !header.inverse }, protocol) !== undefined) return 'not-ours';
  }
  if (settings.persistent) return schedulePersistent(inbound, service, endpoints);
  if (settings.fwmark === 0 && endpoints.virtualPort !== settings.port) return 'no-destination';
  const destination = pick(inbound, service, endpoints);
  if (destination === undefined) return 'no-destination';
  const connection = ipvs.connections.create(
    {
      family: settings.family,
      protocol: header.protocol,
      ...endpoints,
      serverAddress: destination.address,
      serverPort: destination.port || endpoints.virtualPort,
      kind: isOnePacket(service, header) ? 'one-packet' : 'connection',
      method: destination.method,
      fwmark: packet.mark,
    },
    destination,
  );
  countConnection(ipvs, destination, service);
  return connection;
}

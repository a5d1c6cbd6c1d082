import type { Packet } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import type { Destination } from '../services/destination.ts';
import type { Service } from '../services/service.ts';

/** Counts a packet of the client, while its server is available (`ip_vs_in_stats`). */
export function countIn(ipvs: IpvsContext, connection: Connection, packet: Packet): void {
  const { destination } = connection;
  if (destination?.available !== true) return;
  const bytes = packet.length;
  destination.stats.packetIn(bytes);
  destination.service.stats.packetIn(bytes);
  ipvs.total.packetIn(bytes);
}

/** Counts a packet of the server, of so many bytes, while it is available (`ip_vs_out_stats`). */
export function countOut(ipvs: IpvsContext, connection: Connection, bytes: number): void {
  const { destination } = connection;
  if (destination?.available !== true) return;
  destination.stats.packetOut(bytes);
  destination.service.stats.packetOut(bytes);
  ipvs.total.packetOut(bytes);
}

/** Counts a scheduled connection (`ip_vs_conn_stats`). */
export function countConnection(ipvs: IpvsContext, destination: Destination, service: Service): void {
  destination.stats.connection();
  service.stats.connection();
  ipvs.total.connection();
}

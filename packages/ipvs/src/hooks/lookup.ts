import type { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import type { HeaderView } from '../header-view.ts';
import { type IpvsProtocol, portsOf } from '../protocols/protocol.ts';

/** The entry that a packet of the client belongs to (`conn_in_get`); none without ports. */
export function findInbound(ipvs: IpvsContext, header: HeaderView, protocol: IpvsProtocol): Connection | undefined {
  const ports = portsOf(header, protocol);
  if (ports === undefined) return undefined;
  const [client, server] = header.inverse ? [header.dst, header.src] : [header.src, header.dst];
  return ipvs.connections.table.findIn(protocol.keptAs ?? protocol.number, client, ports.client, server, ports.server);
}

/** The entry that a packet of the server belongs to (`conn_out_get`); none without ports. */
export function findOutbound(ipvs: IpvsContext, header: HeaderView, protocol: IpvsProtocol): Connection | undefined {
  if (protocol.fixedPort === undefined && (header.sport === undefined || header.dport === undefined)) return undefined;
  const sport = protocol.fixedPort ?? header.sport!;
  const dport = protocol.fixedPort ?? header.dport!;
  const number = protocol.keptAs ?? protocol.number;
  const { table } = ipvs.connections;
  return header.inverse
    ? table.findOut(number, header.dst, dport, header.src, sport)
    : table.findOut(number, header.src, sport, header.dst, dport);
}

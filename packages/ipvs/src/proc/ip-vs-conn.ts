import { type Address, type Ipv4Address, ipv4ToBits } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { Ipvs } from '../ipvs.ts';
import { protocolLabel, protocolOf } from '../protocols/protocols.ts';

/** `/proc/net/ip_vs_conn`. */
export function procNetIpVsConn(ipvs: Ipvs): string {
  let text = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n';
  for (const connection of ipvs.connections.table.entries()) {
    const client = `${hexAddress(connection.clientAddress)} ${hex(connection.clientPort, 4)}`;
    const virtual = `${hexAddress(connection.virtualAddress)} ${hex(connection.virtualPort, 4)}`;
    const server = `${hexAddress(connection.serverAddress)} ${hex(connection.serverPort, 4)}`;
    const expires = String(ipvs.connections.remainingSeconds(connection)).padStart(7);
    text += `${protocolLabel(connection.protocol).padEnd(3)} ${client} ${virtual} ${server} ${stateName(connection).padEnd(11)} ${expires}\n`;
  }
  return text;
}

/** The state as listings name it (`ip_vs_state_name`); a template is ASSURED once it led to something. */
export function stateName(connection: Connection): string {
  if (connection.isTemplate) return connection.state === 0 ? 'NONE' : 'ASSURED';
  return protocolOf(connection.protocol)?.states[connection.state] ?? 'NONE';
}

/** An address as eight hexadecimal digits. */
export function hexAddress(address: Address): string {
  return hex(ipv4ToBits(address as Ipv4Address), 8);
}

/** A number in capital hexadecimal digits. */
export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

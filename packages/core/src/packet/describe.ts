import { formatAddress } from '../address/address.ts';
import type { Packet } from './packet.ts';
import { formatTcpFlags, PROTOCOL } from './transport.ts';

const NAMES = new Map<number, string>(Object.entries(PROTOCOL).map(([name, number]) => [number, name]));

/** The name of a protocol as `/etc/protocols` has it where chainwalk knows it, else its number. */
export function protocolName(protocol: number): string {
  return NAMES.get(protocol) ?? String(protocol);
}

/** One line that a person reads: `tcp 10.0.0.9:40000 > 10.0.0.1:443 S ttl 64 len 40`. */
export function describePacket(packet: Packet): string {
  const ports = packet.ports;
  const end = (address: string, port: number | undefined): string =>
    port === undefined ? address : `${address}:${port}`;
  let text = `${protocolName(packet.protocol)} ${end(formatAddress(packet.src), ports?.sport)} > ${end(formatAddress(packet.dst), ports?.dport)}`;
  const transport = packet.transport;
  if (transport?.kind === 'tcp') text += ` ${formatTcpFlags(transport.flags) || '-'}`;
  if (transport?.kind === 'icmp') text += ` type ${transport.type} code ${transport.code}`;
  text += ` ttl ${packet.ttl}`;
  if (packet.tos !== 0) text += ` tos 0x${packet.tos.toString(16).padStart(2, '0')}`;
  if (packet.mark !== 0) text += ` mark 0x${packet.mark.toString(16)}`;
  if (packet.isFragment) text += ` fragment ${packet.fragmentOffset * 8}${packet.moreFragments ? '+' : ''}`;
  return `${text} len ${packet.length}`;
}

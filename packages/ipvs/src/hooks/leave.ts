import { ACCEPT, drop, ipv4FromBits, PROTOCOL, type Verdict } from '@chainwalk/core';
import type { Service } from '../services/service.ts';
import { FTP_PORT } from '../services/service-table.ts';
import { transmit } from '../transmit/transmit.ts';
import type { Inbound } from './inbound.ts';

/**
 * What becomes of a packet that a service wants and no server can take (`ip_vs_leave`): around the servers to where it
 * was going (`cache_bypass`), or refused.
 */
export function leave(inbound: Inbound, service: Service, port: number): Verdict {
  const { ipvs, packet, header } = inbound;
  const { settings } = service;
  const mayBypass = ipvs.sysctls.cacheBypass.value !== 0 && settings.fwmark !== 0 && !header.isQuoted;
  if (mayBypass && ipvs.host.addressType(packet.dst) === 'unicast') return bypass(inbound, service);
  // Whatever is not FTP's control port passes by an FTP service.
  if (settings.port === FTP_PORT && port !== FTP_PORT) return ACCEPT;
  if (header.isQuoted) return drop('ipvs-no-destination');
  ipvs.host.icmp.send(packet, 3, 3);
  return drop('ipvs-no-destination');
}

function bypass({ ipvs, packet, header, protocol }: Inbound, service: Service): Verdict {
  const { connections } = ipvs;
  const isOnePacket = service.settings.onePacket && header.protocol === PROTOCOL.udp;
  const connection = connections.create(
    {
      family: service.settings.family,
      protocol: header.protocol,
      clientAddress: header.src,
      clientPort: header.sport ?? 0,
      virtualAddress: header.dst,
      virtualPort: header.dport ?? 0,
      serverAddress: ipv4FromBits(0),
      serverPort: 0,
      kind: isOnePacket ? 'one-packet' : 'connection',
      method: 'bypass',
      fwmark: packet.mark,
    },
    undefined,
  );
  packet.trace?.add({ kind: 'ipvs', text: 'no real server: bypassed' });
  protocol.transition?.(connection, 'input', packet, ipvs.protocolData(protocol.number));
  const verdict = transmit(ipvs, packet, connection, false);
  connection.packetsIn++;
  connections.put(connection);
  return verdict;
}

import type { Ipvs } from '../ipvs.ts';
import { METHOD_TITLE } from '../ipvsadm/names.ts';
import { protocolLabel } from '../protocols/protocols.ts';
import type { Service } from '../services/service.ts';
import { hex, hexAddress } from './ip-vs-conn.ts';

/** `/proc/net/ip_vs`: services by bucket, servers in the kernel's order, timeouts in ticks. */
export function procNetIpVs(ipvs: Ipvs): string {
  let text = `IP Virtual Server version 1.2.1 (size=${ipvs.connections.table.size})\n`;
  text += 'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n';
  for (const service of ipvs.services) {
    text += serviceLine(service, ipvs.host.hz);
    for (const destination of service.destinations) {
      const address = `${hexAddress(destination.address)}:${hex(destination.port, 4)}`;
      const method = METHOD_TITLE[destination.method].padEnd(7);
      const weight = String(destination.weight).padEnd(6);
      const active = String(destination.activeConnections).padEnd(10);
      text += `  -> ${address}      ${method} ${weight} ${active} ${String(destination.inactiveConnections).padEnd(10)}\n`;
    }
  }
  return text;
}

function serviceLine(service: Service, hz: number): string {
  const { settings } = service;
  const ops = settings.onePacket ? 'ops ' : '';
  const scheduler = settings.scheduler;
  const title =
    settings.fwmark === 0
      ? `${protocolLabel(settings.protocol)}  ${hexAddress(settings.address)}:${hex(settings.port, 4)} ${scheduler} ${ops} `
      : `FWM  ${hex(settings.fwmark, 8)} ${scheduler} ${ops}`;
  return settings.persistent
    ? `${title}persistent ${settings.timeout * hz} ${hex(settings.netmask, 8)}\n`
    : `${title}\n`;
}

import { type Address, type Ipv4Address, ipv4FromBits, ipv4ToBits } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { IpvsContext } from '../context.ts';
import type { Service } from '../services/service.ts';
import { FTP_PORT } from '../services/service-table.ts';
import type { Inbound } from './inbound.ts';
import { type Endpoints, isOnePacket, pick, type Scheduled } from './pick.ts';
import { countConnection } from './statistics.ts';

/**
 * Makes an entry that follows the client's template, or makes the template first (`ip_vs_sched_persist`).
 *
 * A template is kept for client network, virtual address and port; for services on port 0 and for FTP without a port, so
 * that all of a client's ports go to one server; for services by mark under the mark.
 */
export function schedulePersistent(inbound: Inbound, service: Service, endpoints: Endpoints): Scheduled {
  const { ipvs, packet, header } = inbound;
  const { settings } = service;
  const { connections } = ipvs;
  const isServicePort = endpoints.virtualPort === settings.port;
  const hasPort = isServicePort && settings.port !== FTP_PORT;
  const byMark = !isServicePort && settings.fwmark !== 0;
  const key = {
    protocol: byMark ? 0 : header.protocol,
    client: masked(endpoints.clientAddress, settings.netmask),
    virtual: byMark ? (ipv4FromBits(settings.fwmark) as Address) : endpoints.virtualAddress,
    virtualPort: hasPort ? endpoints.virtualPort : 0,
  };
  let template = connections.table.findTemplate(key.protocol, key.client, key.virtual, key.virtualPort);
  if (template !== undefined && !isUsable(ipvs, template)) {
    connections.retire(template);
    template = undefined;
  }
  let destination = template?.destination;
  if (template === undefined || destination === undefined) {
    destination = pick(inbound, service, endpoints);
    if (destination === undefined) return 'no-destination';
    template = connections.create(
      {
        family: settings.family,
        protocol: key.protocol,
        clientAddress: key.client,
        clientPort: 0,
        virtualAddress: key.virtual,
        virtualPort: key.virtualPort,
        serverAddress: destination.address,
        serverPort: hasPort ? destination.port : 0,
        kind: 'template',
        method: destination.method,
        fwmark: packet.mark,
      },
      destination,
    );
    template.timeout = settings.timeout * ipvs.host.hz;
  } else packet.trace?.add({ kind: 'ipvs', text: 'the template keeps the client with its server' });
  const connection = connections.create(
    {
      family: settings.family,
      protocol: header.protocol,
      ...endpoints,
      serverAddress: destination.address,
      serverPort: isServicePort && destination.port !== 0 ? destination.port : endpoints.virtualPort,
      kind: isOnePacket(service, header) ? 'one-packet' : 'connection',
      method: destination.method,
      fwmark: packet.mark,
    },
    destination,
  );
  connections.control(connection, template);
  connections.put(template);
  countConnection(ipvs, destination, service);
  return connection;
}

/** Whether a template still leads somewhere (`ip_vs_check_template`). */
function isUsable(ipvs: IpvsContext, template: Connection): boolean {
  const { destination } = template;
  if (destination === undefined || !destination.available) return false;
  return ipvs.sysctls.expireQuiescentTemplate.value === 0 || destination.weight !== 0;
}

function masked(address: Address, netmask: number): Address {
  return ipv4FromBits(ipv4ToBits(address as Ipv4Address) & netmask);
}

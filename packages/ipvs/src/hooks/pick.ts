import { formatAddress, PROTOCOL } from '@chainwalk/core';
import type { Connection } from '../connections/connection.ts';
import type { HeaderView } from '../header-view.ts';
import type { Destination } from '../services/destination.ts';
import type { Service } from '../services/service.ts';
import type { Inbound } from './inbound.ts';

/** What scheduling came to: an entry, no server, or a packet that is not IPVS's. */
export type Scheduled = Connection | 'no-destination' | 'not-ours';

/** Who talks to whom, as the client sees it. */
export interface Endpoints {
  readonly clientAddress: HeaderView['src'];
  readonly clientPort: number;
  readonly virtualAddress: HeaderView['src'];
  readonly virtualPort: number;
}

/** Asks the service's scheduler. */
export function pick(inbound: Inbound, service: Service, endpoints: Endpoints): Destination | undefined {
  const { ipvs, packet, header } = inbound;
  const { scheduler } = service;
  const destination = scheduler?.schedule(ipvs.schedulingContext(service), {
    clientAddress: endpoints.clientAddress,
    clientPort: endpoints.clientPort,
    destinationAddress: header.dst,
  });
  packet.trace?.add({
    kind: 'ipvs',
    text:
      destination === undefined
        ? `${scheduler?.scheduler.name ?? 'none'}: no real server`
        : `${scheduler!.scheduler.name} picks ${formatAddress(destination.address)}:${destination.port}`,
  });
  return destination;
}

/** `--ops` counts for datagrams only. */
export function isOnePacket(service: Service, header: HeaderView): boolean {
  return service.settings.onePacket && header.protocol === PROTOCOL.udp;
}

import type { Host } from '@chainwalk/core';
import type { Connections } from './connections/connections.ts';
import type { Defence } from './defence.ts';
import type { Nfct } from './nfct.ts';
import type { ProtocolData } from './protocols/protocol.ts';
import type { SchedulingContext } from './schedulers/scheduler.ts';
import type { RealServers } from './services/real-servers.ts';
import type { Service } from './services/service.ts';
import type { ServiceTable } from './services/service-table.ts';
import type { Stats } from './stats.ts';
import type { IpvsSysctls } from './sysctls.ts';

/** What the packet path of IPVS works with on one host (`struct netns_ipvs`). */
export interface IpvsContext {
  readonly host: Host;
  readonly sysctls: IpvsSysctls;
  readonly nfct: Nfct;
  readonly services: ServiceTable;
  readonly connections: Connections;
  readonly realServers: RealServers;
  readonly defence: Defence;
  /** Counters over all services. */
  readonly total: Stats;
  /** State tables and timeouts of a protocol on this host. */
  protocolData(protocol: number): ProtocolData;
  /** What a service's scheduler is told. */
  schedulingContext(service: Service): SchedulingContext;
}

export { Connection, type ConnectionKind, type ConnectionParameters } from './connections/connection.ts';
export { ConnectionTable, DEFAULT_TABLE_BITS } from './connections/connection-table.ts';
export { Connections } from './connections/connections.ts';
export { Ipvs, type IpvsErrno, type IpvsOptions, type IpvsTimeouts } from './ipvs.ts';
export { type IpvsadmResult, runIpvsadm } from './ipvsadm/run.ts';
export { procNetIpVs } from './proc/ip-vs.ts';
export { procNetIpVsConn, stateName } from './proc/ip-vs-conn.ts';
export { procNetIpVsStats } from './proc/ip-vs-stats.ts';
export { protocolLabel } from './protocols/protocols.ts';
export { SCHEDULERS, SchedulerRegistry } from './schedulers/registry.ts';
export type {
  BoundScheduler,
  DestinationChange,
  Scheduler,
  SchedulingContext,
  SchedulingRequest,
} from './schedulers/scheduler.ts';
export {
  type DestinationConfig,
  type ForwardMethod,
  HOST_NETMASK,
  type IpvsConfig,
  NO_TUNNEL,
  SCHEDULER_FLAG,
  type ServiceConfig,
  type ServiceKey,
  type ServiceSettings,
  type TunnelConfig,
} from './services/config.ts';
export { Destination } from './services/destination.ts';
export { Service } from './services/service.ts';
export { ServiceTable } from './services/service-table.ts';
export { type Counters, Stats } from './stats.ts';
export { IpvsSysctls } from './sysctls.ts';

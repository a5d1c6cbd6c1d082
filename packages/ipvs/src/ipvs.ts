import type { Conntrack } from '@chainwalk/conntrack';
import { type Family, type Host, PROTOCOL, refuse, tickTime } from '@chainwalk/core';
import { Connections } from './connections/connections.ts';
import { ConntrackNfct } from './conntrack-nfct.ts';
import type { IpvsContext } from './context.ts';
import { Defence } from './defence.ts';
import { registerHooks } from './hooks/register.ts';
import { type Nfct, NO_NFCT } from './nfct.ts';
import type { ProtocolData } from './protocols/protocol.ts';
import { PROTOCOLS, protocolData } from './protocols/protocols.ts';
import { SchedulerRegistry } from './schedulers/registry.ts';
import { BoundScheduler, type SchedulingContext } from './schedulers/scheduler.ts';
import type { DestinationConfig, IpvsConfig, ServiceConfig, ServiceKey, ServiceSettings } from './services/config.ts';
import { Destination } from './services/destination.ts';
import { RealServers } from './services/real-servers.ts';
import { Service } from './services/service.ts';
import { FTP_PORT, ServiceTable } from './services/service-table.ts';
import { Trash } from './services/trash.ts';
import { type EstimatorClock, Stats } from './stats.ts';
import { IpvsSysctls } from './sysctls.ts';
import { PeriodicClock } from './timers.ts';

/** Why a command was refused, by the kernel's name of the error. */
export type IpvsErrno = 'EEXIST' | 'ENOENT' | 'ESRCH' | 'EINVAL' | 'ERANGE';

/** How large the connection table is. */
export interface IpvsOptions {
  /** `conn_tab_bits` of the module: 8 to 27, anything else is 12. */
  readonly tableBits?: number;
}

/** Seconds between two looks of the estimator. */
const ESTIMATOR_SECONDS = 2;
const MOST_TIMEOUT = 2147483647;

/** The timeouts that `ipvsadm --set` changes, in seconds; 0 leaves one as it is. */
export interface IpvsTimeouts {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}

/**
 * IPVS on one host (`struct netns_ipvs`): virtual services, their real servers, connections and schedulers.
 *
 * Creating one declares `net.ipv4.vs.*` and nothing else; its hook functions exist only while a service of their family
 * does. What `ipvsadm` configured is an immutable value, {@link config}; what traffic makes of it lives beside it.
 */
export class Ipvs implements IpvsContext {
  readonly host: Host;
  readonly sysctls: IpvsSysctls;
  readonly nfct: Nfct;
  readonly services: ServiceTable;
  readonly connections: Connections;
  readonly realServers: RealServers = new RealServers();
  readonly defence: Defence;
  readonly total: Stats;
  /** The schedulers known by name; users add their own here. */
  readonly schedulers: SchedulerRegistry = new SchedulerRegistry();
  readonly #data = new Map<number, ProtocolData>();
  readonly #trash: Trash;
  readonly #estimator: EstimatorClock;
  readonly #unregister = new Map<Family, () => void>();
  /** References on conntrack that FTP services hold. */
  readonly #tracking = new Map<Service, () => void>();
  #sequence = 0;
  #flushPending = false;
  #config: IpvsConfig | undefined = { services: [] };

  constructor(host: Host, conntrack?: Conntrack, options: IpvsOptions = {}) {
    this.host = host;
    this.nfct = conntrack === undefined ? NO_NFCT : new ConntrackNfct(conntrack);
    for (const protocol of PROTOCOLS) this.#data.set(protocol.number, protocolData(protocol, host.hz));
    this.defence = new Defence(host, this.protocolData(PROTOCOL.tcp));
    this.sysctls = new IpvsSysctls(host.sysctl, {
      modeWritten: (name, mode) => this.defence.setMode(name, mode),
      rateWritten: () => this.defence.rateChanged(),
      estimationChanging: () => this.#catchUpStatistics(),
    });
    this.connections = new Connections(host, this.sysctls, this.nfct, options.tableBits ?? 0);
    this.defence.attach(this.sysctls, this.connections);
    this.services = new ServiceTable(host.meter);
    this.#trash = new Trash(host);
    const looks = new PeriodicClock(host, ESTIMATOR_SECONDS * host.hz);
    const { sysctls } = this;
    this.#estimator = {
      get samples(): number {
        return looks.count;
      },
      get running(): boolean {
        return sysctls.runEstimation.value !== 0;
      },
    };
    this.total = new Stats(this.#estimator);
  }

  // ---------------------------------------------------------------- configuration

  /** All that was configured, as a value; the same object until something changes. */
  get config(): IpvsConfig {
    if (this.#config === undefined) {
      const services = [...this.services].sort((a, b) => a.sequence - b.sequence);
      this.#config = { services: services.map((service) => service.config) };
    }
    return this.#config;
  }

  /** Puts a configuration in place by the fewest commands; services and servers that stay keep their state. */
  replaceConfig(next: IpvsConfig): void {
    const wanted = new Set<Service>();
    for (const config of next.services) {
      if (this.services.exact(config) === undefined) this.addService(config);
      const service = this.services.exact(config);
      if (service === undefined) continue;
      wanted.add(service);
      if (service.config !== config) this.#reconcile(service, config);
    }
    for (const service of [...this.services]) if (!wanted.has(service)) this.#remove(service);
  }

  #reconcile(service: Service, config: ServiceConfig): void {
    if (!sameSettings(service.settings, config)) this.editService(config);
    for (const existing of service.destinations) {
      const stays = config.destinations.some(
        (entry) => entry.address === existing.address && entry.port === existing.port,
      );
      if (!stays) this.deleteDestination(config, existing.address, existing.port);
    }
    for (const entry of config.destinations.toReversed()) {
      const existing = service.find(entry.address, entry.port);
      if (existing === undefined) this.addDestination(config, entry);
      else if (existing.config !== entry) this.editDestination(config, entry);
    }
  }

  /**
   * `ipvsadm -A` (`ip_vs_add_service`).
   * @throws InputError for IPv6, which is not modelled
   */
  addService(settings: ServiceSettings): IpvsErrno | undefined {
    if (settings.family !== 'ipv4') {
      refuse('ipvs-ipv6', 'IPv6 services are not modelled', undefined, 'use an IPv4 address');
    }
    if (this.services.exact(settings) !== undefined) return 'EEXIST';
    const scheduler = this.schedulers.get(settings.scheduler);
    if (scheduler === undefined && settings.scheduler !== 'none') return 'ENOENT';
    if (this.services.count(settings.family) === 0)
      this.#unregister.set(settings.family, registerHooks(this, settings.family));
    const service = new Service(settingsOf(settings), this.#sequence++, this.#estimator);
    if (scheduler !== undefined) service.scheduler = new BoundScheduler(scheduler, this.schedulingContext(service));
    this.services.add(service);
    this.connections.enabled = true;
    this.#config = undefined;
    return undefined;
  }

  /** `ipvsadm -E` (`ip_vs_edit_service`): everything but the key is replaced. */
  editService(settings: ServiceSettings): IpvsErrno | undefined {
    const service = this.services.exact(settings);
    if (service === undefined) return 'ESRCH';
    const scheduler = this.schedulers.get(settings.scheduler);
    if (scheduler === undefined && settings.scheduler !== 'none') return 'ENOENT';
    if (service.scheduler?.scheduler !== scheduler) {
      service.scheduler?.done();
      service.scheduler =
        scheduler === undefined ? undefined : new BoundScheduler(scheduler, this.schedulingContext(service));
    }
    service.settings = { ...settingsOf(settings), ...keyOf(service.settings) };
    this.#changed(service);
    return undefined;
  }

  /** `ipvsadm -D` (`ip_vs_del_service`). Connections stay; their packets are dropped or rescheduled. */
  deleteService(key: ServiceKey): IpvsErrno | undefined {
    const service = this.services.exact(key);
    if (service === undefined) return 'ESRCH';
    this.#remove(service);
    return undefined;
  }

  /** `ipvsadm -C` (`ip_vs_flush`). */
  flush(): void {
    for (const service of [...this.services]) this.#remove(service);
  }

  #remove(service: Service): void {
    const { family } = service.settings;
    this.#tracking.get(service)?.();
    this.#tracking.delete(service);
    this.services.remove(service);
    if (this.services.count(family) === 0) {
      this.#unregister.get(family)?.();
      this.#unregister.delete(family);
    }
    service.scheduler?.done();
    service.scheduler = undefined;
    const gone = service.destinations;
    service.destinations = [];
    for (const destination of gone) this.#discard(destination);
    this.#config = undefined;
  }

  /** `ipvsadm -a` (`ip_vs_add_dest`). A server that was removed not long ago comes back with its connections. */
  addDestination(key: ServiceKey, config: DestinationConfig): IpvsErrno | undefined {
    const service = this.services.exact(key);
    if (service === undefined) return 'ESRCH';
    const fault = faultOf(config);
    if (fault !== undefined) return fault;
    if (service.find(config.address, config.port) !== undefined) return 'EEXIST';
    let destination = this.#trash.take(service.settings, config);
    if (destination === undefined) {
      const type = this.host.addressType(config.address);
      if (type !== 'unicast' && type !== 'local') return 'EINVAL';
      destination = new Destination(config, service, this.#estimator);
    } else destination.stats.resume();
    this.#update(service, destination, config, true);
    service.destinations = [destination, ...service.destinations];
    service.scheduler?.changed(this.schedulingContext(service), { kind: 'added', destination, index: 0 });
    this.#changed(service);
    return undefined;
  }

  /** `ipvsadm -e` (`ip_vs_edit_dest`): everything but address and port is replaced. */
  editDestination(key: ServiceKey, config: DestinationConfig): IpvsErrno | undefined {
    const service = this.services.exact(key);
    if (service === undefined) return 'ESRCH';
    const fault = faultOf(config);
    if (fault !== undefined) return fault;
    const destination = service.find(config.address, config.port);
    if (destination === undefined) return 'ENOENT';
    this.#update(service, destination, config, false);
    const index = service.destinations.indexOf(destination);
    service.scheduler?.changed(this.schedulingContext(service), { kind: 'edited', destination, index });
    this.#changed(service);
    return undefined;
  }

  #update(service: Service, destination: Destination, config: DestinationConfig, isNew: boolean): void {
    const { method, tunnel } = destination;
    const next = config.tunnel;
    // Found by what it was added as, it keeps its place among others of the same address and port.
    const moves = isNew || method !== config.method || tunnel.type !== next.type || tunnel.port !== next.port;
    if (moves && !isNew) this.realServers.remove(destination);
    if (destination.service !== service) {
      destination.service = service;
      destination.stats.zero();
    }
    destination.configure(config, isNew);
    if (moves) this.realServers.add(destination);
    // FTP needs connection tracking, which finds out about data connections.
    if (config.method === 'masq' && service.settings.port === FTP_PORT && !this.#tracking.has(service)) {
      this.#tracking.set(service, this.nfct.require(service.settings.family));
    }
  }

  /** `ipvsadm -d` (`ip_vs_del_dest`). */
  deleteDestination(key: ServiceKey, address: DestinationConfig['address'], port: number): IpvsErrno | undefined {
    const service = this.services.exact(key);
    if (service === undefined) return 'ESRCH';
    const destination = service.find(address, port);
    if (destination === undefined) return 'ENOENT';
    const index = service.destinations.indexOf(destination);
    service.destinations = service.destinations.filter((entry) => entry !== destination);
    destination.available = false;
    service.scheduler?.changed(this.schedulingContext(service), { kind: 'removed', destination, index });
    this.#discard(destination);
    this.#changed(service);
    return undefined;
  }

  #discard(destination: Destination): void {
    destination.available = false;
    destination.stats.catchUp();
    this.realServers.remove(destination);
    this.#trash.add(destination);
    if (this.sysctls.expireNodestConn.value !== 0) this.#flushSoon();
  }

  /** With `expire_nodest_conn`, connections of removed servers end one tick later. */
  #flushSoon(): void {
    if (this.#flushPending) return;
    this.#flushPending = true;
    this.host.simulation.scheduleAt(tickTime(this.host, this.host.jiffies + 2), () => {
      this.#flushPending = false;
      this.connections.flushWithoutServer();
    });
  }

  #changed(service: Service): void {
    service.touch();
    this.#config = undefined;
  }

  // ---------------------------------------------------------------- counters and timeouts

  /** `ipvsadm -Z`: of one service with its servers, or of everything. */
  zero(key?: ServiceKey): IpvsErrno | undefined {
    if (key !== undefined) {
      const service = this.services.exact(key);
      if (service === undefined) return 'ESRCH';
      zeroService(service);
      return undefined;
    }
    for (const service of this.services) zeroService(service);
    this.total.zero();
    return undefined;
  }

  /** Timeouts in seconds, as `ipvsadm -L --timeout` shows them. */
  get timeouts(): IpvsTimeouts {
    const { hz } = this.host;
    const tcp = this.protocolData(PROTOCOL.tcp).timeouts;
    return {
      tcp: Math.floor(tcp[1]! / hz),
      tcpFin: Math.floor(tcp[4]! / hz),
      udp: Math.floor(this.protocolData(PROTOCOL.udp).timeouts[0]! / hz),
    };
  }

  /** `ipvsadm --set`: established TCP, FIN_WAIT, UDP. Entries take them at their next packet. */
  setTimeouts(timeouts: IpvsTimeouts): IpvsErrno | undefined {
    const { hz } = this.host;
    const most = Math.floor(MOST_TIMEOUT / hz);
    for (const value of [timeouts.tcp, timeouts.tcpFin, timeouts.udp]) if (value < 0 || value > most) return 'EINVAL';
    const tcp = this.protocolData(PROTOCOL.tcp).timeouts;
    if (timeouts.tcp !== 0) tcp[1] = timeouts.tcp * hz;
    if (timeouts.tcpFin !== 0) tcp[4] = timeouts.tcpFin * hz;
    if (timeouts.udp !== 0) this.protocolData(PROTOCOL.udp).timeouts[0] = timeouts.udp * hz;
    return undefined;
  }

  #catchUpStatistics(): void {
    this.total.catchUp();
    for (const service of this.services) {
      service.stats.catchUp();
      for (const destination of service.destinations) destination.stats.catchUp();
    }
  }

  // ---------------------------------------------------------------- for the packet path

  protocolData(protocol: number): ProtocolData {
    return this.#data.get(protocol)!;
  }

  schedulingContext(service: Service): SchedulingContext {
    const { host, sysctls } = this;
    return {
      destinations: service.destinations,
      flags: service.settings.schedulerFlags,
      jiffies: host.jiffies,
      hz: host.hz,
      random: host.simulation.random.stream('ipvs-scheduler'),
      meter: host.meter,
      parameter: (name) => sysctls.value(name),
    };
  }
}

function zeroService(service: Service): void {
  service.stats.zero();
  for (const destination of service.destinations) destination.stats.zero();
}

/** What the kernel refuses of a server before it looks for it. */
function faultOf(config: DestinationConfig): IpvsErrno | undefined {
  if (config.weight < 0 || config.lowerThreshold > config.upperThreshold) return 'ERANGE';
  if (config.upperThreshold > MOST_TIMEOUT) return 'EINVAL';
  if (config.tunnel.type === 'gue' && config.tunnel.port === 0) return 'EINVAL';
  return undefined;
}

function keyOf(key: ServiceKey): ServiceKey {
  const { family, protocol, address, port, fwmark } = key;
  return { family, protocol, address, port, fwmark };
}

/** The settings alone, whatever else the object holds. */
function settingsOf(settings: ServiceSettings): ServiceSettings {
  const { scheduler, schedulerFlags, persistent, timeout, netmask, onePacket } = settings;
  return { ...keyOf(settings), scheduler, schedulerFlags, persistent, timeout, netmask, onePacket };
}

function sameSettings(a: ServiceSettings, b: ServiceSettings): boolean {
  return (
    a.scheduler === b.scheduler &&
    a.schedulerFlags === b.schedulerFlags &&
    a.persistent === b.persistent &&
    a.timeout === b.timeout &&
    a.netmask === b.netmask &&
    a.onePacket === b.onePacket
  );
}

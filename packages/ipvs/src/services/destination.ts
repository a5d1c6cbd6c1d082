import type { Address, Route } from '@chainwalk/core';
import { type EstimatorClock, Stats } from '../stats.ts';
import type { DestinationConfig, ForwardMethod, ServiceKey, TunnelConfig } from './config.ts';
import type { Service } from './service.ts';

/** A route towards a real server, good as long as the host's routes are the same. */
export interface CachedRoute {
  readonly fib: object;
  /** Of what had been learnt of MTUs then; `undefined` never fits. */
  readonly generation: number | undefined;
  readonly route: Route;
}

/** What a real server looks at in a connection of its own. */
interface BoundConnection {
  readonly isTemplate: boolean;
  readonly inactive: boolean;
}

/**
 * A real server at run time (`struct ip_vs_dest`): its configuration, flat for the packet path, and what its connections
 * make of it. It outlives its removal for as long as connections refer to it, and comes back to life if it is added
 * again.
 *
 * Invariant: `activeConnections <= totalConnections`; templates count in `persistentConnections` alone.
 */
export class Destination {
  readonly address: Address;
  readonly port: number;
  /** The service it was made for; a later service of the same key takes it over. */
  readonly key: ServiceKey;
  config: DestinationConfig;
  service: Service;
  weight = 0;
  /** The last weight above 0, or 0 if it was added with that: what `mh` builds its table from. */
  lastWeight = 0;
  method: ForwardMethod = 'route';
  tunnel: TunnelConfig;
  activeConnections = 0;
  totalConnections = 0;
  persistentConnections = 0;
  upperThreshold = 0;
  lowerThreshold = 0;
  /** `IP_VS_DEST_F_OVERLOAD`. */
  overloaded = false;
  /** `IP_VS_DEST_CF_AVAILABLE`: false once it was removed. */
  available = false;
  /** Connections and scheduler caches that refer to it. */
  references = 0;
  /** Since which tick it lies idle in the trash; `undefined` if nobody looked yet. */
  idleSince: number | undefined = undefined;
  readonly stats: Stats;
  routeCache: CachedRoute | undefined = undefined;

  constructor(config: DestinationConfig, service: Service, clock: EstimatorClock) {
    this.address = config.address;
    this.port = config.port;
    this.key = service.settings;
    this.config = config;
    this.tunnel = config.tunnel;
    this.service = service;
    this.stats = new Stats(clock);
  }

  get inactiveConnections(): number {
    return Math.max(this.totalConnections - this.activeConnections, 0);
  }

  /** What lc and wlc compare: an active connection weighs as much as 256 inactive ones (`ip_vs_dest_conn_overhead`). */
  get overhead(): number {
    return this.activeConnections * 256 + this.inactiveConnections;
  }

  /** Takes over a configuration (`__ip_vs_update_dest`). */
  configure(config: DestinationConfig, isNew: boolean): void {
    this.config = config;
    if (isNew || config.weight !== 0) this.lastWeight = config.weight;
    this.weight = config.weight;
    this.method = config.method;
    this.tunnel = config.tunnel;
    this.available = true;
    this.routeCache = undefined;
    // A lower threshold closes it with the next connection that it gets, not at once.
    if (config.upperThreshold === 0 || config.upperThreshold > this.upperThreshold) this.overloaded = false;
    this.upperThreshold = config.upperThreshold;
    this.lowerThreshold = config.lowerThreshold;
  }

  /** A connection, or the template of connections to come, takes it as its server (`ip_vs_bind_dest`). */
  bound(connection: BoundConnection): void {
    if (connection.isTemplate) this.persistentConnections++;
    else {
      if (!connection.inactive) this.activeConnections++;
      this.totalConnections++;
    }
    if (this.upperThreshold !== 0 && this.totalConnections >= this.upperThreshold) this.overloaded = true;
  }

  /** A connection to it, or a template, is gone (`ip_vs_unbind_dest`). */
  unbound(connection: BoundConnection): void {
    if (connection.isTemplate) this.persistentConnections--;
    else {
      if (!connection.inactive) this.activeConnections--;
      this.totalConnections--;
    }
    const { totalConnections: total, upperThreshold: upper, lowerThreshold: lower } = this;
    if (lower !== 0 ? total < lower : upper === 0 || total * 4 < upper * 3) this.overloaded = false;
  }
}

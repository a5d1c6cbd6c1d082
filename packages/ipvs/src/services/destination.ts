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
  /** Where it opens again (`l_threshold_val`). */
  #reopensAt = 0;
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

  /** What lc and wlc compare: an active connection weighs as much as 257 inactive ones. */
  get overhead(): number {
    return this.activeConnections * 256 + this.totalConnections;
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
    if (this.upperThreshold === config.upperThreshold && this.lowerThreshold === config.lowerThreshold) return;
    this.upperThreshold = config.upperThreshold;
    this.lowerThreshold = config.lowerThreshold;
    this.#reopensAt = config.lowerThreshold || config.upperThreshold - (config.upperThreshold >>> 2);
    this.#updateOverload('edit');
  }

  /** A connection takes it as its server. */
  bound(active: boolean): void {
    if (active) this.activeConnections++;
    this.totalConnections++;
    if (this.totalConnections === this.upperThreshold) this.#updateOverload('bind');
  }

  /** A connection to it is gone. */
  unbound(active: boolean): void {
    if (active) this.activeConnections--;
    if (this.totalConnections-- === this.#reopensAt) this.#updateOverload('unbind');
  }

  /**
   * `__ip_vs_dest_update_overload`. The two thresholds change roles with what happened, so that a burst of binds and
   * unbinds between them cannot leave the flag behind.
   */
  #updateOverload(why: 'bind' | 'unbind' | 'edit'): void {
    const upper = this.upperThreshold;
    const total = this.totalConnections;
    if (upper !== 0) {
      if (total >= (why === 'bind' ? this.#reopensAt : upper)) {
        this.overloaded = true;
        return;
      }
      if (total >= (why === 'unbind' ? upper : this.#reopensAt)) return;
    }
    this.overloaded = false;
  }
}

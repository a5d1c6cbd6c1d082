import type { BoundScheduler } from '../schedulers/scheduler.ts';
import { type EstimatorClock, Stats } from '../stats.ts';
import type { ServiceConfig, ServiceSettings } from './config.ts';
import type { Destination } from './destination.ts';

/**
 * A virtual service at run time (`struct ip_vs_service`).
 * Invariant: `destinations` is in the kernel's order, the newest first; the list is replaced, never changed in place.
 */
export class Service {
  settings: ServiceSettings;
  destinations: readonly Destination[] = [];
  /** `undefined` for the scheduler `none`. */
  scheduler: BoundScheduler | undefined = undefined;
  readonly stats: Stats;
  /** Order of creation, and with it the place in its hash bucket. */
  readonly sequence: number;
  #config: ServiceConfig | undefined = undefined;

  constructor(settings: ServiceSettings, sequence: number, clock: EstimatorClock) {
    this.settings = settings;
    this.sequence = sequence;
    this.stats = new Stats(clock);
  }

  /** The configuration as a value; the same object until something changes. */
  get config(): ServiceConfig {
    this.#config ??= { ...this.settings, destinations: this.destinations.map((destination) => destination.config) };
    return this.#config;
  }

  /** To be called after each change of settings or servers. */
  touch(): void {
    this.#config = undefined;
  }

  /** The server with exactly this address and port (`ip_vs_lookup_dest`). */
  find(address: unknown, port: number): Destination | undefined {
    return this.destinations.find((entry) => entry.port === port && entry.address === address);
  }
}

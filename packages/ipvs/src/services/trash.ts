import { type EventHandle, type Host, tickTime, wheelTick } from '@chainwalk/core';
import type { DestinationConfig, ServiceSettings } from './config.ts';
import type { Destination } from './destination.ts';

/** Seconds that a removed server is kept after nothing refers to it any more (`IP_VS_DEST_TRASH_PERIOD`). */
const KEEP_SECONDS = 120;

/**
 * Removed servers, kept for their connections and for a while longer: one that is added again takes up its counts and
 * its connections (`dest_trash`).
 */
export class Trash {
  readonly #host: Host;
  #entries: Destination[] = [];
  #event: EventHandle | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  get size(): number {
    return this.#entries.length;
  }

  add(destination: Destination): void {
    destination.idleSince = undefined;
    this.#entries.unshift(destination);
    this.#schedule();
  }

  /** Takes out the server that the same service, or a new one of the same key, had before (`ip_vs_trash_get_dest`). */
  take(service: ServiceSettings, config: DestinationConfig): Destination | undefined {
    const at = this.#entries.findIndex(
      (entry) =>
        entry.address === config.address &&
        entry.port === config.port &&
        entry.key.fwmark === service.fwmark &&
        entry.key.protocol === service.protocol &&
        (service.fwmark !== 0 || (entry.key.address === service.address && entry.key.port === service.port)),
    );
    return at < 0 ? undefined : this.#entries.splice(at, 1)[0];
  }

  #schedule(): void {
    if (this.#event !== undefined || this.#entries.length === 0) return;
    const now = this.#host.jiffies;
    const due = wheelTick(now + (KEEP_SECONDS / 2) * this.#host.hz, now);
    this.#event = this.#host.simulation.scheduleAt(tickTime(this.#host, due), () => this.#round());
  }

  /** Twice in the period: what is found idle the second time, or later, is forgotten (`ip_vs_dest_trash_expire`). */
  #round(): void {
    this.#event = undefined;
    const now = this.#host.jiffies;
    this.#entries = this.#entries.filter((entry) => {
      if (entry.references > 0) return true;
      if (entry.idleSince === undefined) {
        entry.idleSince = Math.max(1, now);
        return true;
      }
      return now < entry.idleSince + KEEP_SECONDS * this.#host.hz;
    });
    this.#schedule();
  }
}

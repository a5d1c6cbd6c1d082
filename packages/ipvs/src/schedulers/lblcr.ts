import type { Destination } from '../services/destination.ts';
import { isOverloaded } from './lblc.ts';
import { leastLoaded, overhead } from './least.ts';
import { type LocalityEntry, LocalityTable } from './locality-table.ts';
import type { Scheduler, SchedulingContext } from './scheduler.ts';

interface Entry extends LocalityEntry {
  /** Servers of the address, the one added last first. */
  servers: readonly Destination[];
  /** Tick of the last change of the set. */
  lastChange: number;
}

/**
 * `lblcr`: lblc with replication. A destination address keeps a set of servers; the least loaded of them serves it, and
 * one more joins when that one is overloaded. A set that did not change for `lblcr_expiration` loses its most loaded.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_lblcr.c`, `ip_vs_lblcr_schedule`.
 */
export const lblcr: Scheduler<LocalityTable<Entry>> = {
  name: 'lblcr',

  init: (service) =>
    new LocalityTable<Entry>(service, 'lblcr_expiration', (entry) => {
      for (const server of entry.servers) server.references--;
    }),

  schedule(service, table, request) {
    table.collect(service);
    const now = service.jiffies;
    const entry = table.get(request.destinationAddress);
    if (entry === undefined) {
      const destination = leastLoaded(service, overhead);
      if (destination === undefined || table.isFull) return destination;
      destination.references++;
      table.add({ address: request.destinationAddress, servers: [destination], lastUse: now, lastChange: now });
      return destination;
    }
    entry.lastUse = now;
    const cached = leastOfSet(entry, service);
    if (entry.servers.length > 1 && now > entry.lastChange + service.parameter('lblcr_expiration') * service.hz) {
      dropMostLoaded(entry, now);
    }
    if (cached !== undefined && !isOverloaded(cached, service)) return cached;
    const destination = leastLoaded(service, overhead);
    if (destination !== undefined && !entry.servers.includes(destination)) {
      destination.references++;
      entry.servers = [destination, ...entry.servers];
      entry.lastChange = now;
    }
    return destination;
  },

  done(table) {
    table.clear();
  },
};

/** As wlc, over the set, and only servers that still exist (`ip_vs_dest_set_min`). */
function leastOfSet(entry: Entry, service: SchedulingContext): Destination | undefined {
  let least: Destination | undefined;
  for (const candidate of entry.servers) {
    service.meter.ipvsDestinations++;
    if (candidate.overloaded || !candidate.available) continue;
    if (least === undefined) {
      if (candidate.weight > 0) least = candidate;
    } else if (least.overhead * candidate.weight > candidate.overhead * least.weight) least = candidate;
  }
  return least;
}

/** The one with the most connections for its weight leaves the set (`ip_vs_dest_set_max`). */
function dropMostLoaded(entry: Entry, now: number): void {
  let most: Destination | undefined;
  for (const candidate of entry.servers) {
    if (candidate.weight <= 0) continue;
    if (most === undefined || most.overhead * candidate.weight < candidate.overhead * most.weight) most = candidate;
  }
  if (most === undefined) return;
  most.references--;
  entry.servers = entry.servers.filter((server) => server !== most);
  entry.lastChange = now;
}

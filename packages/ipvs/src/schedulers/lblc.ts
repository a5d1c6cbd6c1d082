import type { Destination } from '../services/destination.ts';
import { leastLoaded, overhead } from './least.ts';
import { type LocalityEntry, LocalityTable } from './locality-table.ts';
import type { Scheduler, SchedulingContext } from './scheduler.ts';

interface Entry extends LocalityEntry {
  readonly destination: Destination;
}

/**
 * `lblc`: locality-based least connections. A destination address keeps its server until that is gone, quiescent, or has
 * more active connections than weight while another has fewer than half; then as wlc.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_lblc.c`, `ip_vs_lblc_schedule`. A server at its upper threshold still serves the
 * addresses that are cached for it.
 */
export const lblc: Scheduler<LocalityTable<Entry>> = {
  name: 'lblc',

  init: (service) => new LocalityTable<Entry>(service, 'lblc_expiration', (entry) => entry.destination.references--),

  schedule(service, table, request) {
    table.collect(service);
    const entry = table.get(request.destinationAddress);
    if (entry !== undefined) {
      entry.lastUse = service.jiffies;
      const { destination } = entry;
      if (destination.available && destination.weight > 0 && !isOverloaded(destination, service)) return destination;
    }
    const destination = leastLoaded(service, overhead);
    if (destination === undefined || destination === entry?.destination) return destination;
    if (entry !== undefined) table.remove(entry);
    if (!table.isFull) {
      destination.references++;
      table.add({ address: request.destinationAddress, destination, lastUse: service.jiffies });
    }
    return destination;
  },

  done(table) {
    table.clear();
  },
};

/** More active connections than weight, while some other server has fewer than half of its own (`is_overloaded`). */
export function isOverloaded(destination: Destination, service: SchedulingContext): boolean {
  if (destination.activeConnections <= destination.weight) return false;
  return service.destinations.some((other) => {
    service.meter.ipvsDestinations++;
    return other.activeConnections * 2 < other.weight;
  });
}

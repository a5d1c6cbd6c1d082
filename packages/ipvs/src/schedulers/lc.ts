import type { Destination } from '../services/destination.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * `lc`: the server with the fewest connections, the first of equals; weights count only as zero or not.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_lc.c`, `ip_vs_lc_schedule`.
 */
export const lc: Scheduler<undefined> = {
  name: 'lc',
  init: () => undefined,
  schedule(service) {
    let least: Destination | undefined;
    for (const candidate of service.destinations) {
      service.meter.ipvsDestinations++;
      if (candidate.overloaded || candidate.weight === 0) continue;
      if (least === undefined || candidate.overhead < least.overhead) least = candidate;
    }
    return least;
  },
};

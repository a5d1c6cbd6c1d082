import type { Destination } from '../services/destination.ts';
import { expectedDelay } from './least.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * `nq`: never queue. The first idle server in the list wins at once; if all are busy, as sed.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_nq.c`, `ip_vs_nq_schedule`.
 */
export const nq: Scheduler<undefined> = {
  name: 'nq',
  init: () => undefined,
  schedule(service) {
    let least: Destination | undefined;
    for (const candidate of service.destinations) {
      service.meter.ipvsDestinations++;
      if (candidate.overloaded || candidate.weight === 0) continue;
      if (candidate.activeConnections === 0) return candidate;
      if (least === undefined || expectedDelay(least) * candidate.weight > expectedDelay(candidate) * least.weight) {
        least = candidate;
      }
    }
    return least;
  },
};

import type { Destination } from '../services/destination.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * `fo`: weighted fail-over. Everything goes to the heaviest usable server, the first of equals.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_fo.c`, `ip_vs_fo_schedule`.
 */
export const fo: Scheduler<undefined> = {
  name: 'fo',
  init: () => undefined,
  schedule(service) {
    let heaviest: Destination | undefined;
    for (const candidate of service.destinations) {
      service.meter.ipvsDestinations++;
      if (!candidate.overloaded && candidate.weight > (heaviest?.weight ?? 0)) heaviest = candidate;
    }
    return heaviest;
  },
};

import type { Destination } from '../services/destination.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * `ovf`: weighted overflow. The heaviest server until it has more active connections than its weight, then the next
 * heaviest. Datagrams are never active, so they never overflow.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_ovf.c`, `ip_vs_ovf_schedule`.
 */
export const ovf: Scheduler<undefined> = {
  name: 'ovf',
  init: () => undefined,
  schedule(service) {
    let heaviest: Destination | undefined;
    for (const candidate of service.destinations) {
      service.meter.ipvsDestinations++;
      const { weight } = candidate;
      if (candidate.overloaded || candidate.activeConnections > weight || weight === 0) continue;
      if (heaviest === undefined || weight > heaviest.weight) heaviest = candidate;
    }
    return heaviest;
  },
};

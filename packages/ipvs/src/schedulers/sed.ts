import { expectedDelay, leastLoaded } from './least.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * `sed`: shortest expected delay. Inactive connections do not count, so datagrams all go to the heaviest server.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_sed.c`, `ip_vs_sed_schedule`.
 */
export const sed: Scheduler<undefined> = {
  name: 'sed',
  init: () => undefined,
  schedule: (service) => leastLoaded(service, expectedDelay),
};

import { leastLoaded, overhead } from './least.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * `wlc`: the server with the fewest connections for its weight. The default of `ipvsadm`.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_wlc.c`, `ip_vs_wlc_schedule`.
 */
export const wlc: Scheduler<undefined> = {
  name: 'wlc',
  init: () => undefined,
  schedule: (service) => leastLoaded(service, overhead),
};

import type { Destination } from '../services/destination.ts';
import type { Scheduler } from './scheduler.ts';

/** The server used last; `undefined` stands for the head of the list, before the first. */
interface Pointer {
  last: Destination | undefined;
}

/**
 * `rr`: the servers in list order, one after the other; weights count only as zero or not.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_rr.c`, `ip_vs_rr_schedule`.
 *
 * Invariant: over any `n` picks in a row with `n` usable servers and no changes, each is picked exactly once.
 */
export const rr: Scheduler<Pointer> = {
  name: 'rr',

  init: () => ({ last: undefined }),

  schedule(service, state) {
    const { destinations, meter } = service;
    const start = state.last === undefined ? -1 : destinations.indexOf(state.last);
    for (let step = 1; step <= destinations.length; step++) {
      const candidate = destinations[(start + step) % destinations.length]!;
      meter.ipvsDestinations++;
      if (!candidate.overloaded && candidate.weight > 0) {
        state.last = candidate;
        return candidate;
      }
    }
    return undefined;
  },

  /** When the server under the pointer goes, the pointer steps back to the one before it. */
  changed(service, state, change) {
    if (change.kind === 'removed' && state.last === change.destination)
      state.last = service.destinations[change.index - 1];
  },
};

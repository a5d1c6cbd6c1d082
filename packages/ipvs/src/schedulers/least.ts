import type { Destination } from '../services/destination.ts';
import type { SchedulingContext } from './scheduler.ts';

/**
 * The server with the least load for its weight, the first of equals; servers at their threshold are passed over
 * (`ip_vs_wlc_schedule` and its copies in sed, nq, lblc and lblcr). Only the first candidate's weight is tested: a load
 * over weight 0 is never less than another.
 */
export function leastLoaded(
  service: SchedulingContext,
  load: (destination: Destination) => number,
): Destination | undefined {
  let least: Destination | undefined;
  let leastLoad = 0;
  for (const candidate of service.destinations) {
    service.meter.ipvsDestinations++;
    if (candidate.overloaded) continue;
    if (least === undefined) {
      if (candidate.weight <= 0) continue;
      least = candidate;
      leastLoad = load(candidate);
      continue;
    }
    const candidateLoad = load(candidate);
    if (leastLoad * candidate.weight > candidateLoad * least.weight) {
      least = candidate;
      leastLoad = candidateLoad;
    }
  }
  return least;
}

/** Connections weighed as lc and wlc do. */
export function overhead(destination: Destination): number {
  return destination.overhead;
}

/** Expected delay as sed and nq see it: the active connections and the one to come. */
export function expectedDelay(destination: Destination): number {
  return destination.activeConnections + 1;
}

import type { Destination } from '../services/destination.ts';
import type { Scheduler } from './scheduler.ts';

/**
 * `twos`: the power of two random choices. Two servers are drawn by weight; the one with fewer connections for its
 * weight wins, the first draw on ties.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_twos.c`, `ip_vs_twos_schedule`. Draws run from 0 to the total inclusive, so the
 * first server in the list has one ticket more than its weight.
 */
export const twos: Scheduler<undefined> = {
  name: 'twos',
  init: () => undefined,

  schedule(service) {
    const usable = service.destinations.filter((candidate) => {
      service.meter.ipvsDestinations++;
      return !candidate.overloaded && candidate.weight > 0;
    });
    if (usable.length === 0) return undefined;
    const total = usable.reduce((sum, candidate) => sum + candidate.weight, 0);
    const first = draw(usable, service.random.below(total + 1));
    const second = draw(usable, service.random.below(total + 1));
    return second.weight * first.overhead > first.weight * second.overhead ? second : first;
  },
};

/** The server that holds a ticket; tickets are numbered along the list. */
function draw(servers: readonly Destination[], ticket: number): Destination {
  let left = ticket;
  for (const server of servers) {
    left -= server.weight;
    if (left <= 0) return server;
  }
  return servers.at(-1)!;
}

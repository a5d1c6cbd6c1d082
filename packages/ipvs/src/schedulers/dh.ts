import { foldAddress } from '../hash/fold-address.ts';
import { hash32 } from '../hash/hash-32.ts';
import type { Destination } from '../services/destination.ts';
import { isUnavailable } from './availability.ts';
import type { Scheduler, SchedulingContext } from './scheduler.ts';

const BITS = 8;
const SIZE = 1 << BITS;

interface Buckets {
  buckets: readonly Destination[];
}

/**
 * `dh`: destination hashing. 256 buckets are dealt out to the servers in turn, whatever they weigh; the address that the
 * packet asks for picks one. Of use with services by mark, which answer for many addresses.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_dh.c`, `ip_vs_dh_schedule`.
 */
export const dh: Scheduler<Buckets> = {
  name: 'dh',

  init: (service) => ({ buckets: deal(service) }),

  changed(service, state, change) {
    if (change.kind !== 'edited') state.buckets = deal(service);
  },

  schedule(service, state, request) {
    service.meter.ipvsDestinations++;
    const destination = state.buckets[hash32(foldAddress(request.destinationAddress), BITS)];
    if (destination === undefined || !destination.available || isUnavailable(destination)) return undefined;
    return destination;
  },
};

function deal(service: SchedulingContext): readonly Destination[] {
  const { destinations } = service;
  if (destinations.length === 0) return [];
  return Array.from({ length: SIZE }, (_, bucket) => destinations[bucket % destinations.length]!);
}

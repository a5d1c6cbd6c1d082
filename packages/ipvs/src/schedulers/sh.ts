import { foldAddress } from '../hash/fold-address.ts';
import { hash32 } from '../hash/hash-32.ts';
import { SCHEDULER_FLAG } from '../services/config.ts';
import type { Destination } from '../services/destination.ts';
import { isUnavailable } from './availability.ts';
import type { Scheduler, SchedulingContext } from './scheduler.ts';

const BITS = 8;
const SIZE = 1 << BITS;

interface Buckets {
  buckets: readonly Destination[];
}

/**
 * `sh`: source hashing. 256 buckets are dealt out to the servers by weight; the client's address, with `sh-port` its
 * port too, picks one. An unavailable server refuses its clients unless `sh-fallback` lets them look further.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_sh.c`, `ip_vs_sh_schedule`.
 *
 * Invariant: without changes, one client always gets the same server.
 */
export const sh: Scheduler<Buckets> = {
  name: 'sh',
  flags: [
    { name: 'sh-fallback', bit: SCHEDULER_FLAG.first },
    { name: 'sh-port', bit: SCHEDULER_FLAG.second },
  ],

  init: (service) => ({ buckets: deal(service) }),

  changed(service, state) {
    state.buckets = deal(service);
  },

  schedule(service, state, request) {
    const port = (service.flags & SCHEDULER_FLAG.second) !== 0 ? request.clientPort : 0;
    const hash = hash32((port + foldAddress(request.clientAddress)) | 0, BITS);
    service.meter.ipvsDestinations++;
    const destination = state.buckets[hash];
    if (destination === undefined || !isUnavailable(destination)) return destination;
    if ((service.flags & SCHEDULER_FLAG.first) === 0) return undefined;
    for (let offset = 0; offset < SIZE; offset++) {
      service.meter.ipvsDestinations++;
      const candidate = state.buckets[(hash + ((offset + hash) % SIZE)) % SIZE]!;
      if (!isUnavailable(candidate)) return candidate;
    }
    return undefined;
  },
};

/** Each server in list order gets as many neighbouring buckets as it weighs, one at least, round after round. */
function deal(service: SchedulingContext): readonly Destination[] {
  const { destinations } = service;
  if (destinations.length === 0) return [];
  const buckets: Destination[] = [];
  let at = 0;
  let dealt = 0;
  while (buckets.length < SIZE) {
    const destination = destinations[at]!;
    buckets.push(destination);
    if (++dealt >= destination.weight) {
      at = (at + 1) % destinations.length;
      dealt = 0;
    }
  }
  return buckets;
}

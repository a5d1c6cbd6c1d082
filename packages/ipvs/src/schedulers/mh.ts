import { foldAddress } from '../hash/fold-address.ts';
import { hsiphash32 } from '../hash/siphash-1-3.ts';
import { SCHEDULER_FLAG } from '../services/config.ts';
import type { Destination } from '../services/destination.ts';
import { gcd, isUnavailable } from './availability.ts';
import type { Scheduler, SchedulingContext } from './scheduler.ts';

/** Size of the look-up table, a prime (`CONFIG_IP_VS_MH_TAB_INDEX` 12). */
export const MH_TABLE_SIZE = 4093;
/** Weights are scaled down to this many bits. */
const WEIGHT_BITS = 6;
/** Keys of the two hash functions. */
const OFFSET_KEY = 2654435761;
const SKIP_KEY = 2654446892;

interface Lookup {
  table: readonly (Destination | undefined)[];
}

/**
 * `mh`: Maglev hashing. Each server walks the table in an order of its own and takes the first free place, in turns by
 * weight, until the table is full; the client's address, with `mh-port` its port too, picks a place. A server that goes
 * moves few clients of the others.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_mh.c`, `ip_vs_mh_schedule`. A server edited to weight 0 keeps its places and refuses
 * its clients, unless `mh-fallback` lets them look further.
 */
export const mh: Scheduler<Lookup> = {
  name: 'mh',
  flags: [
    { name: 'mh-fallback', bit: SCHEDULER_FLAG.first },
    { name: 'mh-port', bit: SCHEDULER_FLAG.second },
  ],

  init: (service) => ({ table: populate(service, []) }),

  changed(service, state) {
    state.table = populate(service, state.table);
  },

  schedule(service, state, request) {
    const port = (service.flags & SCHEDULER_FLAG.second) !== 0 ? request.clientPort : 0;
    const word = (port + foldAddress(request.clientAddress)) >>> 0;
    service.meter.ipvsDestinations++;
    const hash = hsiphash32(word, OFFSET_KEY) % MH_TABLE_SIZE;
    const destination = state.table[hash];
    if (destination === undefined || !isUnavailable(destination)) return destination;
    if ((service.flags & SCHEDULER_FLAG.first) === 0) return undefined;
    for (let offset = 0; offset < MH_TABLE_SIZE; offset++) {
      const further = (offset + hash) % MH_TABLE_SIZE;
      service.meter.ipvsDestinations++;
      const candidate = state.table[hsiphash32((further + word) >>> 0, OFFSET_KEY) % MH_TABLE_SIZE];
      if (candidate === undefined) return undefined;
      if (!isUnavailable(candidate)) return candidate;
    }
    return undefined;
  },
};

/** How one server walks the table. */
interface Walk {
  readonly destination: Destination;
  readonly skip: number;
  /** Places taken in each round. */
  readonly turns: number;
  at: number;
}

function populate(
  service: SchedulingContext,
  previous: readonly (Destination | undefined)[],
): readonly (Destination | undefined)[] {
  const weights = service.destinations.map((destination) => destination.lastWeight).filter((weight) => weight > 0);
  if (weights.length === 0) return [];
  // Linux answers EINVAL to the change and keeps the table as it was.
  if (service.destinations.length > MH_TABLE_SIZE) return previous;
  const divisor = weights.reduce(gcd);
  const heaviest = Math.max(...weights);
  const shift = Math.max(0, 32 - Math.clz32(Math.trunc(heaviest / divisor)) - WEIGHT_BITS);
  const walks: Walk[] = [];
  for (const destination of service.destinations) {
    if (destination.lastWeight === 0) continue;
    const word = (destination.port + foldAddress(destination.address)) >>> 0;
    walks.push({
      destination,
      at: hsiphash32(word, OFFSET_KEY) % MH_TABLE_SIZE,
      skip: (hsiphash32(word, SKIP_KEY) % (MH_TABLE_SIZE - 1)) + 1,
      turns: (destination.lastWeight / divisor) >>> shift || 1,
    });
  }
  const table = new Array<Destination | undefined>(MH_TABLE_SIZE).fill(undefined);
  for (let filled = 0; filled < MH_TABLE_SIZE; ) {
    for (const walk of walks) {
      for (let turn = 0; turn < walk.turns && filled < MH_TABLE_SIZE; turn++) {
        while (table[walk.at] !== undefined) walk.at = (walk.at + walk.skip) % MH_TABLE_SIZE;
        table[walk.at] = walk.destination;
        filled++;
      }
    }
  }
  return table;
}

import type { Conntrack } from './conntrack.ts';
import { Status } from './status.ts';

/** How many buckets may be searched for connections to evict (`NF_CT_EVICTION_RANGE`). */
const EVICTION_RANGE = 8;

/**
 * Makes room (`early_drop`): of the bucket that the new tuple belongs to and the seven behind it, the first one with
 * anything to evict loses all of its unassured connections. Expired ones on the way are collected, but do not count.
 */
export function earlyDrop(conntrack: Conntrack, hash: number): boolean {
  const { table, now } = conntrack;
  let bucket = table.bucketOf(hash);
  for (let i = 0; i < EVICTION_RANGE; i++) {
    let evicted = 0;
    for (let node = table.first(bucket); node >= 0; ) {
      const next = table.next(node);
      if (table.isListed(node)) {
        if (table.isExpired(node, now)) conntrack.kill(table.at(node));
        else if ((table.statusAt(node) & Status.ASSURED) === 0 && conntrack.kill(table.at(node))) evicted++;
      }
      node = next;
    }
    if (evicted > 0) {
      conntrack.statistics.earlyDrop += evicted;
      return true;
    }
    bucket = (bucket + 1) % table.buckets;
  }
  return false;
}

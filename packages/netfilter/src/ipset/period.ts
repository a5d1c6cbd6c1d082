/** Seconds between two runs of a collector at most (`IPSET_GC_TIME`). */
const GC_TIME = 180;

/** Seconds between two runs of a set's collector (`IPSET_GC_PERIOD`). */
export function collectionPeriod(timeout: number): number {
  const third = Math.floor(timeout / 3);
  return third === 0 ? 1 : Math.min(third, GC_TIME);
}

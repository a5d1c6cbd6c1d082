/** Seconds between two runs of a collector at most (`IPSET_GC_TIME`). */
const GC_TIME = 180;

/** Seconds between two runs of a set's collector (`IPSET_GC_PERIOD`). */
function collectionPeriod(timeout: number): number {
  const third = Math.floor(timeout / 3);
  return third === 0 ? 1 : Math.min(third, GC_TIME);
}

/**
 * When the collector of a set with timeouts runs. Nothing happens between packets and commands, so it is asked then, and
 * names the last of the runs that have become due: what earlier ones would have found, that one finds too.
 */
export class CollectorSchedule {
  /** Ticks. */
  readonly #period: number;
  #next: number;

  /** `timeout` of the set in seconds; `first`, if given, is the tick of the first run, else a period from `now`. */
  constructor(timeout: number, now: number, hz: number, first?: number) {
    this.#period = collectionPeriod(timeout) * hz;
    this.#next = first ?? now + this.#period;
  }

  /** The tick of the last run until `now` that was not told before; `undefined` if there was none. */
  due(now: number): number | undefined {
    if (now < this.#next) return undefined;
    const last = this.#next + Math.floor((now - this.#next) / this.#period) * this.#period;
    this.#next = last + this.#period;
    return last;
  }
}

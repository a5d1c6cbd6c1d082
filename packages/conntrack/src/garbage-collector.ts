import type { EventHandle } from '@chainwalk/core';
import type { Connection } from './connection.ts';
import type { Conntrack } from './conntrack.ts';
import { Status } from './status.ts';
import { trackerFor } from './trackers/tracker.ts';

/** Seconds between passes (`GC_SCAN_INTERVAL_*`), and the longest remaining time that weighs in. */
const SHORTEST = 1;
const LONGEST = 60;
const CLAMP = 300;
/** Every pass starts as if it had met this many connections with a minute to live. */
const INITIAL_COUNT = 100;

/**
 * Removes expired connections from time to time (`gc_worker`). The pause follows a running average of what the last pass
 * found, 1 to 60 seconds. A pass costs no simulated time here, so it is never cut short by Linux's limit of 10 ms; its
 * other limit, 64000/HZ removals in a row, is kept.
 *
 * While the table is empty no event is pending, and the phase goes on as if one were: every minute.
 */
export class GarbageCollector {
  readonly #conntrack: Conntrack;
  #event: EventHandle | undefined;
  /** Tick of the next pass. */
  #next: number;
  #bucket = 0;
  #average = 0;
  #count = 0;
  #began = 0;
  #earlyDrop = false;

  constructor(conntrack: Conntrack) {
    this.#conntrack = conntrack;
    this.#next = conntrack.host.jiffies + conntrack.host.hz;
  }

  /** The table was full and nothing could be evicted: the next whole pass looks harder. */
  noteFull(): void {
    this.#earlyDrop = true;
    this.wake();
  }

  /** Makes sure that a pass is pending. */
  wake(): void {
    if (this.#event !== undefined) return;
    const { host } = this.#conntrack;
    // A pass over an empty table plans the next one a minute after its start.
    const idle = LONGEST * host.hz;
    if (host.jiffies >= this.#next) this.#next += Math.ceil((host.jiffies + 1 - this.#next) / idle) * idle;
    this.#schedule();
  }

  #schedule(): void {
    const { host } = this.#conntrack;
    this.#event = host.simulation.scheduleAt(
      Math.max(host.simulation.now, this.#next * (1_000_000_000 / host.hz)),
      () => this.#run(),
    );
  }

  #run(): void {
    const { host, table } = this.#conntrack;
    this.#event = undefined;
    const pause = this.#pass();
    this.#next = host.jiffies + pause;
    if (pause > 0) this.#earlyDrop = false;
    if (table.size > 0 || this.#earlyDrop || this.#bucket > 0) this.#schedule();
  }

  /** One slice; answers with the ticks until the next. */
  #pass(): number {
    const { host, table, sysctls } = this.#conntrack;
    const { hz, jiffies } = host;
    const now = this.#conntrack.now;
    const most = Math.floor(64000 / hz);
    const max95 = this.#earlyDrop ? Math.floor(sysctls.max.value / 100) * 95 : 0;
    let removed = 0;
    if (this.#bucket === 0) {
      this.#average = LONGEST * hz;
      this.#count = INITIAL_COUNT;
      this.#began = jiffies;
    }
    for (; this.#bucket < table.buckets; this.#bucket++) {
      for (let node = table.first(this.#bucket); node >= 0; ) {
        const next = table.next(node);
        if (table.isListed(node)) {
          if (removed > most) return jiffies - this.#began < LONGEST * hz ? 1 : 0;
          if (table.isExpired(node, now)) {
            this.#conntrack.kill(table.at(node));
            removed++;
          } else {
            const remaining = Math.min(Math.max((table.deadlineAt(node) - now) | 0, SHORTEST * hz), CLAMP * hz);
            this.#average += Math.trunc((remaining - this.#average) / ++this.#count);
            if (max95 !== 0 && this.#conntrack.count >= max95 && this.#mayGo(table.at(node))) {
              this.#conntrack.kill(table.at(node));
              removed++;
            }
          }
        }
        node = next;
      }
    }
    this.#bucket = 0;
    const pause = Math.min(Math.max(this.#average, SHORTEST * hz), LONGEST * hz);
    const took = Math.max(jiffies - this.#began, 1);
    return pause > took ? pause - took : 1;
  }

  /** Unassured, or on its way out (`gc_worker_can_early_drop`). */
  #mayGo(ct: Connection): boolean {
    return !ct.has(Status.ASSURED) || trackerFor(ct.protocol).mayEvict?.(ct) === true;
  }
}

import { type Host, SECOND } from '@chainwalk/core';

/** Messages in an interval, and the interval in seconds (`net_ratelimit_state`). */
const BURST = 10;
const INTERVAL = 5;

/** Writes to the kernel log, ten lines in five seconds at most (`net_warn_ratelimited`). */
export class RateLimitedLog {
  readonly #host: Host;
  #start = Number.NEGATIVE_INFINITY;
  #written = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  write(text: string): void {
    const { now } = this.#host.simulation;
    if (now - this.#start >= INTERVAL * SECOND) {
      this.#start = now;
      this.#written = 0;
    }
    if (this.#written++ < BURST) this.#host.log.write(text);
  }
}

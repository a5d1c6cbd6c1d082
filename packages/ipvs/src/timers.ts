import { type Host, type SimTime, tickTime, wheelTick } from '@chainwalk/core';

/**
 * A timer that sets itself again each time it fires, such as the estimator's. Its ticks are computed, not scheduled, so
 * that a simulation without traffic comes to an end.
 */
export class PeriodicClock {
  readonly #host: Host;
  readonly #first: number;
  readonly #period: number;
  #nextTime: SimTime;
  #count = 0;

  /** `delay` is what the timer asks for, in ticks; it gets what the wheel gives. */
  constructor(host: Host, delay: number) {
    this.#host = host;
    const now = host.jiffies;
    this.#first = wheelTick(now + delay, now);
    // From the first firing on it stands at a multiple of the granularity, so its period is constant.
    this.#period = wheelTick(this.#first + delay, this.#first) - this.#first;
    this.#nextTime = tickTime(host, this.#first);
  }

  /** How often it has fired up to now. */
  get count(): number {
    if (this.#host.simulation.now >= this.#nextTime) {
      this.#count = 1 + Math.floor((this.#host.jiffies - this.#first) / this.#period);
      this.#nextTime = tickTime(this.#host, this.nextTick);
    }
    return this.#count;
  }

  /** The tick of the next firing. */
  get nextTick(): number {
    return this.#first + this.#count * this.#period;
  }
}

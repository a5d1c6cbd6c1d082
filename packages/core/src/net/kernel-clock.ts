import type { Simulation } from '../engine/simulation.ts';
import { SECOND } from '../engine/time.ts';

/** How far before its wrap-around the kernel's clock of 32 bits starts, in seconds (`INITIAL_JIFFIES`). */
const EARLY_START = 300;

/** What the kernel knows of time: it sees it in ticks. */
export class KernelClock {
  readonly #simulation: Simulation;
  readonly #hz: number;
  /** What the clock of 32 bits showed when the simulation began. */
  readonly #start: number;
  /** The tick that was last asked for, and the moment of it. */
  #jiffies = 0;
  #jiffiesAt = 0;

  /**
   * @param hz ticks a second
   * @param uptime seconds that the kernel has been up when the simulation begins
   */
  constructor(simulation: Simulation, hz: number, uptime: number) {
    this.#simulation = simulation;
    this.#hz = hz;
    this.#start = Math.floor((uptime - EARLY_START) * hz);
  }

  /** Ticks since the simulation began (`jiffies`). */
  get jiffies(): number {
    const { now } = this.#simulation;
    if (now !== this.#jiffiesAt) {
      this.#jiffiesAt = now;
      this.#jiffies = Math.floor(now / (SECOND / this.#hz));
    }
    return this.#jiffies;
  }

  /** The clock of 32 bits, as a signed number: it starts at minus five minutes when the kernel does. */
  get jiffies32(): number {
    return (this.jiffies + this.#start) | 0;
  }
}

import type { Simulation } from '../engine/simulation.ts';

/** One line of the kernel log. */
export interface KernelLogLine {
  /** Simulated time in nanoseconds. */
  readonly time: number;
  /** Syslog severity, 0 (emerg) to 7 (debug). */
  readonly level: number;
  readonly text: string;
}

/**
 * The kernel's ring buffer of messages (`dmesg`): where LOG, TRACE and "table full" write.
 * Invariant: it keeps the last `capacity` lines, and `total` counts all that were ever written.
 */
export class KernelLog {
  readonly #simulation: Simulation;
  readonly #capacity: number;
  #lines: KernelLogLine[] = [];
  total = 0;

  constructor(simulation: Simulation, capacity = 100_000) {
    this.#simulation = simulation;
    this.#capacity = capacity;
  }

  /** Appends a line. `level` 4 is "warning", where LOG writes unless told otherwise. */
  write(text: string, level = 4): void {
    this.total++;
    this.#lines.push({ time: this.#simulation.now, level, text });
    if (this.#lines.length > 2 * this.#capacity) this.#lines = this.#lines.slice(-this.#capacity);
  }

  /** The lines from number `from` on, counted from 0 at the start of the host; older ones than are kept are gone. */
  since(from: number): readonly KernelLogLine[] {
    const first = this.total - this.#lines.length;
    return this.#lines.slice(Math.max(0, from - first));
  }
}

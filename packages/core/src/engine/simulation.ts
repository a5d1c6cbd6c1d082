import { invariant } from '../invariant.ts';
import { EventQueue } from './event-queue.ts';
import { RandomStreams } from './random.ts';
import type { Duration, SimTime } from './time.ts';

/** What `schedule` answers and `cancel` takes. */
export type EventHandle = number & { readonly __event?: never };

/** How a simulation starts. */
export interface SimulationOptions {
  /** Seed of every random stream. Default 1. */
  readonly seed?: number | string;
  /**
   * Wall-clock time at simulated time 0, in seconds since 1970, for what looks at the calendar (`-m time`).
   * Default 2026-01-01T00:00:00Z.
   */
  readonly epoch?: number;
}

/**
 * The clock, its event queue and its random streams. Nothing is global: two simulations in one process know nothing of
 * each other.
 *
 * Invariant: time never goes back; an event runs at exactly its due time, and events of one time run in the order in
 * which they were scheduled. An event that throws stops the run; the error reaches the caller of `step` or `run`.
 */
export class Simulation {
  readonly #queue = new EventQueue<() => void>();
  readonly random: RandomStreams;
  readonly epoch: number;
  #now: SimTime = 0;

  constructor(options: SimulationOptions = {}) {
    this.random = new RandomStreams(options.seed ?? 1);
    this.epoch = options.epoch ?? 1_767_225_600;
  }

  /** The current time; inside an event, its due time. */
  get now(): SimTime {
    return this.#now;
  }

  /** How many events are pending. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Runs `event` after `delay` nanoseconds (0 or more, whole). */
  schedule(delay: Duration, event: () => void): EventHandle {
    return this.scheduleAt(this.#now + delay, event);
  }

  /** Runs `event` at `time`, which must be whole and not past. */
  scheduleAt(time: SimTime, event: () => void): EventHandle {
    invariant(Number.isSafeInteger(time) && time >= this.#now, () => `cannot schedule at ${time}, it is ${this.#now}`);
    return this.#queue.push(time, event);
  }

  /** Takes back an event; false if it has run or was cancelled already. */
  cancel(handle: EventHandle): boolean {
    return this.#queue.remove(handle);
  }

  /** Due time of the next event. */
  peek(): SimTime | undefined {
    return this.#queue.peekTime();
  }

  /** Runs the next event; false if there is none. */
  step(): boolean {
    const time = this.#queue.peekTime();
    if (time === undefined) return false;
    this.#now = time;
    this.#queue.pop()!();
    return true;
  }

  /** Runs every event due at or before `until`, then stands at `until`; without it, runs until nothing is pending. */
  run(until?: SimTime): void {
    if (until === undefined) {
      while (this.step());
      return;
    }
    invariant(Number.isSafeInteger(until) && until >= this.#now, () => `cannot run until ${until}, it is ${this.#now}`);
    for (let time = this.peek(); time !== undefined && time <= until; time = this.peek()) this.step();
    this.#now = until;
  }
}

import type { Duration, EventHandle, SimTime, Simulation } from '@chainwalk/core';

/** How often a runner may and must run. */
export interface RunnerPeriods {
  /** At least this long between the end of one run and the start of the next. */
  readonly least: Duration;
  /** At most this long between runs. */
  readonly most: Duration;
  /** After a failed run, the next begins within this. */
  readonly retry: Duration;
}

/** A run: it calls `done` when it is over, at once or later. */
export type Run = (done: (ok: boolean) => void) => void;

/** What limits how often kube-proxy syncs. */
export interface SyncRunner {
  /** Asks for a run as soon as one is allowed. */
  request(): void;
  /** Takes back everything that is planned. */
  stop(): void;
  /** When the next run begins, if one is planned. */
  readonly next: SimTime | undefined;
}

/** The start of a run, at the earliest of the times that it was planned for. */
class PlannedStart {
  readonly #simulation: Simulation;
  readonly #start: () => void;
  #handle: EventHandle | undefined;
  #at: SimTime | undefined;

  constructor(simulation: Simulation, start: () => void) {
    this.#simulation = simulation;
    this.#start = start;
  }

  get at(): SimTime | undefined {
    return this.#at;
  }

  plan(at: SimTime): void {
    if (this.#at !== undefined && this.#at <= at) return;
    this.cancel();
    this.#at = at;
    this.#handle = this.#simulation.scheduleAt(at, () => {
      this.#handle = undefined;
      this.#at = undefined;
      this.#start();
    });
  }

  cancel(): void {
    if (this.#handle !== undefined) this.#simulation.cancel(this.#handle);
    this.#handle = undefined;
    this.#at = undefined;
  }
}

/**
 * Today's bounded-frequency runner: no bursts; a request during a run is served after it.
 *
 * Invariant: runs never overlap, and `least` passes between one's end and the next one's start.
 */
export class BoundedFrequencyRunner implements SyncRunner {
  readonly #simulation: Simulation;
  readonly #periods: RunnerPeriods;
  readonly #run: Run;
  readonly #start: PlannedStart;
  #running = false;
  #requested = false;
  #lastEnd: SimTime | undefined;

  constructor(simulation: Simulation, periods: RunnerPeriods, run: Run) {
    this.#simulation = simulation;
    this.#periods = periods;
    this.#run = run;
    this.#start = new PlannedStart(simulation, () => this.#begin());
  }

  get next(): SimTime | undefined {
    return this.#start.at;
  }

  request(): void {
    this.#requested = true;
    if (!this.#running) this.#start.plan(this.#earliest());
  }

  stop(): void {
    this.#start.cancel();
    this.#requested = false;
  }

  #earliest(): SimTime {
    const { now } = this.#simulation;
    return this.#lastEnd === undefined ? now : Math.max(now, this.#lastEnd + this.#periods.least);
  }

  #begin(): void {
    this.#requested = false;
    this.#running = true;
    this.#run((ok) => {
      this.#running = false;
      const now = this.#simulation.now;
      this.#lastEnd = now;
      this.#start.plan(now + Math.max(this.#periods.most, this.#periods.least));
      if (!ok) this.#start.plan(now + Math.max(this.#periods.retry, this.#periods.least));
      if (this.#requested) this.#start.plan(this.#earliest());
    });
  }
}

/**
 * The runner of releases up to about 1.33: a token bucket that gains a token each `least` and holds two, so that two
 * runs may follow each other closely; `most` bounds the time between starts.
 */
export class TokenBucketRunner implements SyncRunner {
  readonly #simulation: Simulation;
  readonly #periods: RunnerPeriods;
  readonly #run: Run;
  readonly #start: PlannedStart;
  readonly #burst: number;
  #tokens: number;
  #filled: SimTime;
  #running = false;
  #requested = false;

  constructor(simulation: Simulation, periods: RunnerPeriods, run: Run, burst = 2) {
    this.#simulation = simulation;
    this.#periods = periods;
    this.#run = run;
    this.#start = new PlannedStart(simulation, () => this.#begin());
    this.#burst = burst;
    this.#tokens = burst;
    this.#filled = simulation.now;
  }

  get next(): SimTime | undefined {
    return this.#start.at;
  }

  request(): void {
    this.#requested = true;
    if (!this.#running) this.#try();
  }

  stop(): void {
    this.#start.cancel();
    this.#requested = false;
  }

  #fill(): void {
    const { now } = this.#simulation;
    const gained = this.#periods.least === 0 ? this.#burst : (now - this.#filled) / this.#periods.least;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained);
    this.#filled = now;
  }

  #try(): void {
    this.#fill();
    const { now } = this.#simulation;
    const wait = this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) * this.#periods.least);
    this.#start.plan(now + wait);
  }

  #begin(): void {
    this.#fill();
    this.#tokens = Math.max(0, this.#tokens - 1);
    this.#requested = false;
    this.#running = true;
    const started = this.#simulation.now;
    this.#run((ok) => {
      this.#running = false;
      const { now } = this.#simulation;
      this.#start.plan(Math.max(now, started + this.#periods.most));
      if (!ok) this.#start.plan(now + this.#periods.retry);
      if (this.#requested) this.#try();
    });
  }
}

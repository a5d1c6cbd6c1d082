/** The five counters of a service, a server, or everything (`struct ip_vs_kstats`). */
export interface Counters {
  conns: number;
  inpkts: number;
  outpkts: number;
  inbytes: number;
  outbytes: number;
}

const KINDS = ['conns', 'inpkts', 'outpkts', 'inbytes', 'outbytes'] as const;

function zeroes(): Counters {
  return { conns: 0, inpkts: 0, outpkts: 0, inbytes: 0, outbytes: 0 };
}

/** When the estimator looks at the counters. */
export interface EstimatorClock {
  /** How often it has looked up to now. */
  readonly samples: number;
  /** Whether it runs at all (`run_estimation`). */
  readonly running: boolean;
}

/**
 * Counters as users see them: what traffic adds up is copied only when the estimator looks, every two seconds or a
 * little more, and rates are smoothed over what it saw (`ip_vs_est.c`).
 *
 * The estimator is no event: looks that are due are made up for when somebody asks or counts. Between two counts
 * nothing changes, so the result is that of a timer.
 */
export class Stats {
  readonly #clock: EstimatorClock;
  /** What traffic added up (`cpustats`). */
  readonly #live: Counters = zeroes();
  /** What the estimator saw last (`kstats`). */
  readonly #seen: Counters = zeroes();
  /** Where `-Z` put the zero (`kstats0`). */
  #zero: Counters = zeroes();
  /** Counters that the running rates start from. */
  #last: Counters = zeroes();
  /** Smoothed rates: packets and connections times 2^10, bytes times 2^5. */
  readonly #rate: Counters = zeroes();
  #samples: number;

  constructor(clock: EstimatorClock) {
    this.#clock = clock;
    this.#samples = clock.samples;
  }

  connection(): void {
    this.catchUp();
    this.#live.conns++;
  }

  packetIn(bytes: number): void {
    this.catchUp();
    this.#live.inpkts++;
    this.#live.inbytes += bytes;
  }

  packetOut(bytes: number): void {
    this.catchUp();
    this.#live.outpkts++;
    this.#live.outbytes += bytes;
  }

  /** Counters as shown. */
  shown(): Readonly<Counters> {
    this.catchUp();
    const shown = zeroes();
    for (const kind of KINDS) shown[kind] = this.#seen[kind] - this.#zero[kind];
    return shown;
  }

  /** Rates as shown, per second. */
  rates(): Readonly<Counters> {
    this.catchUp();
    const shown = zeroes();
    for (const kind of KINDS) {
      shown[kind] = isBytes(kind)
        ? Math.floor((this.#rate[kind] + 0xf) / 32)
        : Math.floor((this.#rate[kind] + 0x1ff) / 1024);
    }
    return shown;
  }

  /** `-Z`. Traffic that the estimator has not seen yet appears again at its next look. */
  zero(): void {
    this.catchUp();
    this.#zero = { ...this.#seen };
    this.#last = { ...this.#seen };
    for (const kind of KINDS) this.#rate[kind] = 0;
  }

  /** The estimator takes it up again after a time without it; looks that it missed are not made up for. */
  resume(): void {
    this.#samples = this.#clock.samples;
  }

  /** Makes up for the looks that were due. */
  catchUp(): void {
    let due = this.#clock.samples - this.#samples;
    if (due === 0) return;
    this.#samples = this.#clock.samples;
    if (!this.#clock.running) return;
    for (; due > 0; due--) if (!this.#look()) return;
  }

  /** One look; false if nothing moved, so that further ones would not move anything either. */
  #look(): boolean {
    let moved = false;
    for (const kind of KINDS) {
      const now = this.#live[kind];
      this.#seen[kind] = now;
      const rate = (now - this.#last[kind]) * (isBytes(kind) ? 16 : 512);
      this.#last[kind] = now;
      // An arithmetic shift: rates fall down to zero and do not stay at one.
      const change = Math.floor((rate - this.#rate[kind]) / 4);
      this.#rate[kind] += change;
      moved ||= change !== 0 || rate !== 0;
    }
    return moved;
  }
}

function isBytes(kind: keyof Counters): boolean {
  return kind === 'inbytes' || kind === 'outbytes';
}

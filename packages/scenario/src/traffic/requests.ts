import type { Duration, SimTime } from '@chainwalk/core';
import type { Target } from './endpoint.ts';
import { LatencyRecorder, type LatencySummary } from './latency-recorder.ts';

/**
 * What became of a request.
 * - `answered`
 * - `timed-out`: the client, or its TCP, gave up waiting
 * - `refused`: a reset to its SYN, or port unreachable
 * - `reset`: the connection was reset or closed before the answer was whole
 * - `unreachable`: an ICMP error other than port unreachable
 * - `no-port`: the client had no port left to send from
 */
export const OUTCOMES = ['answered', 'timed-out', 'refused', 'reset', 'unreachable', 'no-port'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One request as its client saw it. */
export interface RequestResult {
  readonly target: Target;
  readonly started: SimTime;
  /** From its beginning to its outcome; for the first of a connection the handshake is part of it. */
  readonly latency: Duration;
  /** Packets that the client's side had to send again for it. */
  readonly retries: number;
  readonly outcome: Outcome;
}

/** Connections that clients tried to open. Invariant: `opened` = `established` + `failed` + those still being opened. */
export interface ConnectionCounts {
  readonly opened: number;
  readonly established: number;
  readonly failed: number;
}

/** All requests of one kind of client until now. */
export interface RequestsReport {
  readonly sent: number;
  readonly inFlight: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly retries: number;
  /** Requests that needed at least one retry. */
  readonly retried: number;
  /** Of TCP clients. */
  readonly connections: ConnectionCounts;
  /** Of answered requests. */
  readonly latency: LatencySummary;
  /** Answers a second since the first request was sent. */
  readonly throughput: number;
  /** Mean number of requests in flight since the first was sent. */
  readonly meanInFlight: number;
}

/**
 * Counts requests and what became of them.
 * Invariant: sent = the sum of all outcomes + in flight.
 */
export class Requests {
  readonly #latency: LatencyRecorder;
  readonly #observers: ((result: RequestResult) => void)[] = [];
  readonly #outcomes: Record<Outcome, number> = {
    answered: 0,
    'timed-out': 0,
    refused: 0,
    reset: 0,
    unreachable: 0,
    'no-port': 0,
  };
  readonly #connections = { opened: 0, established: 0, failed: 0 };
  #sent = 0;
  #inFlight = 0;
  #retries = 0;
  #retried = 0;
  #first: SimTime | undefined;
  #area = 0;
  #changed = 0;

  constructor(exactLatencies?: number) {
    this.#latency = new LatencyRecorder(exactLatencies);
  }

  /** How many are not over. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Calls `observer` with each request that is over. */
  observe(observer: (result: RequestResult) => void): this {
    this.#observers.push(observer);
    return this;
  }

  /** A request begins; the answer is to be called once, when its fate is known. */
  begin(target: Target, now: SimTime): (at: SimTime, outcome: Outcome, retries: number) => void {
    this.#first ??= now;
    this.#account(now);
    this.#sent++;
    this.#inFlight++;
    return (at, outcome, retries) => {
      this.#account(at);
      this.#inFlight--;
      this.#outcomes[outcome]++;
      this.#retries += retries;
      if (retries > 0) this.#retried++;
      const latency = at - now;
      if (outcome === 'answered') this.#latency.record(latency);
      for (const observer of this.#observers) observer({ target, started: now, latency, retries, outcome });
    };
  }

  /** A connection is being opened; the answer is to be called once, when it is known whether it was. */
  opening(): (isEstablished: boolean) => void {
    this.#connections.opened++;
    return (isEstablished) => {
      this.#connections[isEstablished ? 'established' : 'failed']++;
    };
  }

  /** What happened until `now`. */
  report(now: SimTime): RequestsReport {
    const elapsed = now - (this.#first ?? now);
    return {
      sent: this.#sent,
      inFlight: this.#inFlight,
      outcomes: { ...this.#outcomes },
      retries: this.#retries,
      retried: this.#retried,
      connections: { ...this.#connections },
      latency: this.#latency.summary(),
      throughput: elapsed === 0 ? 0 : (this.#outcomes.answered * 1e9) / elapsed,
      meanInFlight: elapsed === 0 ? 0 : (this.#area + this.#inFlight * (now - this.#changed)) / elapsed,
    };
  }

  #account(now: SimTime): void {
    this.#area += this.#inFlight * (now - this.#changed);
    this.#changed = now;
  }
}

import {
  type Device,
  type Duration,
  type EventHandle,
  type Host,
  type MeterCounts,
  type Packet,
  refuse,
  type SimTime,
} from '@chainwalk/core';
import { LatencyRecorder, type LatencySummary } from './latency-recorder.ts';
import { rssHash } from './rss.ts';

export interface CpusOptions {
  /** How many cores take packets. Default 1. */
  readonly cores?: number;
  /** Nanoseconds that these operations take; what one packet or one system call counted is given. */
  readonly price: (counts: MeterCounts) => number;
  /** How many packets may wait at a core (`net.core.netdev_max_backlog`). Default 1000. */
  readonly backlog?: number;
  /** Exact latencies kept, see {@link LatencyRecorder}. */
  readonly exactLatencies?: number;
}

/** What one core did until now. */
export interface CoreReport {
  readonly arrived: number;
  readonly served: number;
  readonly dropped: number;
  readonly waiting: number;
  readonly mostWaiting: number;
  /** Mean number of packets waiting, over time. */
  readonly meanWaiting: number;
  /** Nanoseconds spent on received packets, and by processes. */
  readonly softirq: Duration;
  readonly process: Duration;
  /** Share of time spent on either, 0 to 1. */
  readonly utilisation: number;
}

/** What all cores did until now; latencies are of received packets, from arrival to the end of their softirq. */
export interface CpusReport {
  readonly cores: readonly CoreReport[];
  readonly wait: LatencySummary;
  readonly service: LatencySummary;
  readonly latency: LatencySummary;
}

interface Arrival {
  readonly device: Device;
  readonly packet: Packet;
  readonly at: SimTime;
  readonly begins: (() => void) | undefined;
}

interface Job {
  /** What a process still has to compute before it acts; once it acted, what acting costs. */
  left: Duration;
  /** Absent once it has acted. */
  action: (() => void) | undefined;
  held: readonly (() => void)[];
}

class Core {
  readonly queue: Arrival[] = [];
  head = 0;
  readonly jobs: Job[] = [];
  /** Since when a packet is being served. */
  softirqSince: SimTime | undefined = undefined;
  /** The process that runs, unless a packet interrupts it. */
  running: { readonly job: Job; readonly since: SimTime; readonly end: EventHandle } | undefined = undefined;
  /** Whether the process at hand is acting at this very moment, so that what becomes ready has to wait. */
  isActing = false;
  arrived = 0;
  served = 0;
  dropped = 0;
  mostWaiting = 0;
  softirq = 0;
  process = 0;
  /** Waiting packets x nanoseconds, up to `changed`. */
  area = 0;
  changed: SimTime;

  constructor(now: SimTime) {
    this.changed = now;
  }

  get waiting(): number {
    return this.queue.length - this.head;
  }

  /** To be called before the number of waiting packets changes. */
  account(now: SimTime): void {
    this.area += this.waiting * (now - this.changed);
    this.changed = now;
  }

  take(): Arrival {
    const arrival = this.queue[this.head++]!;
    if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue.splice(0, this.head);
      this.head = 0;
    }
    return arrival;
  }
}

/**
 * The processors of a host: each core has a bounded receive queue, into which packets go by the hash of their tuple. A
 * packet is served as long as its metered operations cost; what it makes the host send leaves when that time is over.
 * Received packets come before processes and interrupt them (softirq time before process time).
 *
 * The walk itself is done when service begins: the host's state at that moment decides, and its effects on tables are
 * seen from then on. A packet beyond the backlog is dropped with the reason `backlog-full`.
 * Invariant: arrived = served + dropped + waiting + (1 if one is being served), for each core.
 */
export class Cpus {
  readonly #host: Host;
  readonly #price: CpusOptions['price'];
  readonly #backlog: number;
  readonly #cores: readonly Core[];
  readonly #began: SimTime;
  readonly #wait: LatencyRecorder;
  readonly #service: LatencyRecorder;
  readonly #latency: LatencyRecorder;
  /** What waits for the end of the service that is being computed at this moment. */
  #held: (() => void)[] | undefined;

  /** @throws InputError for a number of cores or a backlog that is none */
  constructor(host: Host, options: CpusOptions) {
    const cores = options.cores ?? 1;
    this.#backlog = options.backlog ?? 1000;
    if (!(Number.isInteger(cores) && cores > 0)) refuse('bad-cpus', `a host has at least one core, not ${cores}`);
    if (!(this.#backlog >= 0)) refuse('bad-cpus', `a backlog is 0 or more, not ${this.#backlog}`);
    this.#host = host;
    this.#price = options.price;
    this.#began = host.simulation.now;
    this.#cores = Array.from({ length: cores }, () => new Core(this.#began));
    this.#wait = new LatencyRecorder(options.exactLatencies);
    this.#service = new LatencyRecorder(options.exactLatencies);
    this.#latency = new LatencyRecorder(options.exactLatencies);
  }

  /** The core that takes packets of this tuple: the low seven bits of the hash choose from an indirection table. */
  coreOf(packet: Packet): number {
    return (rssHash(packet) & 127) % this.#cores.length;
  }

  /** A frame arrives: it waits for its core, or is dropped. `begins` is called when its turn has come. */
  receive(device: Device, packet: Packet, begins?: () => void): void {
    const core = this.#cores[this.coreOf(packet)]!;
    const { now } = this.#host.simulation;
    core.arrived++;
    if (core.softirqSince !== undefined && core.waiting >= this.#backlog) {
      core.dropped++;
      return this.#host.drop(packet, 'backlog-full', 'the receive queue');
    }
    core.account(now);
    core.queue.push({ device, packet, at: now, begins });
    if (core.softirqSince === undefined) {
      this.#interrupt(core);
      this.#serve(core);
    } else core.mostWaiting = Math.max(core.mostWaiting, core.waiting);
  }

  /**
   * A process on a core computes for `time` nanoseconds and then acts, which costs what it makes the host do. Processes
   * of one core run one after the other, in the order in which they became ready.
   */
  process(core: number, time: Duration, action: () => void): void {
    const chosen = this.#cores[core % this.#cores.length]!;
    chosen.jobs.push({ left: time, action, held: [] });
    if (!chosen.isActing && chosen.softirqSince === undefined && chosen.running === undefined) this.#resume(chosen);
  }

  /** Whether what the host does at this moment is being priced. */
  get isServing(): boolean {
    return this.#held !== undefined;
  }

  /** Runs `effect` when the packet or call at hand has had its time; at once if nothing is being served. */
  afterService(effect: () => void): void {
    if (this.#held === undefined) effect();
    else this.#held.push(effect);
  }

  report(): CpusReport {
    const { now } = this.#host.simulation;
    const elapsed = now - this.#began;
    return {
      cores: this.#cores.map((core) => {
        const softirq = core.softirq + (core.softirqSince === undefined ? 0 : now - core.softirqSince);
        const process = core.process + (core.running === undefined ? 0 : now - core.running.since);
        const area = core.area + core.waiting * (now - core.changed);
        return {
          arrived: core.arrived,
          served: core.served,
          dropped: core.dropped,
          waiting: core.waiting,
          mostWaiting: core.mostWaiting,
          meanWaiting: elapsed === 0 ? 0 : area / elapsed,
          softirq,
          process,
          utilisation: elapsed === 0 ? 0 : (softirq + process) / elapsed,
        };
      }),
      wait: this.#wait.summary(),
      service: this.#service.summary(),
      latency: this.#latency.summary(),
    };
  }

  #serve(core: Core): void {
    const { simulation } = this.#host;
    const { now } = simulation;
    core.account(now);
    const { device, packet, at, begins } = core.take();
    core.softirqSince = now;
    begins?.();
    const { cost, held } = this.#measure(() => this.#host.receive(device, packet));
    this.#wait.record(now - at);
    simulation.schedule(cost, () => {
      core.served++;
      core.softirq += cost;
      this.#service.record(cost);
      this.#latency.record(simulation.now - at);
      core.softirqSince = undefined;
      if (core.waiting > 0) this.#serve(core);
      else this.#resume(core);
      for (const effect of held) effect();
    });
  }

  /** Does `work`, prices what it counted, and keeps back what it sent. */
  #measure(work: () => void): { readonly cost: Duration; readonly held: readonly (() => void)[] } {
    const { meter } = this.#host;
    const outer = this.#held;
    const held: (() => void)[] = [];
    this.#held = held;
    const before = meter.snapshot();
    try {
      work();
    } finally {
      this.#held = outer;
    }
    const cost = Math.round(this.#price(meter.since(before)));
    if (!(Number.isSafeInteger(cost) && cost >= 0)) refuse('bad-price', `a price is 0 ns or more, not ${cost}`);
    return { cost, held };
  }

  #interrupt(core: Core): void {
    const { running } = core;
    if (running === undefined) return;
    const { simulation } = this.#host;
    simulation.cancel(running.end);
    const ran = simulation.now - running.since;
    core.process += ran;
    running.job.left -= ran;
    core.running = undefined;
  }

  #resume(core: Core): void {
    const job = core.jobs[0];
    if (job === undefined) return;
    const { simulation } = this.#host;
    const since = simulation.now;
    const end = simulation.schedule(job.left, () => {
      core.process += simulation.now - since;
      core.running = undefined;
      job.left = 0;
      const { action } = job;
      if (action === undefined) {
        core.jobs.shift();
        this.#resume(core);
        for (const effect of job.held) effect();
        return;
      }
      job.action = undefined;
      core.isActing = true;
      const { cost, held } = this.#measure(action);
      core.isActing = false;
      job.left = cost;
      job.held = held;
      // What it did may have brought work to this very core.
      if (core.softirqSince === undefined && core.running === undefined) this.#resume(core);
    });
    core.running = { job, since, end };
  }
}

import type { Address, Meter, RandomStream } from '@chainwalk/core';
import type { Destination } from '../services/destination.ts';

/** What a scheduler may know of the packet that asks for a server. The client's side, also for ICMP errors. */
export interface SchedulingRequest {
  readonly clientAddress: Address;
  /** 0 if the protocol has no ports. */
  readonly clientPort: number;
  /** Destination address as the packet has it (in a quoted packet, the source). */
  readonly destinationAddress: Address;
}

/** What a scheduler may know of its service. */
export interface SchedulingContext {
  /** The servers in the kernel's order: the newest first. */
  readonly destinations: readonly Destination[];
  /** Bits of `SCHEDULER_FLAG`, given with `ipvsadm -b`. */
  readonly flags: number;
  /** Kernel ticks now. */
  readonly jiffies: number;
  readonly hz: number;
  readonly random: RandomStream;
  readonly meter: Meter;
  /** `net.ipv4.vs.NAME`, for parameters that belong to a scheduler. */
  parameter(name: string): number;
}

/** What happened to the servers of a service: which one, and where it stands or stood in the list. */
export interface DestinationChange {
  readonly kind: 'added' | 'edited' | 'removed';
  readonly destination: Destination;
  /** Place in the list; for a removed one, the place that it had. */
  readonly index: number;
}

/**
 * A way to pick a real server for a new connection (`struct ip_vs_scheduler`). The object itself is stateless and shared;
 * what it remembers of a service is `State`, made by {@link init}.
 */
export interface Scheduler<State = unknown> {
  /** What `ipvsadm -s` calls it. */
  readonly name: string;
  /** Names of the flags that `ipvsadm -b` takes for it, by bit; without, `flag-1`, `flag-2`, `flag-3`. */
  readonly flags?: readonly { readonly name: string; readonly bit: number }[];
  /** State of a service that begins to use it; servers may exist already. */
  init(service: SchedulingContext): State;
  /** The server for a new connection; `undefined` refuses it. */
  schedule(service: SchedulingContext, state: State, request: SchedulingRequest): Destination | undefined;
  /** Servers changed; `service` has the new list already. */
  changed?(service: SchedulingContext, state: State, change: DestinationChange): void;
  /** The service is gone or uses another scheduler. */
  done?(state: State): void;
}

/** A scheduler at work for one service. */
export class BoundScheduler {
  readonly scheduler: Scheduler;
  readonly #state: unknown;

  constructor(scheduler: Scheduler, service: SchedulingContext) {
    this.scheduler = scheduler;
    this.#state = scheduler.init(service);
  }

  schedule(service: SchedulingContext, request: SchedulingRequest): Destination | undefined {
    return this.scheduler.schedule(service, this.#state, request);
  }

  changed(service: SchedulingContext, change: DestinationChange): void {
    this.scheduler.changed?.(service, this.#state, change);
  }

  done(): void {
    this.scheduler.done?.(this.#state);
  }
}

import { type Address, ipv4FromBits, Meter, type RandomStream, RandomStreams } from '@chainwalk/core';
import {
  BoundScheduler,
  type Scheduler,
  type SchedulingContext,
  type SchedulingRequest,
} from '../../src/schedulers/scheduler.ts';
import { type DestinationConfig, NO_TUNNEL, type ServiceSettings } from '../../src/services/config.ts';
import { Destination } from '../../src/services/destination.ts';
import { Service } from '../../src/services/service.ts';

const CLOCK = { samples: 0, running: true };

const SETTINGS: ServiceSettings = {
  family: 'ipv4',
  protocol: 6,
  address: ipv4FromBits(0x0a600001),
  port: 80,
  fwmark: 0,
  scheduler: 'test',
  schedulerFlags: 0,
  persistent: false,
  timeout: 0,
  netmask: 0xffffffff,
  onePacket: false,
};

/** A scheduler and its servers without a host: commands and picks, and nothing else. */
export class Bench implements SchedulingContext {
  destinations: readonly Destination[] = [];
  readonly flags: number;
  jiffies = 0;
  readonly hz = 100;
  readonly random: RandomStream;
  readonly meter: Meter = new Meter();
  readonly #bound: BoundScheduler;
  readonly #service: Service = new Service(SETTINGS, 0, CLOCK);

  constructor(scheduler: Scheduler, flags = 0, seed = 1) {
    this.flags = flags;
    this.random = new RandomStreams(seed).stream('test');
    this.#bound = new BoundScheduler(scheduler, this);
  }

  parameter(): number {
    return 86400;
  }

  add(number: number, weight: number, upperThreshold = 0): Destination {
    const config = configOf(number, weight, upperThreshold);
    const destination = new Destination(config, this.#service, CLOCK);
    destination.configure(config, true);
    this.destinations = [destination, ...this.destinations];
    this.#bound.changed(this, { kind: 'added', destination, index: 0 });
    return destination;
  }

  edit(destination: Destination, weight: number): void {
    destination.configure({ ...destination.config, weight }, false);
    this.#bound.changed(this, { kind: 'edited', destination, index: this.destinations.indexOf(destination) });
  }

  remove(destination: Destination): void {
    const index = this.destinations.indexOf(destination);
    destination.available = false;
    this.destinations = this.destinations.filter((entry) => entry !== destination);
    this.#bound.changed(this, { kind: 'removed', destination, index });
  }

  /** Picks for a client; the connection is not opened. */
  pick(client: number, port = 40000, wanted = 0x0a600001): Destination | undefined {
    const request: SchedulingRequest = {
      clientAddress: ipv4FromBits(client) as Address,
      clientPort: port,
      destinationAddress: ipv4FromBits(wanted),
    };
    return this.#bound.schedule(this, request);
  }
}

function configOf(number: number, weight: number, upperThreshold: number): DestinationConfig {
  return {
    address: ipv4FromBits(0x0af40100 + number),
    port: 8080,
    method: 'masq',
    weight,
    upperThreshold,
    lowerThreshold: 0,
    tunnel: NO_TUNNEL,
  };
}

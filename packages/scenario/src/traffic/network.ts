import {
  type Address,
  type Device,
  type DropReason,
  type Duration,
  formatAddress,
  type Host,
  type HostEvent,
  MICROSECOND,
  type Packet,
  type RandomStream,
  refuse,
  type Simulation,
} from '@chainwalk/core';
import type { Cpus } from './cpus.ts';

export interface NetworkOptions {
  /** The processors that packets wait for; without them the host takes no time. */
  readonly cpus?: Cpus;
  /** How long a packet takes from an endpoint to the host or back. Default 50 microseconds. */
  readonly delay?: Duration;
  /** Share of packets that the links lose, 0 to 1. Default 0. */
  readonly loss?: number;
}

/** Sees packets as they cross the host's devices, as tcpdump would: those that a full backlog drops are not seen. */
export type Tap = (direction: 'in' | 'out', device: Device, packet: Packet) => void;

/** Packets between the host and the endpoints around it. */
export interface NetworkCounts {
  /** Sent by endpoints; of those, lost on the way and arrived at the host. The rest is on the way. */
  readonly sent: number;
  readonly lost: number;
  readonly arrived: number;
  /** Sent by the host through devices; of those, lost, arrived, and meant for an address that nobody has. */
  readonly transmitted: number;
  readonly transmittedLost: number;
  readonly delivered: number;
  readonly unclaimed: number;
  /** Packets that the host ended, by reason. */
  readonly drops: Readonly<Partial<Record<DropReason, number>>>;
}

/**
 * What lies behind a host's devices: endpoints with addresses, reached over links that take time and may lose packets.
 * Links never reorder.
 *
 * Invariant: sent = lost + arrived + on the way, in either direction.
 */
export class Network {
  readonly host: Host;
  readonly simulation: Simulation;
  readonly cpus: Cpus | undefined;
  readonly #delay: Duration;
  readonly #loss: number;
  readonly #random: RandomStream;
  readonly #stations = new Map<string, Map<Address, (packet: Packet) => void>>();
  readonly #drops = new Map<DropReason, number>();
  readonly #taps: Tap[] = [];
  #sent = 0;
  #lost = 0;
  #arrived = 0;
  #transmitted = 0;
  #transmittedLost = 0;
  #delivered = 0;
  #unclaimed = 0;

  /** @throws InputError for a delay or a loss out of range */
  constructor(host: Host, options: NetworkOptions = {}) {
    this.host = host;
    this.simulation = host.simulation;
    this.cpus = options.cpus;
    this.#delay = options.delay ?? 50 * MICROSECOND;
    this.#loss = options.loss ?? 0;
    if (!(Number.isSafeInteger(this.#delay) && this.#delay >= 0))
      refuse('bad-network', `a delay is in whole nanoseconds, not ${this.#delay}`);
    if (!(this.#loss >= 0 && this.#loss <= 1)) refuse('bad-network', `a loss is from 0 to 1, not ${this.#loss}`);
    this.#random = this.simulation.random.stream('network loss');
    host.observe((event) => this.#observe(event));
  }

  /**
   * Puts somebody with an address behind a device; what the answer does takes it away again, silently.
   * @throws InputError if the address is taken, or the host has no such device
   */
  attach(deviceName: string, address: Address, receive: (packet: Packet) => void): () => void {
    this.#device(deviceName);
    let stations = this.#stations.get(deviceName);
    if (stations === undefined) this.#stations.set(deviceName, (stations = new Map()));
    if (stations.has(address)) refuse('address-taken', `${formatAddress(address)} is taken behind ${deviceName}`);
    stations.set(address, receive);
    return () => stations.delete(address);
  }

  /** Sends a packet to the host; it arrives on the device after the delay. The packet is the network's from now on. */
  send(deviceName: string, packet: Packet): void {
    const device = this.#device(deviceName);
    this.#sent++;
    if (this.#isLost()) {
      this.#lost++;
      return;
    }
    this.simulation.schedule(this.#delay, () => {
      this.#arrived++;
      if (this.cpus === undefined) {
        if (this.#taps.length > 0) this.#tell('in', device, packet);
        this.host.receive(device, packet);
      } else if (this.#taps.length > 0) this.cpus.receive(device, packet, () => this.#tell('in', device, packet));
      else this.cpus.receive(device, packet);
    });
  }

  /** Shows every packet to `tap` from now on; it must not change them. */
  tap(tap: Tap): void {
    this.#taps.push(tap);
  }

  counts(): NetworkCounts {
    return {
      sent: this.#sent,
      lost: this.#lost,
      arrived: this.#arrived,
      transmitted: this.#transmitted,
      transmittedLost: this.#transmittedLost,
      delivered: this.#delivered,
      unclaimed: this.#unclaimed,
      drops: Object.fromEntries(this.#drops) as Partial<Record<DropReason, number>>,
    };
  }

  #observe(event: HostEvent): void {
    if (event.kind === 'drop') {
      this.#drops.set(event.reason, (this.#drops.get(event.reason) ?? 0) + 1);
      return;
    }
    if (event.kind !== 'transmit') return;
    if (this.#taps.length > 0) this.#tell('out', event.device, event.packet);
    const packet = arriving(event.packet);
    const device = event.device.name;
    const transmit = (): void => {
      this.#transmitted++;
      if (this.#isLost()) {
        this.#transmittedLost++;
        return;
      }
      this.simulation.schedule(this.#delay, () => this.#deliver(device, packet));
    };
    if (this.cpus === undefined) transmit();
    else this.cpus.afterService(transmit);
  }

  #deliver(device: string, packet: Packet): void {
    const receive = this.#stations.get(device)?.get(packet.dst);
    if (receive === undefined) {
      this.#unclaimed++;
      return;
    }
    this.#delivered++;
    receive(packet);
  }

  #tell(direction: 'in' | 'out', device: Device, packet: Packet): void {
    for (const tap of this.#taps) tap(direction, device, packet);
  }

  #isLost(): boolean {
    return this.#loss > 0 && this.#random.next() < this.#loss;
  }

  #device(name: string): Device {
    const device = this.host.device(name);
    if (device === undefined) refuse('unknown-device', `the host has no device "${name}"`);
    return device;
  }
}

/** The packet as the other side gets it: its bytes, and nothing of what the host knew about it. */
function arriving(packet: Packet): Packet {
  const copy = packet.clone();
  copy.mark = 0;
  copy.priority = 0;
  copy.packetType = 'host';
  copy.inDevice = undefined;
  copy.route = undefined;
  copy.socket = undefined;
  copy.nfct = undefined;
  copy.ctinfo = 0;
  copy.ipvs = undefined;
  copy.nfTrace = false;
  copy.reassembled = undefined;
  copy.ignoreDf = false;
  copy.trace = undefined;
  return copy;
}

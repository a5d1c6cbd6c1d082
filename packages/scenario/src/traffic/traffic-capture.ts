import {
  cookedFrame,
  type Device,
  encodePacket,
  type Host,
  type HostEvent,
  LINKTYPE,
  type Packet,
  pcapngHeader,
  pcapngPacket,
  type SimTime,
} from '@chainwalk/core';
import type { Network } from './network.ts';

/**
 * What crosses a host's devices as pcapng, in both directions and with cooked link headers that say which: so it can be
 * replayed, and the replay compares what left. A packet that ended in the host has the place as its comment. Take what
 * has come together with {@link take}; memory is what lies between two calls.
 */
export class TrafficCapture {
  readonly #host: Host;
  #chunks: Uint8Array[];
  readonly #ids: ReadonlyMap<string, number>;
  /** The packet that came in last, until it is known what became of it. */
  #arrived:
    | { readonly packet: Packet; readonly device: Device; readonly bytes: Uint8Array; readonly at: SimTime }
    | undefined;
  #drop: string | undefined;
  #left: { readonly device: Device; readonly bytes: Uint8Array; readonly at: SimTime }[] = [];

  constructor(network: Network) {
    this.#host = network.host;
    const devices = this.#host.devices.filter((device) => device.kind === 'device');
    this.#ids = new Map(devices.map(({ name }, id) => [name, id]));
    this.#chunks = [pcapngHeader(devices.map(({ name }) => ({ name, linkType: LINKTYPE.linuxSll2 })))];
    network.tap((direction, device, packet) => this.#tap(direction, device, packet));
    this.#host.observe((event) => this.#observe(event));
  }

  /** The bytes since the last call. */
  take(): readonly Uint8Array[] {
    this.#flush();
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  #tap(direction: 'in' | 'out', device: Device, packet: Packet): void {
    const at = this.#host.simulation.now;
    if (direction === 'in') {
      this.#flush();
      this.#arrived = { packet, device, bytes: encodePacket(packet), at };
    } else if (this.#ids.has(device.name)) this.#left.push({ device, bytes: encodePacket(packet), at });
  }

  #observe(event: HostEvent): void {
    if (event.kind === 'drop' && event.packet === this.#arrived?.packet)
      this.#drop ??= `dropped at ${event.at}: ${event.reason}`;
  }

  #flush(): void {
    const arrived = this.#arrived;
    if (arrived !== undefined) this.#write(arrived.device, arrived.bytes, arrived.at, false, this.#drop);
    for (const { device, bytes, at } of this.#left) this.#write(device, bytes, at, true, undefined);
    this.#arrived = undefined;
    this.#drop = undefined;
    this.#left = [];
  }

  #write(device: Device, packet: Uint8Array, at: SimTime, isOutgoing: boolean, comment: string | undefined): void {
    const time = { seconds: Math.floor(at / 1e9), nanoseconds: at % 1e9 };
    const bytes = cookedFrame(packet, device.index, isOutgoing ? 'outgoing' : 'host');
    this.#chunks.push(pcapngPacket({ time, bytes, interfaceId: this.#ids.get(device.name)!, comment }));
  }
}

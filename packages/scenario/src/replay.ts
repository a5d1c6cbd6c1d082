import {
  type CapturedPacket,
  type CaptureTime,
  type Device,
  decodeFrame,
  describePacket,
  encodePacket,
  frameInterface,
  type HostConfig,
  type HostEvent,
  LINKTYPE,
  nanosecondsBetween,
  type Packet,
  refuse,
  SECOND,
  type SimTime,
} from '@chainwalk/core';
import { type Fate, FateTable } from './fate-table.ts';
import { FlowTable, type Tally } from './flow-table.ts';
import type { Node } from './node.ts';
import { OutputCheck, type OutputReport } from './output-check.ts';

/** One packet that a host sent while a capture was replayed. */
export interface SentPacket {
  readonly device: string;
  readonly bytes: Uint8Array;
  readonly time: CaptureTime;
  /** Whether it is an answer of the host, or the captured packet itself. */
  readonly isAnswer: boolean;
}

/** A packet at the moment when the host sends it. */
export interface Departure {
  /** The host's: whoever wants to keep it makes a clone. */
  readonly packet: Packet;
  readonly device: string;
  readonly time: CaptureTime;
  /** The packet of the capture that is played. */
  readonly number: number;
  /** `arrived`: it is that packet itself; `answer`: to that packet; `timer`: time ran out before that packet came. */
  readonly cause: 'arrived' | 'answer' | 'timer';
  /** What became of it, if it is the packet that arrived. */
  readonly fate: Fate | undefined;
}

/** The replay of one packet. */
export interface ReplayedPacket {
  /** From 1, in the order of the capture. */
  readonly number: number;
  readonly time: CaptureTime;
  /** The device on which it arrived; absent if it was skipped. */
  readonly device: string | undefined;
  readonly description: string;
  /** The same object for all packets of one fate. */
  readonly fate: Fate;
  /** What the host sent since the packet before; empty if {@link ReplayOptions.onSend} is told instead. */
  readonly sent: readonly SentPacket[];
}

export interface ReplayOptions {
  /**
   * Which device a capture's interface is, by its name or number. In a capture of all devices at once (`tcpdump -i any`)
   * that is the number in the packet's own link header: the interface index of the captured host.
   */
  readonly inMap?: ReadonlyMap<string, string>;
  /** Flows beyond this number are counted together. Default 100,000. */
  readonly mostFlows?: number;
  /** Whether each packet is described in words. Default true. */
  readonly describe?: boolean;
  /** Is told of every packet that the host sends when it does; nothing is collected then. */
  readonly onSend?: (departure: Departure) => void;
}

/**
 * Plays captured packets through a node at their own times. Memory does not grow with the capture: flows are tallied up to
 * a limit, packets are forgotten once they are told.
 *
 * Cooked link headers say which packets the captured host itself sent. Those are not played: the node has to come to them
 * by itself, and {@link Replay.output} says whether it did.
 *
 * A capture whose times go back is played in the order of the file; time then stands still until it has caught up.
 */
export class Replay {
  readonly node: Node;
  readonly #inMap: ReadonlyMap<string, string>;
  readonly #fates = new FateTable();
  readonly #flows: FlowTable;
  readonly #describes: boolean;
  readonly #onSend: ((departure: Departure) => void) | undefined;
  #first: CaptureTime | undefined;
  #start = 0;
  #number = 0;
  #current: Packet | undefined;
  #fate: Fate | undefined;
  #sent: SentPacket[] | undefined;
  #now: CaptureTime = { seconds: 0, nanoseconds: 0 };
  #check: OutputCheck | undefined;
  /** The device of a host that has no other beside `lo`, and the configuration for which that holds. */
  #only: Device | undefined;
  #configured: HostConfig | undefined;

  constructor(node: Node, options: ReplayOptions = {}) {
    this.node = node;
    this.#inMap = options.inMap ?? new Map();
    this.#flows = new FlowTable(options.mostFlows ?? 100_000);
    this.#describes = options.describe ?? true;
    this.#onSend = options.onSend;
    for (const name of this.#inMap.values()) {
      if (node.host.device(name) === undefined) refuse('unknown-device', `--in-map: the host has no device "${name}"`);
    }
    node.host.observe((event) => this.#observe(event));
  }

  /** How many packets were played. */
  get packets(): number {
    return this.#number;
  }

  /** What became of packets, by the fate in words. */
  get fates(): ReadonlyMap<string, Tally> {
    return this.#fates.tallies;
  }

  /** What was played of each flow, by the flow in words. */
  get flows(): ReadonlyMap<string, Tally> {
    return this.#flows.tallies();
  }

  /** How what left compares with what the capture shows leaving; `undefined` where it does not show which did. */
  get output(): OutputReport | undefined {
    return this.#check?.report();
  }

  /** Plays the next packet of the capture. */
  play(captured: CapturedPacket): ReplayedPacket {
    const number = ++this.#number;
    const { simulation, host } = this.node;
    if (this.#first === undefined) {
      this.#first = captured.time;
      this.#start = simulation.now;
    }
    const due = this.#start + nanosecondsBetween(this.#first, captured.time);
    if (due > simulation.now) simulation.run(due);
    this.#now = captured.time;
    const packet = decodeFrame(captured.bytes, captured.linkType);
    if (typeof packet === 'string') {
      return this.#told(number, undefined, packet, this.#fates.skipped(packet), captured.originalLength);
    }
    const device = this.#deviceOf(captured, packet);
    const description = this.#describes ? describePacket(packet) : '';
    const { length } = packet;
    if (device === undefined) {
      return this.#told(number, undefined, description, this.#fates.skipped('no device'), length);
    }
    if (device.kind === 'loopback') {
      const fate = this.#fates.skipped('from the captured host to itself');
      return this.#told(number, undefined, description, fate, length);
    }
    if (isCooked(captured.linkType)) this.#check ??= new OutputCheck();
    if (packet.packetType === 'outgoing') {
      const match = this.#check!.captured(number, device.name, packet);
      return this.#told(number, undefined, description, this.#fates.outgoing(device.name, match), length);
    }
    this.#check?.carryOver(packet);
    this.#flows.count(packet, length);
    this.#current = packet;
    this.#fate = undefined;
    host.receive(device, packet);
    this.#current = undefined;
    return this.#told(number, device.name, description, this.#fate ?? this.#fates.kept, length);
  }

  #told(number: number, device: string | undefined, description: string, fate: Fate, length: number): ReplayedPacket {
    this.#fates.count(fate, length);
    const sent = this.#sent ?? NOTHING;
    this.#sent = undefined;
    return { number, time: this.#now, device, description, fate, sent };
  }

  #observe(event: HostEvent): void {
    const own = event.packet === this.#current;
    if (event.kind === 'transmit') {
      if (own) this.#fate ??= this.#fates.sent(event.device.name);
      this.#send(event.packet, event.device.name, own);
    } else if (own && event.kind === 'deliver') this.#fate ??= this.#fates.delivered(event.device.name);
    else if (own && event.kind === 'drop') this.#fate ??= this.#fates.dropped(event.reason, event.at);
  }

  #send(packet: Packet, device: string, own: boolean): void {
    const cause = own ? 'arrived' : this.#current === undefined ? 'timer' : 'answer';
    const time = cause === 'timer' ? this.#timeOf(this.node.simulation.now) : this.#now;
    if (this.#onSend !== undefined) {
      const fate = own ? this.#fate : undefined;
      this.#onSend({ packet, device, time, number: this.#number, cause, fate });
    } else {
      this.#sent ??= [];
      this.#sent.push({ device, bytes: encodePacket(packet), time, isAnswer: !own });
    }
    this.#check?.played(this.#number, device, packet, !own, this.node.simulation.now);
  }

  /** The time of the capture at a time of the simulation. */
  #timeOf(now: SimTime): CaptureTime {
    const { seconds, nanoseconds } = this.#first ?? this.#now;
    const since = now - this.#start + nanoseconds;
    return { seconds: seconds + Math.floor(since / SECOND), nanoseconds: since % SECOND };
  }

  /** By the map, by its own name, else by where its source would be answered, or its destination reached. */
  #deviceOf(captured: CapturedPacket, packet: Packet): Device | undefined {
    const { host } = this.node;
    if (this.#inMap.size > 0) {
      const index = frameInterface(captured.bytes, captured.linkType) ?? captured.interfaceId;
      const mapped = this.#inMap.get(captured.interfaceName ?? '') ?? this.#inMap.get(String(index));
      if (mapped !== undefined) return host.device(mapped);
    }
    const named = captured.interfaceName === undefined ? undefined : host.device(captured.interfaceName);
    if (named !== undefined) return named;
    if (this.#configured !== host.config) {
      const devices = host.devices.filter((device) => device.kind === 'device');
      this.#only = devices.length === 1 ? devices[0] : undefined;
      this.#configured = host.config;
    }
    if (this.#only !== undefined) return this.#only;
    const back = host.fib.lookup({
      destination: packet.packetType === 'outgoing' ? packet.dst : packet.src,
      source: undefined,
      tos: 0,
      mark: 0,
      inDevice: undefined,
      outDevice: undefined,
    });
    return typeof back === 'string' || back.device === undefined ? undefined : host.device(back.device);
  }
}

const NOTHING: readonly SentPacket[] = [];

/** Whether the headers of a link say in which direction a packet went. */
function isCooked(linkType: number): boolean {
  return linkType === LINKTYPE.linuxSll || linkType === LINKTYPE.linuxSll2;
}

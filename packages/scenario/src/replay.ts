import {
  type CapturedPacket,
  type CaptureTime,
  type Device,
  decodeFrame,
  describePacket,
  encodePacket,
  frameInterface,
  type HostEvent,
  LINKTYPE,
  nanosecondsBetween,
  type Packet,
  refuse,
} from '@chainwalk/core';
import { FlowTable, type Tally } from './flow-table.ts';
import type { Node } from './node.ts';
import { OutputCheck, type OutputMatch, type OutputReport } from './output-check.ts';

/** What became of one packet of a capture. */
export type Fate =
  | { readonly kind: 'sent'; readonly device: string }
  | { readonly kind: 'delivered'; readonly device: string }
  | { readonly kind: 'dropped'; readonly reason: string; readonly at: string }
  /** Kept by the host: a fragment that waits for others, a packet that something took over. */
  | { readonly kind: 'kept' }
  /** It left the captured host, so it is not played; `match` says whether the node sent it as well. */
  | { readonly kind: 'outgoing'; readonly device: string; readonly match: OutputMatch }
  /** Not an IPv4 packet that a host would look at. */
  | { readonly kind: 'skipped'; readonly reason: string };

/** One packet that a host sent while a capture was replayed. */
export interface SentPacket {
  readonly device: string;
  readonly bytes: Uint8Array;
  readonly time: CaptureTime;
  /** Whether it is the captured packet itself, or an answer to it. */
  readonly isAnswer: boolean;
}

/** The replay of one packet. */
export interface ReplayedPacket {
  /** From 1, in the order of the capture. */
  readonly number: number;
  readonly time: CaptureTime;
  /** The device on which it arrived; absent if it was skipped. */
  readonly device: string | undefined;
  readonly description: string;
  readonly fate: Fate;
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
  /** Whether the bytes of what was sent are kept; without, they are empty. Default true. */
  readonly encode?: boolean;
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
  readonly fates: Map<string, Tally> = new Map();
  readonly #flows: FlowTable;
  readonly #describes: boolean;
  readonly #encodes: boolean;
  #first: CaptureTime | undefined;
  #start = 0;
  #number = 0;
  #current: Packet | undefined;
  #fate: Fate | undefined;
  #sent: SentPacket[] = [];
  #now: CaptureTime = { seconds: 0, nanoseconds: 0 };
  #check: OutputCheck | undefined;

  constructor(node: Node, options: ReplayOptions = {}) {
    this.node = node;
    this.#inMap = options.inMap ?? new Map();
    this.#flows = new FlowTable(options.mostFlows ?? 100_000);
    this.#describes = options.describe ?? true;
    this.#encodes = options.encode ?? true;
    for (const name of this.#inMap.values()) {
      if (node.host.device(name) === undefined) refuse('unknown-device', `--in-map: the host has no device "${name}"`);
    }
    node.host.observe((event) => this.#observe(event));
  }

  /** How many packets were played. */
  get packets(): number {
    return this.#number;
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
      return this.#told(number, undefined, packet, { kind: 'skipped', reason: packet }, captured.originalLength);
    }
    const device = this.#deviceOf(captured, packet);
    const description = this.#describes ? describePacket(packet) : '';
    if (device === undefined) {
      return this.#told(number, undefined, description, { kind: 'skipped', reason: 'no device' }, packet.length);
    }
    if (device.kind === 'loopback') {
      const fate: Fate = { kind: 'skipped', reason: 'from the captured host to itself' };
      return this.#told(number, undefined, description, fate, packet.length);
    }
    if (COOKED.has(captured.linkType)) this.#check ??= new OutputCheck();
    if (packet.packetType === 'outgoing') {
      const match = this.#check!.captured(number, device.name, packet);
      return this.#told(
        number,
        undefined,
        description,
        { kind: 'outgoing', device: device.name, match },
        packet.length,
      );
    }
    this.#check?.carryOver(packet);
    const flow = this.#flows.of(packet);
    this.#current = packet;
    this.#fate = undefined;
    this.#sent = [];
    const length = packet.length;
    host.receive(device, packet);
    this.#current = undefined;
    flow.packets++;
    flow.bytes += length;
    return this.#told(number, device.name, description, this.#fate ?? { kind: 'kept' }, length);
  }

  #told(number: number, device: string | undefined, description: string, fate: Fate, length: number): ReplayedPacket {
    tally(this.fates, describeFate(fate), length);
    const sent = this.#sent;
    this.#sent = [];
    return { number, time: this.#now, device, description, fate, sent };
  }

  #observe(event: HostEvent): void {
    const own = event.packet === this.#current;
    if (event.kind === 'transmit') {
      if (own) this.#fate ??= { kind: 'sent', device: event.device.name };
      this.#sent.push({
        device: event.device.name,
        bytes: this.#encodes ? encodePacket(event.packet) : NOTHING,
        time: this.#now,
        isAnswer: !own,
      });
      this.#check?.played(this.#number, event.device.name, event.packet, !own, this.node.simulation.now);
    } else if (own && event.kind === 'deliver') this.#fate ??= { kind: 'delivered', device: event.device.name };
    else if (own && event.kind === 'drop') this.#fate ??= { kind: 'dropped', reason: event.reason, at: event.at };
  }

  /** By the map, by its own name, else by where its source would be answered, or its destination reached. */
  #deviceOf(captured: CapturedPacket, packet: Packet): Device | undefined {
    const { host } = this.node;
    const index = frameInterface(captured.bytes, captured.linkType) ?? captured.interfaceId;
    const mapped = this.#inMap.get(captured.interfaceName ?? '') ?? this.#inMap.get(String(index));
    if (mapped !== undefined) return host.device(mapped);
    const named = captured.interfaceName === undefined ? undefined : host.device(captured.interfaceName);
    if (named !== undefined) return named;
    const devices = host.devices.filter((device) => device.kind === 'device');
    if (devices.length === 1) return devices[0];
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

const NOTHING = new Uint8Array(0);

/** Links whose headers say in which direction a packet went. */
const COOKED: ReadonlySet<number> = new Set([LINKTYPE.linuxSll, LINKTYPE.linuxSll2]);

const MATCHES: Readonly<Record<OutputMatch, string>> = {
  same: 'as here',
  'same-but-drawn': 'as here but for what was drawn at random',
  'not-here': 'not here',
};

function tally(map: Map<string, Tally>, key: string, bytes: number): void {
  const entry = map.get(key);
  if (entry === undefined) map.set(key, { packets: 1, bytes });
  else {
    entry.packets++;
    entry.bytes += bytes;
  }
}

/** A fate in a few words, as comments and summaries show it. */
export function describeFate(fate: Fate): string {
  switch (fate.kind) {
    case 'sent':
      return `sent through ${fate.device}`;
    case 'delivered':
      return `delivered to this host (${fate.device})`;
    case 'dropped':
      return `dropped at ${fate.at}: ${fate.reason}`;
    case 'kept':
      return 'kept by the host';
    case 'outgoing':
      return `sent by the captured host through ${fate.device}, ${MATCHES[fate.match]}`;
    case 'skipped':
      return `skipped: ${fate.reason}`;
  }
}

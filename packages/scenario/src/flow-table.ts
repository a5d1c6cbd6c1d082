import { formatAddress, ipv4FromBits, type Packet, protocolName } from '@chainwalk/core';

/** Packets and bytes of one kind. */
export interface Tally {
  packets: number;
  bytes: number;
}

const OTHERS = 'other flows';
/** Beside the protocol: the flow has ports. */
const HAS_PORTS = 256;
/** Numbers that make the key of a flow: source, destination, ports (the source's in the upper half), kind. */
const KEY = 4;

/**
 * Counts packets by flow: protocol, addresses and ports. Asked once for every packet of a capture, so flows are numbers
 * in columns, found by open addressing, and named only when somebody reads them.
 *
 * Invariant: no more flows than announced; what belongs to none of them is counted together.
 * Invariant: at most half of the slots are taken.
 */
export class FlowTable {
  readonly #most: number;
  #size = 0;
  /** The flow that stands in a slot, plus one; 0 where there is none. A power of two of them. */
  #slots = new Int32Array(1024);
  #keys = new Uint32Array(KEY * 512);
  /** Packets and bytes of each flow. */
  #counts = new Float64Array(2 * 512);
  readonly #others: Tally = { packets: 0, bytes: 0 };

  constructor(most: number) {
    this.#most = most;
  }

  /** How many flows there are, those that were too many counted as one. */
  get size(): number {
    return this.#size + (this.#others.packets > 0 ? 1 : 0);
  }

  /** Counts an IPv4 packet of `bytes` bytes. */
  count(packet: Packet, bytes: number): void {
    const { ports } = packet;
    const src = Number(packet.src) >>> 0;
    const dst = Number(packet.dst) >>> 0;
    const flow =
      ports === undefined
        ? this.#find(src, dst, 0, packet.protocol)
        : this.#find(src, dst, ((ports.sport << 16) | ports.dport) >>> 0, packet.protocol | HAS_PORTS);
    if (flow === undefined) {
      this.#others.packets++;
      this.#others.bytes += bytes;
      return;
    }
    this.#counts[2 * flow]! += 1;
    this.#counts[2 * flow + 1]! += bytes;
  }

  /** All flows by their names, in the order in which they began, those that were too many at the end. */
  tallies(): ReadonlyMap<string, Tally> {
    const named = new Map<string, Tally>();
    for (let flow = 0; flow < this.#size; flow++) {
      named.set(this.#name(flow), { packets: this.#counts[2 * flow]!, bytes: this.#counts[2 * flow + 1]! });
    }
    if (this.#others.packets > 0) named.set(OTHERS, { ...this.#others });
    return named;
  }

  /** The flow with this key, a new one if there is none yet; `undefined` if there are enough. */
  #find(src: number, dst: number, ports: number, kind: number): number | undefined {
    const slots = this.#slots;
    const keys = this.#keys;
    const mask = slots.length - 1;
    let slot = hash(src, dst, ports, kind) & mask;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const flow = slots[slot]! - 1;
      const at = KEY * flow;
      if (keys[at + 2] === ports && keys[at] === src && keys[at + 1] === dst && keys[at + 3] === kind) return flow;
    }
    if (this.#size >= this.#most) return undefined;
    const flow = this.#size++;
    slots[slot] = flow + 1;
    keys.set([src, dst, ports, kind], KEY * flow);
    if (this.#size * 2 === slots.length) this.#grow();
    return flow;
  }

  #name(flow: number): string {
    const [src = 0, dst = 0, ports = 0, kind = 0] = this.#keys.subarray(KEY * flow);
    const end = (bits: number, port: number): string => {
      const address = formatAddress(ipv4FromBits(bits));
      return kind < HAS_PORTS ? address : `${address}:${port}`;
    };
    return `${protocolName(kind % HAS_PORTS)} ${end(src, ports >>> 16)} > ${end(dst, ports & 0xffff)}`;
  }

  #grow(): void {
    const size = this.#slots.length * 2;
    const keys = new Uint32Array((KEY * size) / 2);
    const counts = new Float64Array(size);
    keys.set(this.#keys);
    counts.set(this.#counts);
    const slots = new Int32Array(size);
    for (let flow = 0; flow < this.#size; flow++) {
      const at = KEY * flow;
      let slot = hash(keys[at]!, keys[at + 1]!, keys[at + 2]!, keys[at + 3]!) & (size - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (size - 1);
      slots[slot] = flow + 1;
    }
    this.#slots = slots;
    this.#keys = keys;
    this.#counts = counts;
  }
}

/** Mixes the four, so that every bit of them counts for the lower bits of the answer. */
function hash(src: number, dst: number, ports: number, kind: number): number {
  let mixed = Math.imul(src ^ Math.imul(dst, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(ports + kind, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

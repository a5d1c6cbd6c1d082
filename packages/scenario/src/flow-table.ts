import { formatAddress, ipv4FromBits, type Packet, protocolName } from '@chainwalk/core';

/** Packets and bytes of one kind. */
export interface Tally {
  packets: number;
  bytes: number;
}

const OTHERS = 'other flows';
/** Beside the protocol: the flow has ports. */
const HAS_PORTS = 256;
/**
 * What a slot holds, in words of 32 bits: source, destination, ports (the source's in the upper half), kind, and then two
 * numbers of 64 bits, packets and bytes. Half a cache line, so that a packet costs one.
 */
const SLOT = 8;
const PACKETS = 2;
const BYTES = 3;

/**
 * Counts packets by flow: protocol, addresses and ports. Asked once for every packet of a capture, so flows are numbers
 * found by open addressing, and named only when somebody reads them.
 *
 * Invariant: no more flows than announced; what belongs to none of them is counted together.
 * Invariant: at most half of the slots are taken; a free one has no packets.
 */
export class FlowTable {
  readonly #most: number;
  /** The slots, a power of two of them, as words; and the same memory as numbers of 64 bits. */
  #words = new Uint32Array(SLOT * 1024);
  #counts = new Float64Array(this.#words.buffer);
  /** Where the slots of the flows begin, in the order in which they began. */
  #order: number[] = [];
  readonly #others: Tally = { packets: 0, bytes: 0 };

  constructor(most: number) {
    this.#most = most;
  }

  /** How many flows there are, those that were too many counted as one. */
  get size(): number {
    return this.#order.length + (this.#others.packets > 0 ? 1 : 0);
  }

  /** Counts an IPv4 packet of `bytes` bytes. */
  count(packet: Packet, bytes: number): void {
    const { ports } = packet;
    const src = Number(packet.src) >>> 0;
    const dst = Number(packet.dst) >>> 0;
    const at =
      ports === undefined
        ? this.#find(src, dst, 0, packet.protocol)
        : this.#find(src, dst, ((ports.sport << 16) | ports.dport) >>> 0, packet.protocol | HAS_PORTS);
    if (at === undefined) {
      this.#others.packets++;
      this.#others.bytes += bytes;
      return;
    }
    const counts = at / 2;
    this.#counts[counts + PACKETS]! += 1;
    this.#counts[counts + BYTES]! += bytes;
  }

  /** All flows by their names, in the order in which they began, those that were too many at the end. */
  tallies(): ReadonlyMap<string, Tally> {
    const named = new Map<string, Tally>();
    for (const at of this.#order) {
      named.set(this.#name(at), {
        packets: this.#counts[at / 2 + PACKETS]!,
        bytes: this.#counts[at / 2 + BYTES]!,
      });
    }
    if (this.#others.packets > 0) named.set(OTHERS, { ...this.#others });
    return named;
  }

  /** Where the slot of a flow begins, a new one if there is none yet; `undefined` if there are enough. */
  #find(src: number, dst: number, ports: number, kind: number): number | undefined {
    const words = this.#words;
    const counts = this.#counts;
    const mask = words.length - SLOT;
    let at = (hash(src, dst, ports, kind) * SLOT) & mask;
    for (; counts[at / 2 + PACKETS] !== 0; at = (at + SLOT) & mask) {
      if (words[at + 2] === ports && words[at] === src && words[at + 1] === dst && words[at + 3] === kind) return at;
    }
    if (this.#order.length >= this.#most) return undefined;
    if (this.#order.length * 2 * SLOT >= words.length) {
      this.#grow();
      return this.#find(src, dst, ports, kind);
    }
    words.set([src, dst, ports, kind], at);
    this.#order.push(at);
    return at;
  }

  #name(at: number): string {
    const [src = 0, dst = 0, ports = 0, kind = 0] = this.#words.subarray(at);
    const end = (bits: number, port: number): string => {
      const address = formatAddress(ipv4FromBits(bits));
      return kind < HAS_PORTS ? address : `${address}:${port}`;
    };
    return `${protocolName(kind % HAS_PORTS)} ${end(src, ports >>> 16)} > ${end(dst, ports & 0xffff)}`;
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2);
    const counts = new Float64Array(words.buffer);
    const mask = words.length - SLOT;
    this.#order = this.#order.map((from) => {
      const slot = this.#words.subarray(from, from + SLOT);
      let at = (hash(slot[0]!, slot[1]!, slot[2]!, slot[3]!) * SLOT) & mask;
      while (counts[at / 2 + PACKETS] !== 0) at = (at + SLOT) & mask;
      words.set(slot, at);
      return at;
    });
    this.#words = words;
    this.#counts = counts;
  }
}

/** Mixes the four, so that every bit of them counts for the lower bits of the answer. */
function hash(src: number, dst: number, ports: number, kind: number): number {
  let mixed = Math.imul(src ^ Math.imul(dst, 0x9e3779b1), 0x85ebca6b) ^ Math.imul(ports + kind, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

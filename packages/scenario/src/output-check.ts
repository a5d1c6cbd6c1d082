import {
  type Address,
  describePacket,
  encodePacket,
  type Ipv4Address,
  ipv4FromBits,
  ipv4ToBits,
  type Packet,
  type SimTime,
} from '@chainwalk/core';

/** How what a captured host sent compares with what the node sent. */
export type OutputMatch =
  | 'same'
  /** But for an address or port of the connection that both drew at random. */
  | 'same-but-drawn'
  /** The node sent nothing like it. */
  | 'not-here';

/** One packet that only one side sent, or that both sent with other addresses. */
export interface OutputDifference {
  readonly kind: 'only-captured' | 'only-played' | 'drawn';
  /** The packet of the capture that it is about: what left, or what the node answered to. */
  readonly number: number;
  readonly device: string;
  readonly captured: string | undefined;
  readonly played: string | undefined;
}

/** What all that left came to. Invariant: the captured packets are `same + drawn + onlyCaptured`. */
export interface OutputReport {
  readonly same: number;
  /** Equal but for what was drawn at random. */
  readonly drawn: number;
  readonly onlyCaptured: number;
  /** Still unseen in the capture when a second had passed, or at its end. */
  readonly onlyPlayed: number;
  /** The first of them. */
  readonly differences: readonly OutputDifference[];
}

/** Addresses and ports, or the id of an echo, of a packet. */
interface Tuple {
  readonly protocol: number;
  readonly src: Address;
  readonly sport: number;
  readonly dst: Address;
  readonly dport: number;
}

interface Sent {
  readonly number: number;
  readonly device: string;
  readonly packet: Packet;
  readonly at: SimTime;
  readonly key: string;
}

/** How long the node's packet waits to be seen in the capture. */
const PATIENCE: SimTime = 1_000_000_000;
const MOST_DIFFERENCES = 100;

/**
 * Holds what a captured host sent against what the node sent, packet by packet and byte by byte. Two things a host draws
 * at random, and the same draw cannot be asked of both:
 *
 * - the IP id of packets that it makes itself (a reset, an ICMP error, an answered ping): it is not compared;
 * - a port or an address that NAT chose out of several: where the packet is otherwise the same, the two tuples are taken
 *   for one connection. What comes back to the captured host's choice is carried over to the node's ({@link carryOver}),
 *   so that the rest of the connection is compared as well. Not for fragments.
 *
 * Memory grows with connections whose tuple was drawn, and with nothing else.
 */
export class OutputCheck {
  #hasSeen = false;
  #same = 0;
  #drawn = 0;
  #onlyCaptured = 0;
  #onlyPlayed = 0;
  readonly #differences: OutputDifference[] = [];
  /** What the node sent and the capture has not shown yet, by all that NAT leaves alone. */
  readonly #waiting = new Map<string, Sent[]>();
  /** The same, oldest first. */
  #queue: Sent[] = [];
  #head = 0;
  /** Tuples as the captured host sends them, and what they are here; and the other way. */
  readonly #here = new Map<string, Tuple>();
  readonly #there = new Map<string, Tuple>();

  /** The node sent a packet while packet `number` of the capture was played; `isOwn` if it made it itself. */
  played(number: number, device: string, packet: Packet, isOwn: boolean, now: SimTime): void {
    this.#expire(now);
    const key = this.#key(device, packet, isOwn);
    const sent: Sent = { number, device, packet: packet.clone(), at: now, key };
    const list = this.#waiting.get(key);
    if (list === undefined) this.#waiting.set(key, [sent]);
    else list.push(sent);
    this.#queue.push(sent);
  }

  /** The capture shows a packet leaving. */
  captured(number: number, device: string, packet: Packet): OutputMatch {
    this.#hasSeen = true;
    const tuple = tupleOf(packet);
    const bytes = identity(packet);
    for (const isOwn of [false, true]) {
      const key = this.#key(device, packet, isOwn);
      const list = this.#waiting.get(key);
      if (list === undefined) continue;
      const same = list.find((sent) => identity(sent.packet) === bytes);
      if (same !== undefined) {
        // What was drawn once is a tuple like any other when both come to it again.
        if (tuple !== undefined && this.#here.size > 0) this.#forget(tuple);
        this.#take(list, same);
        this.#same++;
        return 'same';
      }
      const carried = list.find((sent) => identity(this.#asThere(sent.packet)) === bytes);
      if (carried !== undefined) {
        this.#take(list, carried);
        this.#drawn++;
        return 'same-but-drawn';
      }
      const drawn = list.find((sent) => tupleOf(sent.packet) !== undefined);
      if (drawn === undefined || tuple === undefined) continue;
      const ours = tupleOf(drawn.packet)!;
      this.#forget(tuple);
      this.#here.set(keyOf(tuple), ours);
      this.#there.set(keyOf(ours), tuple);
      this.#take(list, drawn);
      this.#drawn++;
      this.#tell('drawn', number, device, describePacket(packet), describePacket(drawn.packet));
      return 'same-but-drawn';
    }
    this.#onlyCaptured++;
    this.#tell('only-captured', number, device, describePacket(packet), undefined);
    return 'not-here';
  }

  /** Gives an arriving packet the tuple that the node drew, where the captured host drew another one. */
  carryOver(packet: Packet): void {
    if (this.#here.size === 0 || packet.isFragment) return;
    const tuple = tupleOf(packet);
    const ours = tuple === undefined ? undefined : this.#here.get(keyOf(inverse(tuple)));
    if (ours !== undefined) return setTuple(packet, inverse(ours));
    const quoted = quotedTuple(packet);
    const quotedHere = quoted === undefined ? undefined : this.#here.get(keyOf(quoted));
    if (quoted === undefined || quotedHere === undefined) return;
    setQuotedTuple(packet, quotedHere);
    if (packet.dst === quoted.src) packet.dst = quotedHere.src;
    if (packet.src === quoted.dst) packet.src = quotedHere.dst;
  }

  /** What it came to; `undefined` where the capture shows nothing that left. */
  report(): OutputReport | undefined {
    if (!this.#hasSeen) return undefined;
    const left = this.#queue.slice(this.#head).filter((sent) => this.#waiting.get(sent.key)?.includes(sent) === true);
    return {
      same: this.#same,
      drawn: this.#drawn,
      onlyCaptured: this.#onlyCaptured,
      onlyPlayed: this.#onlyPlayed + left.length,
      differences: [...this.#differences, ...left.map((sent) => onlyPlayed(sent))].slice(0, MOST_DIFFERENCES),
    };
  }

  #expire(now: SimTime): void {
    while (this.#head < this.#queue.length && now - this.#queue[this.#head]!.at > PATIENCE) {
      const sent = this.#queue[this.#head++]!;
      const list = this.#waiting.get(sent.key);
      if (list?.includes(sent) !== true) continue;
      this.#take(list, sent);
      this.#onlyPlayed++;
      if (this.#hasSeen && this.#differences.length < MOST_DIFFERENCES) this.#differences.push(onlyPlayed(sent));
    }
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #take(list: Sent[], sent: Sent): void {
    list.splice(list.indexOf(sent), 1);
    if (list.length === 0) this.#waiting.delete(sent.key);
  }

  #forget(tuple: Tuple): void {
    const ours = this.#here.get(keyOf(tuple));
    if (ours === undefined) return;
    this.#here.delete(keyOf(tuple));
    this.#there.delete(keyOf(ours));
  }

  #asThere(packet: Packet): Packet {
    const tuple = tupleOf(packet);
    const theirs = tuple === undefined ? undefined : this.#there.get(keyOf(tuple));
    const quoted = theirs === undefined ? quotedTuple(packet) : undefined;
    const quotedThere = quoted === undefined ? undefined : this.#there.get(keyOf(quoted));
    if (theirs === undefined && quotedThere === undefined) return packet;
    const copy = packet.clone();
    if (theirs !== undefined) setTuple(copy, theirs);
    else setQuotedTuple(copy, quotedThere!);
    return copy;
  }

  #tell(
    kind: OutputDifference['kind'],
    number: number,
    device: string,
    captured: string | undefined,
    played: string | undefined,
  ): void {
    if (this.#differences.length < MOST_DIFFERENCES) this.#differences.push({ kind, number, device, captured, played });
  }

  /** All of a packet that NAT leaves alone. */
  #key(device: string, packet: Packet, isOwn: boolean): string {
    const copy = packet.clone();
    copy.src = copy.dst = NOWHERE;
    if (isOwn) copy.id = 0;
    if (tupleOf(copy) !== undefined) setTuple(copy, NO_TUPLE);
    if (quotedTuple(copy) !== undefined) setQuotedTuple(copy, NO_TUPLE);
    return `${device} ${isOwn} ${text(encodePacket(copy))}`;
  }
}

const NOWHERE = ipv4FromBits(0);
const NO_TUPLE: Tuple = { protocol: 0, src: NOWHERE, sport: 0, dst: NOWHERE, dport: 0 };
const ECHO: ReadonlySet<number> = new Set([0, 8]);
const ERRORS: ReadonlySet<number> = new Set([3, 11, 12]);

function onlyPlayed({ number, device, packet }: Sent): OutputDifference {
  return { kind: 'only-played', number, device, captured: undefined, played: describePacket(packet) };
}

/** The bytes of a packet but for its IP id, which the key holds where it counts. */
function identity(packet: Packet): string {
  const quoted = quotedTuple(packet);
  const shown = quoted === undefined ? packet : packet.clone();
  // The checksums of what is quoted go: they are unfinished where a card was to fill them in.
  if (quoted !== undefined) setQuotedTuple(shown, quoted);
  const bytes = encodePacket(shown);
  bytes.fill(0, 4, 6);
  bytes.fill(0, 10, 12);
  return text(bytes);
}

function text(bytes: Uint8Array): string {
  let made = '';
  for (let at = 0; at < bytes.length; at += 4096) made += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return made;
}

function tupleOf(packet: Packet): Tuple | undefined {
  const { transport } = packet;
  if (packet.isFragment || transport === undefined) return undefined;
  const { protocol, src, dst } = packet;
  if (transport.kind === 'icmp')
    return ECHO.has(transport.type) ? { protocol, src, sport: transport.id, dst, dport: transport.id } : undefined;
  return { protocol, src, sport: transport.sport, dst, dport: transport.dport };
}

function setTuple(packet: Packet, tuple: Tuple): void {
  packet.src = tuple.src;
  packet.dst = tuple.dst;
  const transport = packet.transport!;
  if (transport.kind === 'icmp') transport.id = tuple.sport;
  else {
    transport.sport = tuple.sport;
    transport.dport = tuple.dport;
  }
}

/** Where the ports of the packet that an ICMP error quotes begin in the payload. */
function quotedPorts(packet: Packet): number | undefined {
  const { transport, payload } = packet;
  if (transport?.kind !== 'icmp' || !ERRORS.has(transport.type) || packet.isFragment || payload.length < 28)
    return undefined;
  const at = (payload[0]! & 15) * 4;
  return payload.length >= at + 8 && (payload[9] === 6 || payload[9] === 17) ? at : undefined;
}

function quotedTuple(packet: Packet): Tuple | undefined {
  const at = quotedPorts(packet);
  if (at === undefined) return undefined;
  const { payload } = packet;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return {
    protocol: payload[9]!,
    src: ipv4FromBits(view.getUint32(12)),
    sport: view.getUint16(at),
    dst: ipv4FromBits(view.getUint32(16)),
    dport: view.getUint16(at + 2),
  };
}

/** Writes a tuple into what is quoted, whose checksums become 0. */
function setQuotedTuple(packet: Packet, tuple: Tuple): void {
  const at = quotedPorts(packet)!;
  const bytes = packet.payload.slice();
  const view = new DataView(bytes.buffer);
  view.setUint32(12, ipv4ToBits(tuple.src as Ipv4Address));
  view.setUint32(16, ipv4ToBits(tuple.dst as Ipv4Address));
  view.setUint16(at, tuple.sport);
  view.setUint16(at + 2, tuple.dport);
  view.setUint16(10, 0);
  const sum = at + (bytes[9] === 6 ? 16 : 6);
  if (bytes.length >= sum + 2) view.setUint16(sum, 0);
  packet.payload = bytes;
}

function inverse({ protocol, src, sport, dst, dport }: Tuple): Tuple {
  return { protocol, src: dst, sport: dport, dst: src, dport: sport };
}

function keyOf({ protocol, src, sport, dst, dport }: Tuple): string {
  return `${protocol} ${src as number}:${sport} ${dst as number}:${dport}`;
}

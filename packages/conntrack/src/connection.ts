import { type Address, invariant, ipv4FromBits, type Packet } from '@chainwalk/core';
import { ipv4Bits } from './bits.ts';
import {
  COUNTED,
  EXTENDED,
  GENERATION_SHIFT,
  KIND,
  keyOfKind,
  LISTED,
  ROW_SIZE,
  STATEFUL,
  STATUS,
  STATUS_MASK,
  TRACKER,
  TUPLE,
  TUPLE_SIZE,
} from './connection-row.ts';
import type { ConnectionRows } from './connection-rows.ts';
import type { Expectation } from './expectation.ts';
import type { Helper } from './helper.ts';
import type { FtpState } from './helpers/ftp.ts';
import type { SequenceAdjustment } from './sequence-adjustment.ts';
import { Status } from './status.ts';
import type { TimeoutPolicy } from './timeout-policy.ts';
import type { DccpState } from './trackers/dccp.ts';
import type { GreState } from './trackers/gre.ts';
import type { SctpState } from './trackers/sctp.ts';
import type { TcpState } from './trackers/tcp-state.ts';
import type { Direction, Tuple } from './tuple.ts';
import { DEFAULT_ZONE, type Zone } from './zone.ts';

/** Packets and bytes of both directions (`struct nf_conn_acct`) at one moment; bytes are IP total lengths. */
export interface Accounting {
  readonly originalPackets: number;
  readonly originalBytes: number;
  readonly replyPackets: number;
  readonly replyBytes: number;
}

/** What a tracker keeps in a connection. */
export type TrackerState = TcpState | SctpState | GreState | DccpState;

/** What few connections have, kept apart so that the many stay small (`struct nf_ct_ext`). */
export class Extensions {
  /** The helper that reads its payload. */
  helper: Helper | undefined = undefined;
  /** Connections that its helper announced and that have not come yet, newest first. */
  expectations: Expectation[] = [];
  /** What the FTP helper remembers. */
  ftp: FtpState | undefined = undefined;
  /** 128 label bits; absent in connections that were made while nobody used labels. */
  labels: bigint | undefined = undefined;
  zone: Zone = DEFAULT_ZONE;
  timeoutPolicy: TimeoutPolicy | undefined = undefined;
  sequence: SequenceAdjustment | undefined = undefined;
  /** Simulated time of confirmation and of removal, where `nf_conntrack_timestamp` was set. */
  start: number | undefined = undefined;
  stop: number | undefined = undefined;
  /** The connection whose helper announced this one. */
  master: Connection | undefined = undefined;
  /** Connections that have this one as master and are still there. */
  children = 0;
  /** What a `CT --ctevents` template asked for; `undefined` means all. */
  eventMask: number | undefined = undefined;
}

/** What a connection that is gone takes along, if somebody still holds it. */
interface Remains {
  state: TrackerState | undefined;
  extensions: Extensions | undefined;
  timeout: number;
  mark: number;
  masqueradeIndex: number;
  readonly accounting: Accounting | undefined;
}

/**
 * A connection (`struct nf_conn`): two tuples, a status, a timeout and what its tracker remembers.
 *
 * It lives on a packet (`packet.nfct`) from the first hook on, and in the table once confirmed. The object is a view of a
 * row of {@link ConnectionRows}, made for the packet at hand: two objects may stand for one connection, see {@link is}. One
 * that comes from `find`, from listing the table or from an event is kept, and stays readable when its connection is gone.
 *
 * Invariant: the original tuple never changes, and the reply tuple only before confirmation.
 */
export class Connection {
  /** Its row; -1 once it is gone and nobody else has the row. */
  slot: number;
  /** Integers of its row, and where the row begins in them. */
  #words: Int32Array;
  #at: number;
  readonly #generation: number;
  readonly #rows: ConnectionRows;
  #remains: Remains | undefined = undefined;

  /** For {@link ConnectionRows}. */
  constructor(rows: ConnectionRows, words: Int32Array, at: number, slot: number) {
    this.slot = slot;
    this.#words = words;
    this.#at = at;
    this.#generation = words[at + STATUS]! >>> GENERATION_SHIFT;
    this.#rows = rows;
  }

  /** Takes a copy of everything along, since another connection gets the row. For {@link ConnectionRows}. */
  detach(): void {
    const { slot } = this;
    if (slot < 0) return;
    const rows = this.#rows;
    this.#remains = {
      state: rows.state(slot),
      extensions: rows.extensions(slot),
      timeout: this.timeout,
      mark: this.mark,
      masqueradeIndex: this.masqueradeIndex,
      accounting: rows.accounting(slot),
    };
    this.#words = this.#words.slice(this.#at, this.#at + ROW_SIZE);
    this.#at = 0;
    this.slot = -1;
  }

  /**
   * The object that stands for this connection from now on, readable even when the connection is gone.
   *
   * Precondition: the object is not stale. What it stood for cannot be told any more, and it would be taken for the
   * connection that has the row by now.
   */
  keep(): Connection {
    invariant(!this.isStale, 'a connection is kept before another has its row');
    return this.slot < 0 ? this : this.#rows.keep(this);
  }

  /** Whether another connection has its row by now: this object was not kept, and says nothing any more. */
  get isStale(): boolean {
    return this.#words[this.#at + STATUS]! >>> GENERATION_SHIFT !== this.#generation;
  }

  /** Whether two objects stand for one connection. */
  is(other: Connection): boolean {
    return this === other || (this.slot >= 0 && this.slot === other.slot && this.#generation === other.#generation);
  }

  /** Bits of {@link Status}. */
  get status(): number {
    return this.#words[this.#at + STATUS]! & STATUS_MASK;
  }
  set status(bits: number) {
    this.#words[this.#at + STATUS] = bits | (this.#generation << GENERATION_SHIFT);
  }

  /** `ct->mark`, unsigned 32 bits. */
  get mark(): number {
    return this.slot >= 0 ? this.#rows.mark(this.slot) : this.#remains!.mark;
  }
  set mark(value: number) {
    if (this.slot >= 0) this.#rows.setMark(this.slot, value);
    else this.#remains!.mark = value >>> 0;
  }

  /** Kernel ticks: how long before it is confirmed, until when (modulo 2^32, signed) from then on. */
  get timeout(): number {
    return this.slot >= 0 ? this.#rows.timeouts[this.slot]! : this.#remains!.timeout;
  }
  set timeout(ticks: number) {
    if (this.slot >= 0) this.#rows.timeouts[this.slot] = ticks;
    else this.#remains!.timeout = ticks | 0;
  }

  /** IANA number. */
  get protocol(): number {
    return this.#words[this.#at + KIND]! & 255;
  }

  /** `ifindex` of the device whose address masquerading took; 0 if none. */
  get masqueradeIndex(): number {
    return this.slot >= 0 ? this.#rows.masquerades.get(this.slot) : this.#remains!.masqueradeIndex;
  }
  set masqueradeIndex(index: number) {
    if (this.slot >= 0) this.#rows.masquerades.set(this.slot, index);
    else this.#remains!.masqueradeIndex = index;
  }

  /** Packets and bytes so far, where they are counted. */
  get accounting(): Accounting | undefined {
    return this.slot >= 0 ? this.#rows.accounting(this.slot) : this.#remains?.accounting;
  }

  /** Whether its packets and bytes are counted. */
  get isCounted(): boolean {
    return (this.#words[this.#at + KIND]! & COUNTED) !== 0;
  }

  /** Counts a packet, if packets are counted. */
  count(direction: Direction, bytes: number): void {
    if (this.slot >= 0) this.#rows.count(this.slot, direction, bytes);
  }

  /** Counts packets and bytes from now on. */
  startCounting(): void {
    if (this.slot >= 0) this.#rows.startCounting(this.slot);
  }

  /** Whether it is in the table. */
  get isListed(): boolean {
    return (this.#words[this.#at + KIND]! & LISTED) !== 0;
  }

  /** What TCP remembers, in an object of its own: put it back with {@link data} to change it. */
  get tcp(): TcpState | undefined {
    const { data } = this;
    return data?.kind === 'tcp' ? data : undefined;
  }

  /** What TCP, SCTP, GRE and DCCP tracking remember. */
  get data(): TrackerState | undefined {
    return this.slot >= 0 ? this.#rows.state(this.slot) : this.#remains?.state;
  }
  set data(value: TrackerState) {
    if (this.slot >= 0) this.#rows.setState(this.slot, value);
    else if (this.#remains !== undefined) this.#remains.state = value;
  }

  /** Reads into `state` what TCP remembers; false if there is nothing yet. */
  readTcp(state: TcpState): boolean {
    const words = this.#words;
    const at = this.#at;
    if (this.slot < 0 || (words[at + KIND]! & STATEFUL) === 0) return false;
    this.#rows.tcp.read(words, at + TRACKER, state);
    return true;
  }

  /** Puts back what TCP remembers, if it changed. */
  saveTcp(state: TcpState): void {
    if (!state.isChanged) return;
    if (this.slot < 0) {
      this.data = state;
      return;
    }
    const words = this.#words;
    const at = this.#at;
    words[at + KIND]! |= STATEFUL;
    this.#rows.tcp.write(words, at + TRACKER, state);
  }

  /** UDP, which remembers no more than this: the tick after which the connection is a stream. */
  get streamAfter(): number {
    return this.#words[this.#at + TRACKER]!;
  }
  set streamAfter(value: number) {
    this.#words[this.#at + TRACKER] = value;
  }

  /** The tuple of the first packet. */
  get original(): Tuple {
    return this.tuple(0);
  }

  /** The tuple that answers have when they come in. */
  get reply(): Tuple {
    return this.tuple(1);
  }

  /** The tuple of one direction. */
  tuple(direction: Direction): Tuple {
    const words = this.#words;
    const at = this.#at + TUPLE + direction * TUPLE_SIZE;
    const ports = words[at + 2]!;
    return {
      src: ipv4FromBits(words[at]!),
      dst: ipv4FromBits(words[at + 1]!),
      protocol: this.protocol,
      sport: ports >>> 16,
      dport: ports & 0xffff,
    };
  }

  /** The source address of one direction. */
  source(direction: Direction): Address {
    return ipv4FromBits(this.sourceBits(direction));
  }

  /** The destination address of one direction. */
  destination(direction: Direction): Address {
    return ipv4FromBits(this.destinationBits(direction));
  }

  /** Source as a signed 32-bit integer; for the table's comparisons. */
  sourceBits(direction: Direction): number {
    return this.#words[this.#at + TUPLE + direction * TUPLE_SIZE]!;
  }

  /** Destination as a signed 32-bit integer; for the table's comparisons. */
  destinationBits(direction: Direction): number {
    return this.#words[this.#at + TUPLE + direction * TUPLE_SIZE + 1]!;
  }

  /** Both ports in one signed 32-bit integer; for the table's comparisons. */
  portBits(direction: Direction): number {
    return this.#words[this.#at + TUPLE + direction * TUPLE_SIZE + 2]!;
  }

  /** Protocol, and above its 8 bits the zone that keys one direction; for the table's comparisons. */
  keyBits(direction: Direction): number {
    return keyOfKind(this.#words[this.#at + KIND]!, direction);
  }

  /** Sets one tuple. For whoever makes a connection. */
  setTuple(direction: Direction, tuple: Tuple): void {
    this.#setTupleBits(direction, ipv4Bits(tuple.src), ipv4Bits(tuple.dst), portsOf(tuple));
  }

  #setTupleBits(direction: Direction, src: number, dst: number, ports: number): void {
    const words = this.#words;
    const at = this.#at + TUPLE + direction * TUPLE_SIZE;
    words[at] = src;
    words[at + 1] = dst;
    words[at + 2] = ports;
  }

  /**
   * Makes it answer to another reply tuple, as signed integers: addresses, and both ports in one
   * (`nf_conntrack_alter_reply`). Precondition: not confirmed.
   */
  alterReply(src: number, dst: number, ports: number): void {
    invariant((this.status & Status.CONFIRMED) === 0, 'the reply tuple of a confirmed connection is fixed');
    this.#setTupleBits(1, src, dst, ports);
  }

  has(bits: number): boolean {
    return (this.status & bits) !== 0;
  }

  /** Whether it is, or was, in the table (`nf_ct_is_confirmed`). */
  get isConfirmed(): boolean {
    return (this.status & Status.CONFIRMED) !== 0;
  }

  get isDying(): boolean {
    return (this.status & Status.DYING) !== 0;
  }

  get zone(): Zone {
    return this.extensions?.zone ?? DEFAULT_ZONE;
  }

  /** The connection whose helper announced this one. */
  get master(): Connection | undefined {
    return this.extensions?.master;
  }

  get helper(): Helper | undefined {
    return this.extensions?.helper;
  }

  /** The label bits; 0 if it has none. */
  get labels(): bigint {
    return this.extensions?.labels ?? 0n;
  }

  /** What few connections have, if this one has any of it. */
  get extensions(): Extensions | undefined {
    if (this.slot >= 0 && (this.#words[this.#at + KIND]! & EXTENDED) === 0) return undefined;
    return this.slot >= 0 ? this.#rows.extensions(this.slot) : this.#remains?.extensions;
  }

  /** The extensions, created if there are none yet. */
  extend(): Extensions {
    const known = this.extensions;
    if (known !== undefined) return known;
    const made = new Extensions();
    if (this.slot >= 0) this.#rows.setExtensions(this.slot, made);
    else this.#remains!.extensions = made;
    return made;
  }
}

/**
 * The connection of a packet (`nf_ct_get`); `undefined` if it is INVALID, UNTRACKED, not tracked yet or has a template, and
 * of a packet that somebody kept longer than its connection lived.
 */
export function ctOf(packet: Packet): Connection | undefined {
  const { nfct } = packet;
  return nfct instanceof Connection && !nfct.isStale ? nfct : undefined;
}

/** Attaches a connection to a packet (`nf_ct_set`). */
export function attach(packet: Packet, ct: Connection, ctinfo: number): void {
  packet.nfct = ct;
  packet.ctinfo = ctinfo;
}

function portsOf(tuple: Tuple): number {
  return (tuple.sport << 16) | tuple.dport;
}

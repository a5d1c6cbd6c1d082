import type { Direction } from '../tuple.ts';

/** States of a TCP connection (`enum tcp_conntrack`); MAX and IGNORE are answers of the transition table. */
export const TcpConntrack = {
  NONE: 0,
  SYN_SENT: 1,
  SYN_RECV: 2,
  ESTABLISHED: 3,
  FIN_WAIT: 4,
  CLOSE_WAIT: 5,
  LAST_ACK: 6,
  TIME_WAIT: 7,
  CLOSE: 8,
  SYN_SENT2: 9,
  MAX: 10,
  IGNORE: 11,
} as const;

/** The words of listings, by state. */
export const TCP_STATE_NAMES: readonly string[] = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
];

/** What a segment is to the transition table (`enum tcp_bit_set`): the first of RST, SYN, FIN, ACK that it has. */
export const TcpIndex = { SYN: 0, SYNACK: 1, FIN: 2, ACK: 3, RST: 4, NONE: 5 } as const;

/** Flags of one side of a connection (`IP_CT_TCP_FLAG_*`), and of the last ignored segment. */
export const SideFlag = {
  WINDOW_SCALE: 0x01,
  SACK_PERM: 0x02,
  CLOSE_INIT: 0x04,
  BE_LIBERAL: 0x08,
  DATA_UNACKNOWLEDGED: 0x10,
  MAXACK_SET: 0x20,
  EXPECT_CHALLENGE_ACK: 0x40,
  SIMULTANEOUS_OPEN: 0x80,
} as const;

/** One side of a connection, unpacked (`struct ip_ct_tcp_state`). Sequence numbers are signed 32 bits. */
export class TcpSide {
  /** One past the highest sequence number sent. */
  end = 0;
  /** One past the highest that the peer allows. */
  maxEnd = 0;
  /** Largest window announced, scaled; 0 until the side was seen. */
  maxWindow = 0;
  /** Highest acknowledgement sent. */
  maxAck = 0;
  /** 0 to 14. */
  scale = 0;
  /** Bits of {@link SideFlag}. */
  flags = 0;
}

/** Integers of one {@link TcpState}. */
export const TCP_ROW = 14;
/** Of each side: the first four fields of {@link TcpSide}. */
const SIDE = 4;
const END = 0;
const MAX_END = 1;
const MAX_WINDOW = 2;
const MAX_ACK = 3;
/** Flags and scale of both sides, a byte and a nibble each. */
const SIDES = 8;
/** State (4 bits), last direction (1), last index (3), last flags (8), last scale (4), retransmissions (8). */
const PACKED = 9;
const LAST_SEQ = 10;
const LAST_ACK = 11;
const LAST_END = 12;
const LAST_WINDOW = 13;

/**
 * What TCP tracking remembers of a connection (`struct ip_ct_tcp`): a view of a row of integers. There may be a million
 * of these, so small fields share integers, and the two sides are unpacked into a {@link TcpSide} for the window checks and
 * packed again.
 */
export class TcpState {
  readonly #words: Int32Array;
  readonly #at: number;

  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** One on its own, of a connection that nothing was seen of. */
  static fresh(): TcpState {
    const state = new TcpState(new Int32Array(TCP_ROW), 0);
    state.clear();
    return state;
  }

  get kind(): 'tcp' {
    return 'tcp';
  }

  /** Everything as in a connection that nothing was seen of. */
  clear(): void {
    this.#words.fill(0, this.#at, this.#at + TCP_ROW);
    this.lastIndex = TcpIndex.NONE;
  }

  /** Takes over everything from another. */
  assign(other: TcpState): void {
    const words = this.#words;
    const at = this.#at;
    for (let i = 0; i < TCP_ROW; i++) words[at + i] = other.#words[other.#at + i]!;
  }

  /** One of its own. */
  copy(): TcpState {
    return new TcpState(this.#words.slice(this.#at, this.#at + TCP_ROW), 0);
  }

  get state(): number {
    return this.#words[this.#at + PACKED]! & 15;
  }
  set state(value: number) {
    this.#words[this.#at + PACKED] = (this.#words[this.#at + PACKED]! & ~15) | value;
  }

  get lastDirection(): Direction {
    return ((this.#words[this.#at + PACKED]! >> 4) & 1) as Direction;
  }
  set lastDirection(value: Direction) {
    this.#pack(4, 1, value);
  }

  /** Of {@link TcpIndex}. */
  get lastIndex(): number {
    return (this.#words[this.#at + PACKED]! >> 5) & 7;
  }
  set lastIndex(value: number) {
    this.#pack(5, 7, value);
  }

  /** Bits of {@link SideFlag}: options of the last ignored SYN, and what is expected of its answer. */
  get lastFlags(): number {
    return (this.#words[this.#at + PACKED]! >> 8) & 255;
  }
  set lastFlags(value: number) {
    this.#pack(8, 255, value);
  }

  get lastScale(): number {
    return (this.#words[this.#at + PACKED]! >> 16) & 15;
  }
  set lastScale(value: number) {
    this.#pack(16, 15, value);
  }

  /** How often the last ACK was repeated; 8 bits, wrapping as Linux's counter does. */
  get retransmissions(): number {
    return (this.#words[this.#at + PACKED]! >> 20) & 255;
  }
  set retransmissions(value: number) {
    this.#pack(20, 255, value & 255);
  }

  #pack(shift: number, mask: number, value: number): void {
    const at = this.#at + PACKED;
    this.#words[at] = (this.#words[at]! & ~(mask << shift)) | (value << shift);
  }

  /** Sequence number of the last ACK in window, or of the last ignored segment; signed, as the two that follow. */
  get lastSeq(): number {
    return this.#words[this.#at + LAST_SEQ]!;
  }
  set lastSeq(value: number) {
    this.#words[this.#at + LAST_SEQ] = value;
  }

  get lastAck(): number {
    return this.#words[this.#at + LAST_ACK]!;
  }
  set lastAck(value: number) {
    this.#words[this.#at + LAST_ACK] = value;
  }

  get lastEnd(): number {
    return this.#words[this.#at + LAST_END]!;
  }
  set lastEnd(value: number) {
    this.#words[this.#at + LAST_END] = value;
  }

  /** As on the wire. */
  get lastWindow(): number {
    return this.#words[this.#at + LAST_WINDOW]!;
  }
  set lastWindow(value: number) {
    this.#words[this.#at + LAST_WINDOW] = value;
  }

  /** Flags of one side. */
  flags(direction: Direction): number {
    return (this.#words[this.#at + SIDES]! >> (direction * 12)) & 255;
  }

  /** Sets flags of one side. */
  addFlags(direction: Direction, flags: number): void {
    this.#words[this.#at + SIDES]! |= flags << (direction * 12);
  }

  /** Highest acknowledgement of one side. */
  maxAck(direction: Direction): number {
    return this.#words[this.#at + direction * SIDE + MAX_ACK]!;
  }

  /** Unpacks one side into `side`. */
  load(direction: Direction, side: TcpSide): void {
    const words = this.#words;
    const at = this.#at + direction * SIDE;
    const small = words[this.#at + SIDES]! >> (direction * 12);
    side.flags = small & 255;
    side.scale = (small >> 8) & 15;
    side.end = words[at + END]!;
    side.maxEnd = words[at + MAX_END]!;
    side.maxWindow = words[at + MAX_WINDOW]!;
    side.maxAck = words[at + MAX_ACK]!;
  }

  /** Packs one side. */
  store(direction: Direction, side: TcpSide): void {
    const words = this.#words;
    const at = this.#at + direction * SIDE;
    const shift = direction * 12;
    const sides = this.#at + SIDES;
    words[sides] = (words[sides]! & ~(0xfff << shift)) | ((side.flags | (side.scale << 8)) << shift);
    words[at + END] = side.end;
    words[at + MAX_END] = side.maxEnd;
    words[at + MAX_WINDOW] = side.maxWindow;
    words[at + MAX_ACK] = side.maxAck;
  }

  /** Learns the windows anew from the next packets on (`nf_ct_tcp_fixup`). Only established connections do. */
  forgetWindows(): void {
    if (this.state !== TcpConntrack.ESTABLISHED) return;
    this.#words[this.#at + MAX_WINDOW] = 0;
    this.#words[this.#at + SIDE + MAX_WINDOW] = 0;
  }
}

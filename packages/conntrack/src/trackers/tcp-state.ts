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

/** Integers of a {@link TcpState} in a row. */
export const TCP_ROW = 14;
/** Four of each side, then what is packed, then the last four. */
const SIDE = 4;
const SIDES = 8;
const PACKED = 9;
const LAST = 10;

/**
 * What TCP tracking remembers of a connection (`struct ip_ct_tcp`). There may be a million of these, so they lie in rows of
 * integers and small fields share one. An object shows one row: the two sides are read from there into a {@link TcpSide}
 * and written back, everything else is at hand between {@link show} and {@link save}.
 *
 * Invariant: every field is a signed integer of 32 bits, so V8 stores it without a box.
 */
export class TcpState {
  #words: Int32Array;
  #at = 0;
  /** State (4 bits), last direction (1), last index (3), last flags (8), last scale (4), retransmissions (8). */
  #packed = TcpIndex.NONE << 5;
  /** Of the last ACK in window, or the last ignored segment. */
  lastSeq = 0;
  lastAck = 0;
  lastEnd = 0;
  /** As on the wire. */
  lastWindow = 0;

  /** One with a row of its own, of a connection that nothing was seen of. */
  constructor() {
    this.#words = new Int32Array(TCP_ROW);
  }

  get kind(): 'tcp' {
    return 'tcp';
  }

  /** Shows another row. */
  show(words: Int32Array, at: number): void {
    this.#words = words;
    this.#at = at;
    this.#packed = words[at + PACKED]!;
    this.lastSeq = words[at + LAST]!;
    this.lastAck = words[at + LAST + 1]!;
    this.lastEnd = words[at + LAST + 2]!;
    this.lastWindow = words[at + LAST + 3]!;
  }

  /** Everything as of a connection that nothing was seen of. */
  clear(): void {
    this.#words.fill(0, this.#at, this.#at + TCP_ROW);
    this.#packed = TcpIndex.NONE << 5;
    this.lastSeq = 0;
    this.lastAck = 0;
    this.lastEnd = 0;
    this.lastWindow = 0;
  }

  /** Writes to its row what does not stand there yet. */
  save(): void {
    const words = this.#words;
    const at = this.#at;
    words[at + PACKED] = this.#packed;
    words[at + LAST] = this.lastSeq;
    words[at + LAST + 1] = this.lastAck;
    words[at + LAST + 2] = this.lastEnd;
    words[at + LAST + 3] = this.lastWindow;
  }

  /** Writes everything to another row. */
  copyTo(words: Int32Array, at: number): void {
    this.save();
    for (let i = 0; i < TCP_ROW; i++) words[at + i] = this.#words[this.#at + i]!;
  }

  get state(): number {
    return this.#packed & 15;
  }
  set state(value: number) {
    this.#packed = (this.#packed & ~15) | value;
  }

  get lastDirection(): Direction {
    return ((this.#packed >> 4) & 1) as Direction;
  }
  set lastDirection(value: Direction) {
    this.#packed = (this.#packed & ~(1 << 4)) | (value << 4);
  }

  /** Of {@link TcpIndex}. */
  get lastIndex(): number {
    return (this.#packed >> 5) & 7;
  }
  set lastIndex(value: number) {
    this.#packed = (this.#packed & ~(7 << 5)) | (value << 5);
  }

  /** Bits of {@link SideFlag}: options of the last ignored SYN, and what is expected of its answer. */
  get lastFlags(): number {
    return (this.#packed >> 8) & 255;
  }
  set lastFlags(value: number) {
    this.#packed = (this.#packed & ~(255 << 8)) | (value << 8);
  }

  get lastScale(): number {
    return (this.#packed >> 16) & 15;
  }
  set lastScale(value: number) {
    this.#packed = (this.#packed & ~(15 << 16)) | (value << 16);
  }

  /** How often the last ACK was repeated; 8 bits, wrapping as Linux's counter does. */
  get retransmissions(): number {
    return (this.#packed >> 20) & 255;
  }
  set retransmissions(value: number) {
    this.#packed = (this.#packed & ~(255 << 20)) | ((value & 255) << 20);
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
    return this.#words[this.#at + direction * SIDE + 3]!;
  }

  /** Unpacks one side into `side`. */
  load(direction: Direction, side: TcpSide): void {
    const words = this.#words;
    const at = this.#at + direction * SIDE;
    side.end = words[at]!;
    side.maxEnd = words[at + 1]!;
    side.maxWindow = words[at + 2]!;
    side.maxAck = words[at + 3]!;
    // Flags and scale of both sides share an integer, a byte and a nibble each.
    const small = words[this.#at + SIDES]! >> (direction * 12);
    side.flags = small & 255;
    side.scale = (small >> 8) & 15;
  }

  /** Packs one side. */
  store(direction: Direction, side: TcpSide): void {
    const words = this.#words;
    const at = this.#at + direction * SIDE;
    const shift = direction * 12;
    words[at] = side.end;
    words[at + 1] = side.maxEnd;
    words[at + 2] = side.maxWindow;
    words[at + 3] = side.maxAck;
    const small = this.#at + SIDES;
    words[small] = (words[small]! & ~(0xfff << shift)) | ((side.flags | (side.scale << 8)) << shift);
  }

  /** Learns the windows anew from the next packets on (`nf_ct_tcp_fixup`). Only established connections do. */
  forgetWindows(): void {
    if (this.state !== TcpConntrack.ESTABLISHED) return;
    this.#words[this.#at + 2] = 0;
    this.#words[this.#at + SIDE + 2] = 0;
  }
}

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

/** One side of a connection (`struct ip_ct_tcp_state`). Sequence numbers are signed 32 bits. */
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

  /** Becomes like another one. */
  copy(other: TcpSide): void {
    this.end = other.end;
    this.maxEnd = other.maxEnd;
    this.maxWindow = other.maxWindow;
    this.maxAck = other.maxAck;
    this.scale = other.scale;
    this.flags = other.flags;
  }

  clear(): void {
    this.end = 0;
    this.maxEnd = 0;
    this.maxWindow = 0;
    this.maxAck = 0;
    this.scale = 0;
    this.flags = 0;
  }
}

/** Integers of a {@link TcpState} in a row, and in a packed one: see {@link TcpState.pack}. */
export const TCP_ROW = 14;
export const PACKED_TCP_ROW = 8;

/** Flags and scale of both sides share an integer, a byte and a nibble each. */
const SIDE_BITS = 12;
/** Where a packed row has no room for them: flags that no side has since the first, and what an ignored SYN leaves. */
const RARE_FLAGS = 0xff0c_00c0 | 0;
const RARE_SHARED = 0xf00f_ff00 | 0;
/** As in {@link SideFlag}, which the compiler does not take for a constant. */
const MAXACK_SET = 0x20;
const PEER_MAXACK_SET: number = MAXACK_SET << SIDE_BITS;

/**
 * What TCP tracking remembers of a connection (`struct ip_ct_tcp`). There may be a million of these, so they lie in rows of
 * integers, most of them in a form of {@link PACKED_TCP_ROW}, and an object is a copy of one of them: it is read before a
 * segment is looked at, and put back where it changed.
 *
 * Invariant: every field is a signed integer of 32 bits, so V8 stores it without a box.
 */
export class TcpState {
  readonly #original = new TcpSide();
  readonly #reply = new TcpSide();
  /** State (4 bits), last direction (1), last index (3), last flags (8), last scale (4), retransmissions (8). */
  #shared = TcpIndex.NONE << 5;
  #lastSeq = 0;
  #lastAck = 0;
  #lastEnd = 0;
  #lastWindow = 0;
  /** Whether it is other than what was last read or put back. */
  isChanged = true;

  get kind(): 'tcp' {
    return 'tcp';
  }

  /** Everything as of a connection that nothing was seen of. */
  clear(): void {
    this.isChanged = true;
    this.#original.clear();
    this.#reply.clear();
    this.#shared = TcpIndex.NONE << 5;
    this.#lastSeq = 0;
    this.#lastAck = 0;
    this.#lastEnd = 0;
    this.#lastWindow = 0;
  }

  // ---------------------------------------------------------------- rows

  /** Writes everything to a row of {@link TCP_ROW}. */
  copyTo(words: Int32Array, at: number): void {
    const original = this.#original;
    const reply = this.#reply;
    words[at] = original.end;
    words[at + 1] = original.maxEnd;
    words[at + 2] = original.maxWindow;
    words[at + 3] = original.maxAck;
    words[at + 4] = reply.end;
    words[at + 5] = reply.maxEnd;
    words[at + 6] = reply.maxWindow;
    words[at + 7] = reply.maxAck;
    words[at + 8] = flagsOf(original, reply);
    words[at + 9] = this.#shared;
    words[at + 10] = this.#lastSeq;
    words[at + 11] = this.#lastAck;
    words[at + 12] = this.#lastEnd;
    words[at + 13] = this.#lastWindow;
  }

  /** Reads everything from such a row. */
  copyFrom(words: Int32Array, at: number): void {
    const original = this.#original;
    const reply = this.#reply;
    original.end = words[at]!;
    original.maxEnd = words[at + 1]!;
    original.maxWindow = words[at + 2]!;
    original.maxAck = words[at + 3]!;
    reply.end = words[at + 4]!;
    reply.maxEnd = words[at + 5]!;
    reply.maxWindow = words[at + 6]!;
    reply.maxAck = words[at + 7]!;
    setFlags(original, reply, words[at + 8]!);
    this.#shared = words[at + 9]!;
    this.#lastSeq = words[at + 10]!;
    this.#lastAck = words[at + 11]!;
    this.#lastEnd = words[at + 12]!;
    this.#lastWindow = words[at + 13]!;
  }

  /**
   * Writes everything to a row of {@link PACKED_TCP_ROW}; false, and nothing is written, if it has no room there.
   *
   * Most numbers of a connection lie close to others. A side acknowledges what the peer has sent, but for what is under way;
   * the peer may send as far as the last acknowledgement and the largest window reach, or a little less; and the last segment
   * ended where its side has come to, or before its FIN, and acknowledged what its side does. What is kept is by how much:
   * 18 bits for each of the first two, 24 for windows. {@link unpack} does the same sums, so nothing is lost.
   */
  pack(words: Int32Array, at: number): boolean {
    const original = this.#original;
    const reply = this.#reply;
    const shared = this.#shared;
    const flags = flagsOf(original, reply);
    const end0 = original.end;
    const end1 = reply.end;
    const window0 = original.maxWindow;
    const window1 = reply.maxWindow;
    const ack0 = original.maxAck;
    const ack1 = reply.maxAck;
    const lastWindow = this.#lastWindow;
    const hasAck0 = (flags & MAXACK_SET) !== 0;
    const hasAck1 = (flags & PEER_MAXACK_SET) !== 0;
    const missing0 = hasAck0 ? (end1 - ack0) | 0 : ack0;
    const missing1 = hasAck1 ? (end0 - ack1) | 0 : ack1;
    const edge0 = window1 === 0 ? (end0 + window0) | 0 : ((hasAck1 ? ack1 : end0) + window1) | 0;
    const edge1 = window0 === 0 ? (end1 + window1) | 0 : ((hasAck0 ? ack0 : end1) + window0) | 0;
    const short0 = (edge0 - original.maxEnd) | 0;
    const short1 = (edge1 - reply.maxEnd) | 0;
    const excess =
      (shared & RARE_SHARED) |
      (flags & RARE_FLAGS) |
      ((window0 | window1) >>> 24) |
      (lastWindow >>> 16) |
      ((missing0 | missing1 | short0 | short1) >>> 18);
    if (excess !== 0) return false;
    const lastEnd = this.#lastEnd;
    const lastAck = this.#lastAck;
    const length = (lastEnd - this.#lastSeq) | 0;
    // 0: there was none. Else 2 for the one side and 4 for the other, and 1 more if it came a number further since.
    let last = 0;
    if ((lastEnd | lastAck | length) !== 0) {
      const behind0 = (end0 - lastEnd) | 0;
      const behind1 = (end1 - lastEnd) | 0;
      if (behind0 >>> 1 === 0 && lastAck === ack0) last = 2 + behind0;
      else if (behind1 >>> 1 === 0 && lastAck === ack1) last = 4 + behind1;
      else return false;
      if (length >>> 16 !== 0) return false;
    }
    words[at] = end0;
    words[at + 1] = end1;
    words[at + 2] = (shared & 0xff) | ((shared >>> 12) & 0xff00) | (lastWindow << 16);
    words[at + 3] =
      flags |
      ((short0 >>> 16) << 6) |
      ((short1 >>> 16) << 18) |
      (last << 24) |
      ((missing0 >>> 16) << 27) |
      ((missing1 >>> 16) << 29);
    words[at + 4] = (missing0 & 0xffff) | (missing1 << 16);
    words[at + 5] = (short0 & 0xffff) | (short1 << 16);
    words[at + 6] = window0 | (length << 24);
    words[at + 7] = window1 | ((length >>> 8) << 24);
    return true;
  }

  /** Reads everything from such a row. */
  unpack(words: Int32Array, at: number): void {
    const original = this.#original;
    const reply = this.#reply;
    const end0 = words[at]!;
    const end1 = words[at + 1]!;
    const shared = words[at + 2]!;
    const mixed = words[at + 3]!;
    const missing = words[at + 4]!;
    const short = words[at + 5]!;
    const sixth = words[at + 6]!;
    const seventh = words[at + 7]!;
    const window0 = sixth & 0xff_ffff;
    const window1 = seventh & 0xff_ffff;
    const hasAck0 = (mixed & MAXACK_SET) !== 0;
    const hasAck1 = (mixed & PEER_MAXACK_SET) !== 0;
    const missing0 = (missing & 0xffff) | (((mixed >>> 27) & 3) << 16);
    const missing1 = (missing >>> 16) | (((mixed >>> 29) & 3) << 16);
    const ack0 = hasAck0 ? (end1 - missing0) | 0 : missing0;
    const ack1 = hasAck1 ? (end0 - missing1) | 0 : missing1;
    const edge0 = window1 === 0 ? (end0 + window0) | 0 : ((hasAck1 ? ack1 : end0) + window1) | 0;
    const edge1 = window0 === 0 ? (end1 + window1) | 0 : ((hasAck0 ? ack0 : end1) + window0) | 0;
    original.end = end0;
    original.maxEnd = (edge0 - ((short & 0xffff) | (((mixed >>> 6) & 3) << 16))) | 0;
    original.maxWindow = window0;
    original.maxAck = ack0;
    reply.end = end1;
    reply.maxEnd = (edge1 - ((short >>> 16) | (((mixed >>> 18) & 3) << 16))) | 0;
    reply.maxWindow = window1;
    reply.maxAck = ack1;
    setFlags(original, reply, mixed & ~RARE_FLAGS);
    this.#shared = (shared & 0xff) | ((shared & 0xff00) << 12);
    this.#lastWindow = shared >>> 16;
    const last = (mixed >>> 24) & 7;
    if (last === 0) {
      this.#lastSeq = 0;
      this.#lastAck = 0;
      this.#lastEnd = 0;
      return;
    }
    const lastEnd = ((last < 4 ? end0 : end1) - (last & 1)) | 0;
    this.#lastSeq = (lastEnd - ((sixth >>> 24) | ((seventh >>> 24) << 8))) | 0;
    this.#lastAck = last < 4 ? ack0 : ack1;
    this.#lastEnd = lastEnd;
  }

  // ---------------------------------------------------------------- fields

  get state(): number {
    return this.#shared & 15;
  }
  set state(value: number) {
    this.#share(15, value);
  }

  get lastDirection(): Direction {
    return ((this.#shared >> 4) & 1) as Direction;
  }
  set lastDirection(value: Direction) {
    this.#share(1 << 4, value << 4);
  }

  /** Of {@link TcpIndex}. */
  get lastIndex(): number {
    return (this.#shared >> 5) & 7;
  }
  set lastIndex(value: number) {
    this.#share(7 << 5, value << 5);
  }

  /** Bits of {@link SideFlag}: options of the last ignored SYN, and what is expected of its answer. */
  get lastFlags(): number {
    return (this.#shared >> 8) & 255;
  }
  set lastFlags(value: number) {
    this.#share(255 << 8, value << 8);
  }

  get lastScale(): number {
    return (this.#shared >> 16) & 15;
  }
  set lastScale(value: number) {
    this.#share(15 << 16, value << 16);
  }

  /** How often the last ACK was repeated; 8 bits, wrapping as Linux's counter does. */
  get retransmissions(): number {
    return (this.#shared >> 20) & 255;
  }
  set retransmissions(value: number) {
    this.#share(255 << 20, (value & 255) << 20);
  }

  /** Of the last ACK in window, or the last ignored segment; the next three too. */
  get lastSeq(): number {
    return this.#lastSeq;
  }
  set lastSeq(value: number) {
    this.#lastSeq = value;
    this.isChanged = true;
  }

  get lastAck(): number {
    return this.#lastAck;
  }
  set lastAck(value: number) {
    this.#lastAck = value;
    this.isChanged = true;
  }

  get lastEnd(): number {
    return this.#lastEnd;
  }
  set lastEnd(value: number) {
    this.#lastEnd = value;
    this.isChanged = true;
  }

  /** As on the wire. */
  get lastWindow(): number {
    return this.#lastWindow;
  }
  set lastWindow(value: number) {
    this.#lastWindow = value;
    this.isChanged = true;
  }

  /** Flags of one side. */
  flags(direction: Direction): number {
    return direction === 0 ? this.#original.flags : this.#reply.flags;
  }

  /** Sets flags of one side. */
  addFlags(direction: Direction, flags: number): void {
    this.change(direction).flags |= flags;
  }

  /** Highest acknowledgement of one side. */
  maxAck(direction: Direction): number {
    return direction === 0 ? this.#original.maxAck : this.#reply.maxAck;
  }

  /** One side itself, for whoever changes it. */
  change(direction: Direction): TcpSide {
    this.isChanged = true;
    return direction === 0 ? this.#original : this.#reply;
  }

  /** Copies one side into `side`. */
  load(direction: Direction, side: TcpSide): void {
    side.copy(direction === 0 ? this.#original : this.#reply);
  }

  /** Makes one side a copy of `side`. */
  store(direction: Direction, side: TcpSide): void {
    this.change(direction).copy(side);
  }

  /** Learns the windows anew from the next packets on (`nf_ct_tcp_fixup`). Only established connections do. */
  forgetWindows(): void {
    if (this.state !== TcpConntrack.ESTABLISHED) return;
    this.change(0).maxWindow = 0;
    this.change(1).maxWindow = 0;
  }

  #share(mask: number, bits: number): void {
    this.#shared = (this.#shared & ~mask) | bits;
    this.isChanged = true;
  }
}

/** Flags and scales of both sides in one integer. */
function flagsOf(original: TcpSide, reply: TcpSide): number {
  return original.flags | (original.scale << 8) | ((reply.flags | (reply.scale << 8)) << SIDE_BITS);
}

function setFlags(original: TcpSide, reply: TcpSide, flags: number): void {
  original.flags = flags & 255;
  original.scale = (flags >> 8) & 15;
  reply.flags = (flags >> SIDE_BITS) & 255;
  reply.scale = (flags >> (SIDE_BITS + 8)) & 15;
}

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

/**
 * What TCP tracking remembers of a connection (`struct ip_ct_tcp`). There may be a million of these, so small fields
 * share integers, and the two sides are unpacked into a {@link TcpSide} for the window checks and packed again.
 *
 * Invariant: every field is an integer of 31 bits or signed 32 bits, so V8 stores it without a box.
 */
export class TcpState {
  #end0 = 0;
  #maxEnd0 = 0;
  #maxWindow0 = 0;
  #maxAck0 = 0;
  #end1 = 0;
  #maxEnd1 = 0;
  #maxWindow1 = 0;
  #maxAck1 = 0;
  /** Flags and scale of both sides, a byte and a nibble each, then those of the last ignored SYN. */
  #sides = 0;
  /** State (4 bits), last direction (1), last index (3), last flags (8), last scale (4), retransmissions (8). */
  #packed = TcpIndex.NONE << 5;
  /** Of the last ACK in window, or the last ignored segment. */
  lastSeq = 0;
  lastAck = 0;
  lastEnd = 0;
  /** As on the wire. */
  lastWindow = 0;

  get kind(): 'tcp' {
    return 'tcp';
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
    return (this.#sides >> (direction * 12)) & 255;
  }

  /** Sets flags of one side. */
  addFlags(direction: Direction, flags: number): void {
    this.#sides |= flags << (direction * 12);
  }

  /** Highest acknowledgement of one side. */
  maxAck(direction: Direction): number {
    return direction === 0 ? this.#maxAck0 : this.#maxAck1;
  }

  /** Unpacks one side into `side`. */
  load(direction: Direction, side: TcpSide): void {
    const small = this.#sides >> (direction * 12);
    side.flags = small & 255;
    side.scale = (small >> 8) & 15;
    side.end = direction === 0 ? this.#end0 : this.#end1;
    side.maxEnd = direction === 0 ? this.#maxEnd0 : this.#maxEnd1;
    side.maxWindow = direction === 0 ? this.#maxWindow0 : this.#maxWindow1;
    side.maxAck = direction === 0 ? this.#maxAck0 : this.#maxAck1;
  }

  /** Packs one side. */
  store(direction: Direction, side: TcpSide): void {
    const shift = direction * 12;
    this.#sides = (this.#sides & ~(0xfff << shift)) | ((side.flags | (side.scale << 8)) << shift);
    if (direction === 0) {
      this.#end0 = side.end | 0;
      this.#maxEnd0 = side.maxEnd | 0;
      this.#maxWindow0 = side.maxWindow | 0;
      this.#maxAck0 = side.maxAck | 0;
    } else {
      this.#end1 = side.end | 0;
      this.#maxEnd1 = side.maxEnd | 0;
      this.#maxWindow1 = side.maxWindow | 0;
      this.#maxAck1 = side.maxAck | 0;
    }
  }

  /** Learns the windows anew from the next packets on (`nf_ct_tcp_fixup`). Only established connections do. */
  forgetWindows(): void {
    if (this.state !== TcpConntrack.ESTABLISHED) return;
    this.#maxWindow0 = 0;
    this.#maxWindow1 = 0;
  }
}

import type { Packet } from '../packet/packet.ts';
import { writePacket } from '../packet/wire.ts';
import type { CaptureTime } from './captured-packet.ts';

/** A comment with a number in it. */
export interface NumberedComment {
  /** UTF-8 of what stands before the number. */
  readonly before: Uint8Array;
  /** Whole, 0 or more. */
  readonly number: number;
  /** UTF-8 of what stands behind it. */
  readonly behind: Uint8Array;
}

const ENHANCED_PACKET = 6;
const OPTION_COMMENT = 1;
const LONGEST_OPTION = 65_535;
/** Where the packet begins in its block. */
const DATA = 28;
/** What a block needs beside its packet and its comment: header, padding, option headers, the length once more. */
const AROUND = DATA + 3 + 4 + 3 + 4 + 4;

/**
 * Packet blocks of a pcapng file, one behind the other in memory that is used again: whoever writes a file adds what there
 * is, writes {@link bytes}, and {@link clear}s.
 */
export class PacketBlocks {
  #bytes: Uint8Array;
  #end = 0;
  /** Nanoseconds since 1970 at which a second began, in two halves of 32 bits: packets of one second need no division. */
  #second = Number.NaN;
  #high = 0;
  #low = 0;

  /** Room for `capacity` bytes at first; more is found when it is needed. */
  constructor(capacity: number = 1 << 20) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** What was added since the last {@link clear}; a view, good until more is added. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#end);
  }

  get length(): number {
    return this.#end;
  }

  clear(): void {
    this.#end = 0;
  }

  /** Adds a packet as it is on the wire. */
  addPacket(time: CaptureTime, interfaceId: number, packet: Packet, comment?: Uint8Array | NumberedComment): void {
    const { length } = packet;
    const at = this.#begin(time, interfaceId, length, length, comment);
    writePacket(packet, this.#bytes, at + DATA);
    this.#finish(at, length, comment);
  }

  /** Adds a packet of which there are bytes; `originalLength` is how long it was. */
  addBytes(
    time: CaptureTime,
    interfaceId: number,
    bytes: Uint8Array,
    originalLength: number,
    comment?: Uint8Array | NumberedComment,
  ): void {
    const { length } = bytes;
    const at = this.#begin(time, interfaceId, length, originalLength, comment);
    this.#bytes.set(bytes, at + DATA);
    this.#finish(at, length, comment);
  }

  /** Writes the header of a block for which it finds room, and answers where it begins. */
  #begin(
    time: CaptureTime,
    interfaceId: number,
    length: number,
    originalLength: number,
    comment: Uint8Array | NumberedComment | undefined,
  ): number {
    const at = this.#end;
    this.#reserve(at + AROUND + length + (comment === undefined ? 0 : longest(comment)));
    if (time.seconds !== this.#second) this.#turnTo(time.seconds);
    const low = this.#low + time.nanoseconds;
    const isOver = low >= 0x1_0000_0000;
    const bytes = this.#bytes;
    write32(bytes, at, ENHANCED_PACKET);
    write32(bytes, at + 8, interfaceId);
    write32(bytes, at + 12, isOver ? this.#high + 1 : this.#high);
    write32(bytes, at + 16, isOver ? low - 0x1_0000_0000 : low);
    write32(bytes, at + 20, length);
    write32(bytes, at + 24, originalLength);
    return at;
  }

  /** Writes what follows the packet of the block at `at`. */
  #finish(at: number, length: number, comment: Uint8Array | NumberedComment | undefined): void {
    const bytes = this.#bytes;
    let end = this.#pad(at + DATA + length);
    if (comment !== undefined) {
      const start = end + 4;
      const stop = Math.min(this.#write(comment, start), start + LONGEST_OPTION);
      bytes[end] = OPTION_COMMENT;
      bytes[end + 1] = 0;
      bytes[end + 2] = stop - start;
      bytes[end + 3] = (stop - start) >>> 8;
      end = this.#pad(stop);
      write32(bytes, end, 0);
      end += 4;
    }
    write32(bytes, at + 4, end + 4 - at);
    write32(bytes, end, end + 4 - at);
    this.#end = end + 4;
  }

  /** Writes a comment at `at` and answers where it ends. */
  #write(comment: Uint8Array | NumberedComment, at: number): number {
    const bytes = this.#bytes;
    if (comment instanceof Uint8Array) {
      bytes.set(comment, at);
      return at + comment.length;
    }
    const { before, number, behind } = comment;
    bytes.set(before, at);
    const end = at + before.length + digitsOf(number);
    let place = end;
    let rest = number;
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 10)) bytes[--place] = 48 + (rest % 10);
    // What 31 bits hold is divided faster.
    do bytes[--place] = 48 + (rest % 10);
    while ((rest = (rest / 10) | 0) > 0);
    bytes.set(behind, end);
    return end + behind.length;
  }

  /** Zeros up to the next multiple of four; blocks begin at one. */
  #pad(end: number): number {
    let at = end;
    while ((at & 3) !== 0) this.#bytes[at++] = 0;
    return at;
  }

  #turnTo(seconds: number): void {
    // By parts that are exact.
    const upper = Math.floor(seconds / 65_536) * 1_000_000_000;
    const low = (upper % 65_536) * 65_536 + (seconds % 65_536) * 1_000_000_000;
    const carried = Math.floor(low / 0x1_0000_0000);
    this.#high = Math.floor(upper / 65_536) + carried;
    this.#low = low - carried * 0x1_0000_0000;
    this.#second = seconds;
  }

  #reserve(needed: number): void {
    if (needed <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    bytes.set(this.bytes);
    this.#bytes = bytes;
  }
}

/** The most bytes that a comment may take before it is cut. */
function longest(comment: Uint8Array | NumberedComment): number {
  return comment instanceof Uint8Array ? comment.length : comment.before.length + 17 + comment.behind.length;
}

/** How many decimal digits a number has. */
function digitsOf(number: number): number {
  let digits = 1;
  for (let limit = 10; number >= limit; limit *= 10) digits++;
  return digits;
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

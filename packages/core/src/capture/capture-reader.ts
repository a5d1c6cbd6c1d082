import type { Diagnostic } from '../diagnostic.ts';
import type { CapturedPacket, CaptureTime } from './captured-packet.ts';

/** Longest packet or block that is believed; a longer one is a sign of damage, and must not fill the memory. */
const LONGEST_PACKET = 262_144;
const LONGEST_BLOCK = 16 * 1024 * 1024;

const PCAP_MAGIC = new Map([
  [0xa1b2c3d4, { unit: 1000, little: false }],
  [0xa1b23c4d, { unit: 1, little: false }],
  [0xd4c3b2a1, { unit: 1000, little: true }],
  [0x4d3cb2a1, { unit: 1, little: true }],
]);
const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const SIMPLE_PACKET = 3;
const OBSOLETE_PACKET = 2;
const ENHANCED_PACKET = 6;
const OPTION_COMMENT = 1;
const OPTION_NAME = 2;
const OPTION_RESOLUTION = 9;
const OPTION_OFFSET = 14;

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  readonly name: string | undefined;
  readonly clock: StampClock;
}

type Format = { readonly kind: 'pcap'; readonly unit: number; readonly linkType: number } | { readonly kind: 'pcapng' };

/**
 * Reads pcap and pcapng as a stream: bytes go in as they come, packets come out as they are complete. Memory is one block,
 * whatever the file's size. Microseconds and nanoseconds, both byte orders.
 *
 * The bytes of a packet are a view of the chunk in which they came: a chunk is the reader's and its packets' from the
 * moment it is given, and nobody writes into it again.
 *
 * A broken file gives every packet before the break, and then {@link fault} says what is wrong and at which byte.
 */
export class CaptureReader {
  readonly #source: string;
  #buffer: Uint8Array = new Uint8Array(0);
  /** How much of the buffer was read. */
  #at = 0;
  /** Bytes of the file before the buffer. */
  #consumed = 0;
  #format: Format | undefined;
  #little = false;
  #interfaces: Interface[] = [];
  /** The packet of the record that was read last. */
  #packet: CapturedPacket | undefined;
  #fault: Diagnostic | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  /** What stopped the reading; nothing more comes out after it. */
  get fault(): Diagnostic | undefined {
    return this.#fault;
  }

  /** Takes the next bytes of the file and gives the packets that they complete. */
  *write(chunk: Uint8Array): Generator<CapturedPacket> {
    this.push(chunk);
    for (let packet = this.next(); packet !== undefined; packet = this.next()) yield packet;
  }

  /** Takes the next bytes of the file; {@link next} then gives the packets that they complete. */
  push(chunk: Uint8Array): void {
    if (this.#fault !== undefined) return;
    // Not a Buffer, whose slices are views: what is left of a chunk would keep all of it.
    const plain = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const rest = this.#buffer.length - this.#at;
    this.#buffer = rest === 0 ? plain : joined(this.#buffer.subarray(this.#at), plain);
    this.#consumed += this.#at;
    this.#at = 0;
  }

  /** The next packet that is complete; `undefined` if more bytes are needed, or after a fault. */
  next(): CapturedPacket | undefined {
    for (;;) {
      const length = this.#next(this.#at);
      if (length === undefined) break;
      this.#at += length;
      const packet = this.#packet;
      if (packet !== undefined) {
        this.#packet = undefined;
        return packet;
      }
    }
    // What is left waits for more, without the chunk that it came with.
    this.#buffer = this.#buffer.slice(this.#at);
    this.#consumed += this.#at;
    this.#at = 0;
    return undefined;
  }

  /** The file has ended: a rest that is no whole packet is a fault. */
  end(): void {
    if (this.#fault !== undefined) return;
    if (this.#format === undefined && this.#consumed === 0 && this.#buffer.length === 0)
      this.#fail(0, 'the file is empty');
    else if (this.#format === undefined) this.#fail(0, 'this is neither pcap nor pcapng');
    else if (this.#buffer.length > 0) {
      this.#fail(
        this.#consumed,
        `the file ends in the middle of a packet: its last ${this.#buffer.length} bytes are left out`,
      );
    }
  }

  #fail(offset: number, message: string): undefined {
    this.#fault = {
      severity: 'error',
      code: 'broken-capture',
      message: `${this.#source}: byte ${offset}: ${message}`,
      hint: 'every packet before that place was read',
    };
    return undefined;
  }

  #u16(at: number): number {
    const bytes = this.#buffer;
    return this.#little ? bytes[at]! | (bytes[at + 1]! << 8) : (bytes[at]! << 8) | bytes[at + 1]!;
  }

  #u32(at: number): number {
    const bytes = this.#buffer;
    return this.#little
      ? (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
      : bigEndian(bytes, at);
  }

  /**
   * The length of the record at a place of the buffer, whose packet, if it has one, is left in `#packet`; `undefined` if it
   * is not all there yet, or after a fault.
   */
  #next(at: number): number | undefined {
    if (this.#fault !== undefined) return undefined;
    if (this.#format === undefined) return this.#header(at);
    return this.#format.kind === 'pcap' ? this.#pcapRecord(at, this.#format) : this.#block(at);
  }

  #header(at: number): number | undefined {
    const left = this.#buffer.length - at;
    if (left < 4) return undefined;
    const magic = bigEndian(this.#buffer, at);
    if (magic === SECTION_HEADER) {
      this.#format = { kind: 'pcapng' };
      return 0;
    }
    const pcap = PCAP_MAGIC.get(magic);
    if (pcap === undefined) return this.#fail(this.#consumed + at, 'this is neither pcap nor pcapng');
    if (left < 24) return undefined;
    this.#little = pcap.little;
    // The upper bits of the link type say something about checksums at the end of frames.
    this.#format = { kind: 'pcap', unit: pcap.unit, linkType: this.#u32(at + 20) & 0xffff };
    return 24;
  }

  #pcapRecord(at: number, format: Extract<Format, { kind: 'pcap' }>): number | undefined {
    const left = this.#buffer.length - at;
    if (left < 16) return undefined;
    const offset = this.#consumed + at;
    const captured = this.#u32(at + 8);
    const fraction = this.#u32(at + 4) * format.unit;
    if (captured > LONGEST_PACKET) return this.#fail(offset, `a packet of ${captured} bytes cannot be`);
    if (fraction >= 1_000_000_000) return this.#fail(offset, 'a time with more than a second of fractions cannot be');
    if (left < 16 + captured) return undefined;
    this.#packet = {
      time: { seconds: this.#u32(at), nanoseconds: fraction },
      linkType: format.linkType,
      bytes: this.#buffer.subarray(at + 16, at + 16 + captured),
      originalLength: this.#u32(at + 12),
      interfaceId: 0,
      interfaceName: undefined,
      comment: undefined,
    };
    return 16 + captured;
  }

  #block(at: number): number | undefined {
    const left = this.#buffer.length - at;
    if (left < 12) return undefined;
    const offset = this.#consumed + at;
    if (bigEndian(this.#buffer, at) === SECTION_HEADER) {
      const isBig = bigEndian(this.#buffer, at + 8) === BYTE_ORDER;
      this.#little = true;
      if (!isBig && this.#u32(at + 8) !== BYTE_ORDER)
        return this.#fail(offset, 'a section without its byte-order mark');
      this.#little = !isBig;
      this.#interfaces = [];
    }
    const type = this.#u32(at);
    const length = this.#u32(at + 4);
    if (length < 12 || length % 4 !== 0 || length > LONGEST_BLOCK)
      return this.#fail(offset, `a block of ${length} bytes cannot be`);
    if (left < length) return undefined;
    if (this.#u32(at + length - 4) !== length) return this.#fail(offset, 'the two lengths of a block differ');
    const start = at + 8;
    const end = at + length - 4;
    if (type === INTERFACE_DESCRIPTION) {
      if (end - start < 8) return this.#fail(offset, 'an interface description that is too short');
      this.#interfaces.push(this.#interface(this.#buffer.subarray(start, end)));
    } else if (type === ENHANCED_PACKET || type === OBSOLETE_PACKET || type === SIMPLE_PACKET) {
      this.#packet = this.#packetBlock(type, start, end, offset);
      if (this.#packet === undefined) return undefined;
    }
    return length;
  }

  #interface(body: Uint8Array): Interface {
    const view = viewOf(body);
    let name: string | undefined;
    let ticks = 1_000_000n;
    let offset = 0;
    for (const { code, value } of this.#options(body, 8)) {
      if (code === OPTION_NAME) name = textOf(value);
      else if (code === OPTION_RESOLUTION && value.length > 0) {
        const power = BigInt(value[0]! & 127);
        ticks = (value[0]! & 128) !== 0 ? 1n << power : 10n ** (power > 30n ? 30n : power);
      } else if (code === OPTION_OFFSET && value.length >= 8)
        offset = Number(viewOf(value).getBigInt64(0, this.#little));
    }
    return {
      linkType: view.getUint16(0, this.#little),
      snapLength: view.getUint32(4, this.#little),
      name,
      clock: new StampClock(ticks, offset),
    };
  }

  #packetBlock(type: number, start: number, end: number, offset: number): CapturedPacket | undefined {
    const length = end - start;
    const header = type === SIMPLE_PACKET ? 4 : 20;
    if (length < header) return this.#fail(offset, 'a packet block that is too short');
    const id = type === SIMPLE_PACKET ? 0 : type === ENHANCED_PACKET ? this.#u32(start) : this.#u16(start);
    const from = this.#interfaces[id];
    if (from === undefined) return this.#fail(offset, `a packet of interface ${id}, which was not described`);
    let captured: number;
    let originalLength: number;
    let time: CaptureTime;
    if (type === SIMPLE_PACKET) {
      time = { seconds: 0, nanoseconds: 0 };
      originalLength = this.#u32(start);
      captured = Math.min(originalLength, from.snapLength === 0 ? originalLength : from.snapLength, length - header);
    } else {
      time = from.clock.time(this.#u32(start + 4), this.#u32(start + 8));
      captured = this.#u32(start + 12);
      originalLength = this.#u32(start + 16);
    }
    if (captured > LONGEST_PACKET || header + captured > length)
      return this.#fail(offset, `a packet of ${captured} bytes in a block of ${length}`);
    const options = start + header + ((captured + 3) & ~3);
    return {
      time,
      linkType: from.linkType,
      bytes: this.#buffer.subarray(start + header, start + header + captured),
      originalLength,
      interfaceId: id,
      interfaceName: from.name,
      comment: type === SIMPLE_PACKET ? undefined : this.#firstComment(options, end),
    };
  }

  /** The first comment among the options between two places of the buffer. */
  #firstComment(start: number, end: number): string | undefined {
    for (let at = start; at + 4 <= end; ) {
      const code = this.#u16(at);
      const length = this.#u16(at + 2);
      if (code === 0 || at + 4 + length > end) return undefined;
      if (code === OPTION_COMMENT) return textOf(this.#buffer.subarray(at + 4, at + 4 + length));
      at += 4 + ((length + 3) & ~3);
    }
    return undefined;
  }

  /** The options of an interface description; a damaged list ends where it stops making sense. */
  *#options(body: Uint8Array, start: number): Generator<{ code: number; value: Uint8Array }> {
    const view = viewOf(body);
    for (let at = start; at + 4 <= body.length; ) {
      const code = view.getUint16(at, this.#little);
      const length = view.getUint16(at + 2, this.#little);
      if (code === 0 || at + 4 + length > body.length) return;
      yield { code, value: body.subarray(at + 4, at + 4 + length) };
      at += 4 + ((length + 3) & ~3);
    }
  }
}

/** Turns the stamps of an interface, counts of its ticks, into time. Packets of one second cost it no division. */
class StampClock {
  /** Ticks a second: a power of ten or of two. */
  readonly #ticks: bigint;
  /** The same as a number, where a tick is a whole number of nanoseconds; else 0. */
  readonly #unit: number;
  /** Nanoseconds a tick, there. */
  readonly #tick: number;
  /** Seconds to add. */
  readonly #offset: number;
  /** The stamp at which the second of the last packet began, in its two halves, and that second. */
  #high = 0;
  #low = 0;
  #seconds: number | undefined;

  constructor(ticks: bigint, offset: number) {
    this.#ticks = ticks;
    this.#unit = ticks > 1_000_000_000n || 1_000_000_000n % ticks !== 0n ? 0 : Number(ticks);
    this.#tick = this.#unit === 0 ? 0 : 1_000_000_000 / this.#unit;
    this.#offset = offset;
  }

  /** The time of a stamp in two halves of 32 bits. */
  time(high: number, low: number): CaptureTime {
    const unit = this.#unit;
    if (unit === 0) {
      const ticks = this.#ticks;
      const stamp = (BigInt(high) << 32n) | BigInt(low);
      return {
        seconds: Number(stamp / ticks) + this.#offset,
        nanoseconds: Number(((stamp % ticks) * 1_000_000_000n) / ticks),
      };
    }
    if (this.#seconds !== undefined) {
      // Exact: a difference of up to 2^53, or so large that it is none of a second.
      const since = (high - this.#high) * 0x1_0000_0000 + (low - this.#low);
      if (since >= 0 && since < unit) return { seconds: this.#seconds, nanoseconds: since * this.#tick };
    }
    // Division of 64 bits, 16 at a time: every number in between is exact.
    const upper = (high % unit) * 65_536 + (low >>> 16);
    const lower = (upper % unit) * 65_536 + (low & 0xffff);
    const seconds = (Math.floor(high / unit) * 65_536 + Math.floor(upper / unit)) * 65_536 + Math.floor(lower / unit);
    const rest = lower % unit;
    this.#high = rest > low ? high - 1 : high;
    this.#low = rest > low ? low - rest + 0x1_0000_0000 : low - rest;
    this.#seconds = seconds + this.#offset;
    return { seconds: this.#seconds, nanoseconds: rest * this.#tick };
  }
}

function bigEndian(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** UTF-8; what is none becomes the replacement character. Written out, since a library for all platforms has no decoder. */
function textOf(bytes: Uint8Array): string {
  let text = '';
  let ascii = 0;
  while (ascii < bytes.length && bytes[ascii]! < 0x80) text += String.fromCharCode(bytes[ascii++]!);
  for (let i = ascii; i < bytes.length; ) {
    const first = bytes[i]!;
    const more = first < 0x80 ? 0 : first >> 5 === 6 ? 1 : first >> 4 === 14 ? 2 : first >> 3 === 30 ? 3 : -1;
    let point = more === 0 ? first : first & (0x3f >> more);
    let good = more >= 0 && i + more < bytes.length;
    for (let k = 1; good && k <= more; k++) {
      const next = bytes[i + k]!;
      if (next >> 6 !== 2) good = false;
      point = (point << 6) | (next & 0x3f);
    }
    if (good && point <= 0x10ffff) {
      text += String.fromCodePoint(point);
      i += more + 1;
    } else {
      text += '\ufffd';
      i++;
    }
  }
  return text;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

import { formatIpv4, type Host, type Ipv4Address, ipv4FromBits, ipv4ToBits, type Packet } from '@chainwalk/core';
import type { CreateAttributes, ElementAttributes } from './attributes.ts';
import { addressRange, bitsOf } from './bitmap-ip.ts';
import { MAX_BITMAP } from './bitmap-set.ts';
import { CollectorSchedule } from './collector-schedule.ts';
import { newMember } from './hash-member.ts';
import {
  type Adt,
  type IpSet,
  type MemberText,
  type PacketContext,
  type SetExtensions,
  SetFlag,
  type SetQuery,
  type SetTypeInfo,
} from './ip-set.ts';
import { formatExtensions, MemberData, sameExtensions } from './member-data.ts';
import { packetAddress, putMac, takeMac } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatEther } from './text.ts';

/** Sizes of `struct bitmap_ipmac` and of one place. */
const HEAD = 80;
const PLACE = 8;
const COMMAND_QUERY: SetQuery = { dim: 3, flags: 0, command: SetFlag.SKIP_COUNTER_UPDATE };

const EMPTY = 0;
/** A member whose MAC address is not known yet: the first packet from it tells, and starts its timeout. */
const UNSET = 1;
const FILLED = 2;

/**
 * `bitmap:ip,mac`: addresses of a range, each with the MAC address it may have.
 *
 * Kernel: `net/netfilter/ipset/ip_set_bitmap_ipmac.c`.
 */
const bitmapIpMac: SetTypeInfo = { name: 'bitmap:ip,mac', revision: 3, dimension: 2, features: ['ip', 'mac'] };

/** The set that `create NAME bitmap:ip,mac range ...` makes, or the code that refuses it. */
export function createBitmapIpMac(
  name: string,
  attributes: CreateAttributes,
  extensions: SetExtensions,
  host: Host,
): BitmapIpMacSet | number {
  const range = addressRange(attributes);
  if (typeof range === 'number') return range;
  return range[1] - range[0] + 1 > MAX_BITMAP
    ? SetCode.BITMAP_RANGE_SIZE
    : new BitmapIpMacSet(name, range, extensions, host);
}

class BitmapIpMacSet implements IpSet {
  name: string;
  references = 0;
  readonly type: SetTypeInfo = bitmapIpMac;
  readonly family = 'inet';
  readonly extensions: SetExtensions;
  readonly #host: Host;
  readonly #first: number;
  readonly #last: number;
  readonly #data: MemberData;
  readonly #state: Uint8Array;
  readonly #macLow: Uint32Array;
  readonly #macHigh: Uint16Array;
  /** Seconds that begin to run when the MAC address becomes known. */
  readonly #stored: Uint32Array;
  readonly #member = newMember();
  #elements = 0;
  readonly #collector: CollectorSchedule;

  constructor(name: string, [first, last]: readonly [number, number], extensions: SetExtensions, host: Host) {
    const size = last - first + 1;
    this.name = name;
    this.extensions = extensions;
    this.#host = host;
    this.#first = first;
    this.#last = last;
    this.#data = new MemberData(host, extensions);
    this.#data.reserve(size);
    this.#state = new Uint8Array(size);
    this.#macLow = new Uint32Array(size);
    this.#macHigh = new Uint16Array(size);
    this.#stored = new Uint32Array(size);
    this.#collector = new CollectorSchedule(extensions.timeout ?? 0, this.#data.now, host.hz);
  }

  packet(adt: Adt, packet: Packet, _context: PacketContext, query: SetQuery): number {
    const place = this.#place(ipv4ToBits(packetAddress(packet, query, 1) as Ipv4Address));
    if (place < 0) return place;
    if (!takeMac(packet, query, 2, this.#member)) return SetCode.INVAL;
    this.#host.meter.setProbes++;
    if (adt === 'test') return this.#test(place, true, packet.length, query);
    if (adt === 'del') return this.#del(place);
    const code = this.#add(place, true, query.timeout, (query.command & SetFlag.EXIST) !== 0);
    if (code === SetCode.OK) this.#data.storePacket(place, packet.length, { ...query, timeout: this.#pending });
    return code;
  }

  command(adt: Adt, element: ElementAttributes, exist: boolean): number {
    const accepted = this.#data.accepts(element);
    if (accepted !== SetCode.OK) return accepted;
    const bits = element.ip === undefined ? undefined : bitsOf(element.ip);
    if (bits === undefined) return SetCode.IPADDR_IPV4;
    const place = this.#place(bits);
    if (place < 0) return place;
    const { ether } = element;
    if (ether !== undefined) putMac(ether, this.#member);
    if (adt === 'test') {
      const code = this.#test(place, ether !== undefined, 0, COMMAND_QUERY);
      // To a command, a member whose MAC address is still open is a member.
      return code === SetCode.AGAIN ? SetCode.MATCH : code;
    }
    const code = adt === 'del' ? this.#del(place) : this.#add(place, ether !== undefined, element.timeout, exist);
    if (code === SetCode.OK && adt === 'add') {
      this.#data.storeCommand(place, {
        ...element,
        ...(this.extensions.timeout === undefined ? {} : { timeout: this.#pending }),
      });
    }
    return code === SetCode.EXIST && exist ? SetCode.OK : code;
  }

  #place(bits: number): number {
    return bits < this.#first || bits > this.#last ? SetCode.BITMAP_RANGE : bits - this.#first;
  }

  #test(place: number, withMac: boolean, length: number, query: SetQuery): number {
    if (this.#state[place] === EMPTY) return SetCode.OK;
    if (!withMac || this.#state[place] === UNSET) return SetCode.AGAIN;
    const same = this.#macLow[place] === this.#member.macLow && this.#macHigh[place] === this.#member.macHigh;
    return same && this.#data.meet(place, length, query) ? SetCode.MATCH : SetCode.OK;
  }

  /** Seconds of the deadline to be stored by whoever called {@link #add}. */
  #pending = 0;

  #add(place: number, withMac: boolean, timeout: number | undefined, exist: boolean): number {
    this.collect();
    const seconds = timeout ?? this.extensions.timeout ?? 0;
    const state = this.#state[place];
    if (state === FILLED || (state === UNSET && !withMac)) {
      if (state === FILLED && withMac && exist) this.#setMac(place);
      if (!exist && !(state === FILLED && this.#data.expired(place))) return SetCode.EXIST;
      this.#data.dropComment(place);
      if (state === FILLED) this.#pending = seconds;
      else this.#defer(place, seconds);
      return SetCode.OK;
    }
    if (state === UNSET) {
      this.#setMac(place);
      // A timeout of its own begins now, or the one that waited.
      this.#pending = seconds === this.extensions.timeout ? this.#stored[place]! : seconds;
      return SetCode.OK;
    }
    this.#elements++;
    if (withMac) {
      this.#setMac(place);
      this.#pending = seconds;
    } else {
      this.#state[place] = UNSET;
      this.#defer(place, seconds);
    }
    return SetCode.OK;
  }

  #defer(place: number, seconds: number): void {
    this.#stored[place] = seconds;
    this.#pending = 0;
  }

  #setMac(place: number): void {
    this.#state[place] = FILLED;
    this.#macLow[place] = this.#member.macLow;
    this.#macHigh[place] = this.#member.macHigh;
  }

  #del(place: number): number {
    this.collect();
    if (this.#state[place] === EMPTY) return SetCode.EXIST;
    const over = this.#data.expired(place);
    this.#drop(place);
    return over ? SetCode.EXIST : SetCode.OK;
  }

  #drop(place: number): void {
    this.#state[place] = EMPTY;
    this.#elements--;
    this.#data.dropComment(place);
  }

  flush(): void {
    for (let place = 0; place < this.#state.length; place++) if (this.#state[place] !== EMPTY) this.#drop(place);
  }

  collect(): void {
    if (this.extensions.timeout === undefined) return;
    const last = this.#collector.due(this.#data.now);
    if (last === undefined) return;
    if (!this.#data.mayHaveExpired(last)) return;
    for (let place = 0; place < this.#state.length; place++) {
      if (this.#state[place] === FILLED && this.#data.expiredAt(place, last)) this.#drop(place);
    }
    this.#data.swept(last);
  }

  destroy(): void {
    this.flush();
  }

  header(): string {
    return `range ${text(this.#first)}-${text(this.#last)}${formatExtensions(this.extensions)}`;
  }

  memorySize(): number {
    const size = this.#state.length;
    return HEAD + Math.ceil(size / 64) * 8 + size * this.#data.sizeOf(PLACE, 8) + this.#data.commentBytes;
  }

  elementCount(): number {
    return this.#elements;
  }

  *members(): Generator<MemberText> {
    for (let place = 0; place < this.#state.length; place++) {
      const state = this.#state[place];
      if (state === EMPTY || (state === FILLED && this.#data.expired(place))) continue;
      const ip = text(this.#first + place);
      const mac = formatEther({ ...this.#member, macLow: this.#macLow[place]!, macHigh: this.#macHigh[place]! });
      const waiting = state === UNSET ? this.#stored[place] : undefined;
      yield { element: state === FILLED ? `${ip},${mac}` : ip, options: this.#data.text(place, '', waiting) };
    }
  }

  sameParameters(other: IpSet): boolean {
    return (
      other instanceof BitmapIpMacSet &&
      this.#first === other.#first &&
      this.#last === other.#last &&
      sameExtensions(this.extensions, other.extensions)
    );
  }
}

function text(bits: number): string {
  return formatIpv4(ipv4FromBits(bits));
}

import type { Host, Packet } from '@chainwalk/core';
import type { ElementAttributes } from './attributes.ts';
import { CollectorSchedule } from './collector-schedule.ts';
import {
  type Adt,
  type IpSet,
  type MemberText,
  type PacketContext,
  type SetExtensions,
  type SetFamily,
  SetFlag,
  type SetQuery,
  type SetTypeInfo,
} from './ip-set.ts';
import { formatExtensions, MemberData, sameExtensions } from './member-data.ts';
import { SetCode } from './set-error.ts';

/** Bitmaps hold at most this many places. */
export const MAX_BITMAP = 65536;

/** Commands look without counting. */
const COMMAND_QUERY: SetQuery = { dim: 3, flags: 0, command: SetFlag.SKIP_COUNTER_UPDATE };

/** What a bitmap:* type makes of its places. */
export interface BitmapLayout {
  /** How many places there are. */
  readonly size: number;
  /** `range 10.0.0.0-10.0.0.255 netmask 28` */
  readonly header: string;
  /** `struct bitmap_*` in bytes. */
  readonly head: number;
  /** Bytes of a place before its extensions. */
  readonly place: number;
  /** The place that a packet names, or a code below 0. */
  readonly fromPacket: (packet: Packet, context: PacketContext, query: SetQuery) => number;
  /** The first and last place that an element names, or a code below 0. */
  readonly fromCommand: (element: ElementAttributes, adt: Adt) => readonly [first: number, last: number] | number;
  readonly format: (place: number) => string;
}

/** A set of one of the bitmap:* types (`ip_set_bitmap_gen.h`): a bit for each place of a range. */
export class BitmapSet implements IpSet {
  name: string;
  references = 0;
  readonly type: SetTypeInfo;
  readonly family: SetFamily;
  readonly extensions: SetExtensions;
  readonly #host: Host;
  readonly #layout: BitmapLayout;
  readonly #data: MemberData;
  readonly #members: Uint8Array;
  #elements = 0;
  readonly #collector: CollectorSchedule;

  constructor(
    type: SetTypeInfo,
    name: string,
    family: SetFamily,
    layout: BitmapLayout,
    extensions: SetExtensions,
    host: Host,
  ) {
    this.type = type;
    this.name = name;
    this.family = family;
    this.extensions = extensions;
    this.#host = host;
    this.#layout = layout;
    this.#data = new MemberData(host, extensions);
    this.#data.reserve(layout.size);
    this.#members = new Uint8Array(layout.size);
    this.#collector = new CollectorSchedule(extensions.timeout ?? 0, this.#data.now, host.hz);
  }

  packet(adt: Adt, packet: Packet, context: PacketContext, query: SetQuery): number {
    const place = this.#layout.fromPacket(packet, context, query);
    if (place < 0) return place;
    this.#host.meter.setProbes++;
    switch (adt) {
      case 'test':
        return this.#members[place] === 1 && this.#data.meet(place, packet.length, query) ? SetCode.MATCH : SetCode.OK;
      case 'del':
        return this.#del(place);
      case 'add': {
        const code = this.#add(place, (query.command & SetFlag.EXIST) !== 0);
        if (code === SetCode.OK) this.#data.storePacket(place, packet.length, query);
        return code;
      }
    }
  }

  command(adt: Adt, element: ElementAttributes, exist: boolean): number {
    const places = this.#layout.fromCommand(element, adt);
    const accepted = this.#data.accepts(element);
    if (accepted !== SetCode.OK) return accepted;
    if (typeof places === 'number') return places;
    const [first, last] = places;
    if (adt === 'test')
      return this.#members[first] === 1 && this.#data.meet(first, 0, COMMAND_QUERY) ? SetCode.MATCH : SetCode.OK;
    for (let place = first; place <= last; place++) {
      const code = adt === 'add' ? this.#add(place, exist) : this.#del(place);
      if (code === SetCode.EXIST && exist) continue;
      if (code !== SetCode.OK) return code;
      if (adt === 'add') this.#data.storeCommand(place, element);
    }
    return SetCode.OK;
  }

  #add(place: number, exist: boolean): number {
    this.collect();
    if (this.#members[place] === 1) {
      if (!exist && !this.#data.expired(place)) return SetCode.EXIST;
      this.#data.dropComment(place);
      return SetCode.OK;
    }
    this.#members[place] = 1;
    this.#elements++;
    return SetCode.OK;
  }

  #del(place: number): number {
    this.collect();
    if (this.#members[place] === 0) return SetCode.EXIST;
    const over = this.#data.expired(place);
    this.#members[place] = 0;
    this.#elements--;
    this.#data.dropComment(place);
    return over ? SetCode.EXIST : SetCode.OK;
  }

  /** Extensions stay behind: counters of a place begin where they were when it was last a member. */
  flush(): void {
    for (let place = 0; place < this.#members.length; place++)
      if (this.#members[place] === 1) this.#data.dropComment(place);
    this.#members.fill(0);
    this.#elements = 0;
  }

  collect(): void {
    if (this.extensions.timeout === undefined) return;
    const last = this.#collector.due(this.#data.now);
    if (last === undefined) return;
    if (!this.#data.mayHaveExpired(last)) return;
    for (let place = 0; place < this.#members.length; place++) {
      if (this.#members[place] === 0 || !this.#data.expiredAt(place, last)) continue;
      this.#members[place] = 0;
      this.#elements--;
      this.#data.dropComment(place);
    }
    this.#data.swept(last);
  }

  destroy(): void {
    this.flush();
  }

  header(): string {
    return this.#layout.header + formatExtensions(this.extensions);
  }

  memorySize(): number {
    const { size, head, place } = this.#layout;
    return (
      head +
      Math.ceil(size / 64) * 8 +
      size * this.#data.sizeOf(place, 8 * Math.min(place, 1)) +
      this.#data.commentBytes
    );
  }

  elementCount(): number {
    return this.#elements;
  }

  *members(): Generator<MemberText> {
    for (let place = 0; place < this.#members.length; place++) {
      if (this.#members[place] === 0 || this.#data.expired(place)) continue;
      yield { element: this.#layout.format(place), options: this.#data.text(place) };
    }
  }

  sameParameters(other: IpSet): boolean {
    return (
      other instanceof BitmapSet &&
      this.#layout.header === other.#layout.header &&
      sameExtensions(this.extensions, other.extensions)
    );
  }
}

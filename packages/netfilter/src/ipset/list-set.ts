import type { Packet } from '@chainwalk/core';
import type { ElementAttributes } from './attributes.ts';
import { CollectorSchedule } from './collector-schedule.ts';
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
import { SetCode } from './set-error.ts';
import type { SetRegistry } from './set-registry.ts';

/** Sizes of `struct list_set` and `struct set_elem`. */
const HEAD = 80;
const MEMBER = 48;
const DEFAULT_SIZE = 8;
const MIN_SIZE = 4;

/**
 * `list:set`: sets in an order. A packet is in it if it is in one of them; it is added to the first that takes it.
 * The sets are held by index, as rules hold them, so that a swap changes what the list holds.
 *
 * Kernel: `net/netfilter/ipset/ip_set_list_set.c`.
 */
const listSet: SetTypeInfo = { name: 'list:set', revision: 3, dimension: 1, features: ['name'] };

interface Member {
  readonly index: number;
  readonly slot: number;
}

export class ListSet implements IpSet {
  name: string;
  references = 0;
  readonly type: SetTypeInfo = listSet;
  readonly family = 'unspec';
  readonly extensions: SetExtensions;
  readonly #registry: SetRegistry;
  readonly #size: number;
  readonly #data: MemberData;
  #list: Member[] = [];
  readonly #freeSlots: number[] = [];
  #usedSlots = 0;
  readonly #collector: CollectorSchedule;

  /** `size` is kept and shown, and means nothing since ipset 6.24. */
  constructor(name: string, size: number | undefined, extensions: SetExtensions, registry: SetRegistry) {
    this.name = name;
    this.extensions = extensions;
    this.#registry = registry;
    this.#size = Math.max(size ?? DEFAULT_SIZE, MIN_SIZE);
    this.#data = new MemberData(registry.host, extensions);
    this.#collector = new CollectorSchedule(extensions.timeout ?? 0, this.#data.now, registry.host.hz);
  }

  // ---------------------------------------------------------------- packets

  packet(adt: Adt, packet: Packet, context: PacketContext, query: SetQuery): number {
    if (adt === 'test') return this.#test(packet, context, query);
    for (const { index, slot } of this.#list) {
      if (this.#data.expired(slot)) continue;
      if (this.#registry[adt](index, packet, context, query) === SetCode.OK) break;
    }
    return SetCode.OK;
  }

  #test(packet: Packet, context: PacketContext, query: SetQuery): number {
    // Counters of the members are neither compared nor, if so wished, updated.
    let command = query.command & ~SetFlag.MATCH_COUNTERS;
    if ((command & SetFlag.SKIP_SUBCOUNTER_UPDATE) !== 0) command |= SetFlag.SKIP_COUNTER_UPDATE;
    const inner: SetQuery = { ...query, command };
    for (const { index, slot } of this.#list) {
      if (!this.#registry.test(index, packet, context, inner)) continue;
      query.skbinfo = inner.skbinfo;
      if (this.#data.meet(slot, packet.length, query)) return SetCode.MATCH;
    }
    return SetCode.OK;
  }

  // ---------------------------------------------------------------- commands

  command(adt: Adt, element: ElementAttributes, exist: boolean): number {
    const accepted = this.#data.accepts(element);
    if (accepted !== SetCode.OK) return accepted;
    const index = this.#registry.indexOf(element.setName ?? '');
    if (index === undefined) return SetCode.LIST_NAME;
    if (this.#registry.at(index)!.type === listSet) return SetCode.LIST_LOOP;
    let reference: number | undefined;
    if (element.reference !== undefined) {
      reference = this.#registry.indexOf(element.reference.name);
      if (reference === undefined) return SetCode.LIST_NAMEREF;
    }
    if (adt !== 'test') this.#removeExpired(this.#data.now);
    const before = element.reference?.where === 'before';
    const list = this.#list.filter(({ slot }) => !this.#data.expired(slot));
    const at = list.findIndex((member) => member.index === index);
    const code =
      adt === 'add'
        ? this.#add(index, at, reference, before, element, exist)
        : this.#find(list, at, reference, before, adt);
    return code === SetCode.EXIST && exist ? SetCode.OK : code;
  }

  #add(
    index: number,
    at: number,
    reference: number | undefined,
    before: boolean,
    element: ElementAttributes,
    exist: boolean,
  ): number {
    const anchor = reference === undefined ? -1 : this.#list.findIndex((member) => member.index === reference);
    if (reference !== undefined && anchor < 0) return SetCode.LIST_REF_EXIST;
    if (at >= 0) {
      if (!exist) return SetCode.EXIST;
      const { slot } = this.#list[at]!;
      this.#data.dropComment(slot);
      this.#data.storeCommand(slot, element);
      return SetCode.OK;
    }
    const slot = this.#freeSlots.pop() ?? this.#usedSlots++;
    this.#data.zero(slot, 1);
    this.#data.storeCommand(slot, element);
    this.#registry.acquire(index);
    const place = reference === undefined ? this.#list.length : before ? anchor : anchor + 1;
    this.#list.splice(place, 0, { index, slot });
    return SetCode.OK;
  }

  /** `del` and `test`: with `before` or `after`, the neighbour has to be the one given. */
  #find(
    list: readonly Member[],
    at: number,
    reference: number | undefined,
    before: boolean,
    adt: 'del' | 'test',
  ): number {
    const neighbour = reference === undefined ? undefined : list[before ? at + 1 : at - 1];
    const fits = at >= 0 && (reference === undefined || neighbour?.index === reference);
    if (adt === 'test') return fits ? SetCode.MATCH : SetCode.OK;
    if (!fits) return reference === undefined ? SetCode.EXIST : SetCode.LIST_REF_EXIST;
    this.#remove(list[at]!);
    return SetCode.OK;
  }

  #remove(member: Member): void {
    this.#list.splice(this.#list.indexOf(member), 1);
    this.#data.dropComment(member.slot);
    this.#freeSlots.push(member.slot);
    this.#registry.release(member.index);
  }

  #removeExpired(tick: number): void {
    if (this.extensions.timeout === undefined) return;
    for (const member of [...this.#list]) if (this.#data.expiredAt(member.slot, tick)) this.#remove(member);
  }

  flush(): void {
    for (const member of [...this.#list]) this.#remove(member);
  }

  collect(): void {
    if (this.extensions.timeout === undefined) return;
    const last = this.#collector.due(this.#data.now);
    if (last === undefined) return;
    this.#removeExpired(last);
  }

  destroy(): void {
    this.flush();
  }

  // ---------------------------------------------------------------- text

  header(): string {
    return `size ${this.#size}${formatExtensions(this.extensions)}`;
  }

  memorySize(): number {
    return HEAD + this.#list.length * this.#data.sizeOf(MEMBER, 8) + this.#data.commentBytes;
  }

  elementCount(): number {
    return this.#list.length;
  }

  *members(): Generator<MemberText> {
    for (const { index, slot } of this.#list) {
      if (this.#data.expired(slot)) continue;
      yield { element: this.#registry.nameOf(index) ?? '', options: this.#data.text(slot) };
    }
  }

  sameParameters(other: IpSet): boolean {
    return other instanceof ListSet && this.#size === other.#size && sameExtensions(this.extensions, other.extensions);
  }
}

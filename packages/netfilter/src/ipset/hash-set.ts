import type { Host, Packet } from '@chainwalk/core';
import type { CreateAttributes, ElementAttributes } from './attributes.ts';
import { CollectorSchedule } from './collector-schedule.ts';
import { expand } from './element-ranges.ts';
import { type HashMember, maskAddress, newMember } from './hash-member.ts';
import { bucketSizeFor, bucketsFor, HashTable } from './hash-table.ts';
import type { FamilyShape, HashSettings, HashType } from './hash-type.ts';
import { hex8 } from './hex.ts';
import {
  type Adt,
  type IpSet,
  type MemberText,
  type PacketContext,
  type SetExtensions,
  type SetFamily,
  SetFlag,
  type SetQuery,
} from './ip-set.ts';
import { formatExtensions, MemberData, sameExtensions } from './member-data.ts';
import { PrefixLengths } from './prefix-lengths.ts';
import { SetCode } from './set-error.ts';

const DEFAULT_HASHSIZE = 1024;
const DEFAULT_MAXELEM = 65536;
const DEFAULT_BUCKETSIZE = 12;

/** Commands look without counting. */
const COMMAND_QUERY: SetQuery = { dim: 3, flags: 0, command: SetFlag.SKIP_COUNTER_UPDATE };

/** A set of one of the hash:* types (`ip_set_hash_gen.h`). */
export class HashSet implements IpSet {
  name: string;
  references = 0;
  readonly type: HashType;
  readonly family: SetFamily;
  readonly extensions: SetExtensions;

  readonly #settings: HashSettings;
  readonly #shape: FamilyShape;
  /** Prefix length of a whole address. */
  readonly #longest: number;
  readonly #data: MemberData;
  readonly #table: HashTable;
  readonly #key: Uint32Array;
  readonly #member: HashMember = newMember();
  /** For reading members back. */
  readonly #probe: HashMember = newMember();
  readonly #first = new PrefixLengths();
  readonly #second = new PrefixLengths();
  readonly #ifaces: string[] = [];
  readonly #wildcards: boolean[] = [];
  readonly #collector: CollectorSchedule;

  /** The set that `create NAME TYPE ...` makes, or the code that refuses it. */
  static create(
    type: HashType,
    name: string,
    attributes: CreateAttributes,
    extensions: SetExtensions,
    host: Host,
  ): HashSet | number {
    const family: SetFamily = type.inet6 === undefined ? 'unspec' : (attributes.family ?? 'inet');
    if (attributes.markmask === 0) return SetCode.INVALID_MARKMASK;
    const longest = family === 'inet6' ? 128 : 32;
    const { netmask = longest } = attributes;
    if (netmask > longest || netmask === 0) return SetCode.INVALID_NETMASK;
    const hashsize = bucketsFor(attributes.hashsize ?? DEFAULT_HASHSIZE);
    if (hashsize === undefined) return SetCode.NOMEM;
    const settings: HashSettings = { host, family, netmask, markmask: attributes.markmask ?? 0xffffffff };
    return new HashSet(type, name, settings, extensions, {
      hashsize,
      maxelem: attributes.maxelem ?? DEFAULT_MAXELEM,
      bucketsize: attributes.bucketsize === undefined ? DEFAULT_BUCKETSIZE : bucketSizeFor(attributes.bucketsize),
      initval: attributes.initval ?? host.simulation.random.stream('ipset-initval').u32(),
    });
  }

  private constructor(
    type: HashType,
    name: string,
    settings: HashSettings,
    extensions: SetExtensions,
    parameters: { hashsize: number; maxelem: number; bucketsize: number; initval: number },
  ) {
    const shape = settings.family === 'inet6' && type.inet6 !== undefined ? type.inet6 : type.inet;
    this.type = type;
    this.name = name;
    this.family = settings.family;
    this.extensions = extensions;
    this.#settings = settings;
    this.#shape = shape;
    this.#longest = settings.family === 'inet6' ? 128 : 32;
    this.#data = new MemberData(settings.host, extensions);
    this.#key = new Uint32Array(shape.words);
    const named = type.features.includes('iface');
    this.#table = new HashTable(
      {
        words: shape.words,
        lastMask: type.lastMask ?? 0xffffffff,
        memberSize: this.#data.sizeOf(shape.member, shape.align),
      },
      parameters,
      this.#data,
      {
        removed: (slot) => this.#removed(slot),
        ...(named
          ? {
              same: (slot: number) => this.#sameIface(slot),
              moved: (from: number, to: number) => this.#moved(from, to),
            }
          : {}),
      },
    );
    // The collector first runs a second after the set was made.
    const { now } = this.#data;
    this.#collector = new CollectorSchedule(extensions.timeout ?? 0, now, settings.host.hz, now + settings.host.hz);
  }

  // ---------------------------------------------------------------- packets

  packet(adt: Adt, packet: Packet, context: PacketContext, query: SetQuery): number {
    const member = this.#member;
    if (!this.type.fromPacket(packet, context, query, this.#settings, member)) return SetCode.INVAL;
    if (adt === 'test') {
      if (this.type.nets.length > 0) return this.#testPrefixes(member, packet.length, query);
      this.type.encode(member, this.#key);
      return this.#testKey(packet.length, query);
    }
    this.#collectIfDue();
    // A packet's address joins or leaves as the most specific kind of network that the set holds.
    for (const field of this.type.nets) {
      if (field === 'first') {
        member.cidr = this.#first.longest(this.#longest);
        member.ip = maskAddress(member.ip, member.cidr);
      } else {
        member.cidr2 = this.#second.longest(this.#longest);
        member.ip2 = maskAddress(member.ip2, member.cidr2);
      }
    }
    this.type.encode(member, this.#key);
    if (adt === 'del') {
      this.#settings.host.meter.setProbes++;
      return this.#table.delete(this.#key);
    }
    this.#settings.host.meter.setProbes++;
    const slot = this.#table.add(this.#key, (query.command & SetFlag.EXIST) !== 0, this.extensions.forceadd);
    if (slot < 0) return slot;
    this.#added(slot, member, false);
    this.#data.storePacket(slot, packet.length, query);
    return SetCode.OK;
  }

  /** What the member that {@link #key} names answers to a packet. */
  #testKey(length: number, query: SetQuery): number {
    this.#settings.host.meter.setProbes++;
    let slot: number;
    if (this.type.lastMask === undefined) {
      slot = this.#table.find(this.#key);
      if (slot < 0 || !this.#data.meet(slot, length, query)) return SetCode.OK;
    } else {
      // Several members can fit one interface.
      slot = this.#table.find(this.#key, (candidate) => this.#data.meet(candidate, length, query));
      if (slot < 0) return SetCode.OK;
    }
    return this.#data.isNomatch(slot) ? SetCode.NOTEMPTY : SetCode.MATCH;
  }

  /** Tries every combination of prefix lengths that members have, the longest first (`mtype_test_cidrs`). */
  #testPrefixes(member: HashMember, length: number, query: SetQuery): number {
    const { nets } = this.type;
    const { ip, ip2 } = member;
    const outerIsFirst = nets[0] === 'first';
    const both = nets.length === 2;
    const inner = both ? this.#second.lengths : ONE;
    this.#table.clashes = 0;
    for (const outerLength of outerIsFirst ? this.#first.lengths : this.#second.lengths) {
      if (outerIsFirst) {
        member.cidr = outerLength;
        member.ip = maskAddress(ip, outerLength);
      } else {
        member.cidr2 = outerLength;
        member.ip2 = maskAddress(ip2, outerLength);
      }
      for (const innerLength of inner) {
        if (both) {
          member.cidr2 = innerLength;
          member.ip2 = maskAddress(ip2, innerLength);
        }
        this.type.encode(member, this.#key);
        const code = this.#testKey(length, query);
        if (code !== SetCode.OK) return code;
        // The network is there, but with other interfaces: shorter prefixes are not looked at.
        if (this.#table.clashes > 0) return SetCode.OK;
      }
    }
    return SetCode.OK;
  }

  // ---------------------------------------------------------------- commands

  command(adt: Adt, element: ElementAttributes, exist: boolean): number {
    const accepted = this.#data.accepts(element);
    if (accepted !== SetCode.OK) return accepted;
    const member = this.#member;
    const parts = this.type.fromCommand(element, this.#settings, member);
    if (parts !== SetCode.OK) return parts;
    if (adt !== 'test') this.#collectIfDue();
    let found: number = SetCode.OK;
    const visit = (): number => {
      if (adt === 'test') {
        found = this.#testCommand(member, element);
        return SetCode.OK;
      }
      const code = adt === 'add' ? this.#add(member, element, exist) : this.#del(member);
      return code === SetCode.EXIST && exist ? SetCode.OK : code;
    };
    const code = this.#walk(element, member, visit);
    return code === SetCode.OK ? found : code;
  }

  #walk(element: ElementAttributes, member: HashMember, visit: () => number): number {
    const { ranges, walk } = this.type;
    if (walk !== undefined) return walk(element, this.#settings, member, visit);
    return ranges === undefined ? visit() : expand(element, ranges, member, visit);
  }

  #add(member: HashMember, element: ElementAttributes, exist: boolean): number {
    this.type.encode(member, this.#key);
    let slot = this.#table.add(this.#key, exist, this.extensions.forceadd);
    while (slot === SetCode.AGAIN) {
      const resized = this.#table.resize();
      if (resized !== SetCode.OK) return resized;
      slot = this.#table.add(this.#key, exist, this.extensions.forceadd);
    }
    if (slot < 0) return slot;
    this.#added(slot, member, element.nomatch === true);
    this.#data.storeCommand(slot, element);
    return SetCode.OK;
  }

  #del(member: HashMember): number {
    this.type.encode(member, this.#key);
    return this.#table.delete(this.#key);
  }

  #testCommand(member: HashMember, element: ElementAttributes): number {
    const { nets } = this.type;
    const wholeAddresses = nets.every((field) => (field === 'first' ? member.cidr : member.cidr2) === this.#longest);
    let code: number;
    if (nets.length > 0 && wholeAddresses) {
      code = this.#testPrefixes(member, 0, COMMAND_QUERY);
    } else {
      this.type.encode(member, this.#key);
      code = this.#testKey(0, COMMAND_QUERY);
    }
    // `test ... nomatch` asks the other way round.
    if (element.nomatch === true && nets.length > 0 && code !== SetCode.OK)
      return code === SetCode.NOTEMPTY ? SetCode.MATCH : SetCode.OK;
    return code;
  }

  // ---------------------------------------------------------------- members come and go

  #added(slot: number, member: HashMember, nomatch: boolean): void {
    if (this.#table.fresh) {
      for (const field of this.type.nets) {
        if (field === 'first') this.#first.add(member.cidr);
        else this.#second.add(member.cidr2);
      }
      if (this.type.lastMask !== undefined) {
        this.#ifaces[slot] = member.iface;
        this.#wildcards[slot] = member.wildcard;
      }
    }
    if (this.type.nets.length > 0) this.#data.setNomatch(slot, nomatch);
  }

  #removed(slot: number): void {
    if (this.type.nets.length === 0) return;
    const old = this.#read(slot);
    for (const field of this.type.nets) {
      if (field === 'first') this.#first.remove(old.cidr);
      else this.#second.remove(old.cidr2);
    }
  }

  #read(slot: number): HashMember {
    const member = this.#probe;
    this.type.decode((index) => this.#table.word(slot, index), this.family === 'inet6' ? 4 : 1, member);
    if (this.type.lastMask !== undefined) {
      member.iface = this.#ifaces[slot]!;
      member.wildcard = this.#wildcards[slot]!;
    }
    return member;
  }

  /** Compares interfaces: the one in the set may be a prefix. */
  #sameIface(slot: number): boolean {
    const stored = this.#ifaces[slot]!;
    const wanted = this.#member.iface;
    return this.#wildcards[slot]! ? wanted.startsWith(stored) : wanted === stored;
  }

  #moved(from: number, to: number): void {
    this.#ifaces[to] = this.#ifaces[from]!;
    this.#wildcards[to] = this.#wildcards[from]!;
  }

  flush(): void {
    this.#table.flush();
    this.#data.clear();
    this.#first.clear();
    this.#second.clear();
  }

  collect(): void {
    this.#collectIfDue();
  }

  /**
   * Does what the collector has done by now. It needs no events of its own: what is over is found by nobody, so only
   * its last run before now matters, and only to whoever changes or lists the set.
   */
  #collectIfDue(): void {
    if (this.extensions.timeout === undefined) return;
    const last = this.#collector.due(this.#data.now);
    if (last === undefined) return;
    this.#table.collect(last);
  }

  destroy(): void {
    this.flush();
  }

  // ---------------------------------------------------------------- text

  header(): string {
    const table = this.#table;
    let text = this.family === 'unspec' ? '' : `family ${this.family} `;
    if (this.type.parameters?.includes('markmask')) text += `markmask ${hex8(this.#settings.markmask)} `;
    text += `hashsize ${table.hashsize} maxelem ${table.maxelem}`;
    if (this.#settings.netmask !== this.#longest) text += ` netmask ${this.#settings.netmask}`;
    return `${text}${formatExtensions(this.extensions)} bucketsize ${table.bucketsize} initval ${hex8(table.initval)}`;
  }

  memorySize(): number {
    return this.#shape.head + this.#table.memorySize + this.#data.commentBytes;
  }

  elementCount(): number {
    if (this.extensions.timeout === undefined) return this.#table.elements;
    let count = 0;
    for (const _ of this.#table.slots()) count++;
    return count;
  }

  *members(): Generator<MemberText> {
    for (const slot of this.#table.slots()) {
      const member = this.#read(slot);
      const element = this.type.format(member, this.#longest);
      yield {
        element,
        options: this.#data.text(slot, this.type.lastMask !== undefined && member.wildcard ? ' wildcard' : ''),
      };
    }
  }

  sameParameters(other: IpSet): boolean {
    return (
      other instanceof HashSet &&
      this.#table.maxelem === other.#table.maxelem &&
      this.#settings.netmask === other.#settings.netmask &&
      this.#settings.markmask === other.#settings.markmask &&
      sameExtensions(this.extensions, other.extensions)
    );
  }
}

const ONE: readonly number[] = [0];

import { type Host, invariant, LARGE_SET, type Packet } from '@chainwalk/core';
import type { IpSet, PacketContext, SetQuery } from './ip-set.ts';
import { SetFlag } from './ip-set.ts';
import { SetCode } from './set-error.ts';

/** Sets are numbered with 16 bits, and the last number means "none". */
const MAX_SETS = 65535;
/** The list of sets grows in steps of this size (`IP_SET_INC`). */
const STEP = 64;

/**
 * The sets of one host (`struct ip_set_net`): by index for rules, by name for people.
 *
 * A rule that uses a set holds its index, never its name: {@link swap} puts the other set behind the index, and
 * {@link rename} is refused while anybody holds one. Take an index with {@link acquire} when a rule comes into being
 * and give it back with {@link release}; in between the set cannot be destroyed.
 *
 * Kernel: `net/netfilter/ipset/ip_set_core.c`.
 */
export class SetRegistry {
  readonly host: Host;
  /** By index; `undefined` where a set was destroyed. */
  readonly #sets: (IpSet | undefined)[] = [];
  readonly #indexes = new Map<string, number>();
  /** Numbers that destroyed sets left free are used again, smallest first. */
  #holes = 0;
  /** The last packet that asked a large set, and the large sets that it asked. */
  #asking: Packet | undefined;
  readonly #asked: IpSet[] = [];

  constructor(host: Host) {
    this.host = host;
  }

  // ---------------------------------------------------------------- for rules

  /** The index of a set, or `undefined` if there is no set of this name. */
  indexOf(name: string): number | undefined {
    return this.#indexes.get(name);
  }

  /** The name of the set behind an index at this moment, or `undefined`. */
  nameOf(index: number): string | undefined {
    return this.#sets[index]?.name;
  }

  /** Takes a reference; false if there is no set behind the index. */
  acquire(index: number): boolean {
    const set = this.#sets[index];
    if (set === undefined) return false;
    set.references++;
    return true;
  }

  /** Gives a reference back. */
  release(index: number): void {
    const set = this.#sets[index];
    if (set === undefined) return;
    invariant(set.references > 0, `set ${set.name} was released more often than acquired`);
    set.references--;
  }

  /** Whether the set behind the index holds what the query takes from the packet (`ip_set_test`). */
  test(index: number, packet: Packet, context: PacketContext, query: SetQuery): boolean {
    const set = this.#sets[index];
    if (set === undefined) return false;
    this.#count(set, packet);
    if (!serves(set, context, query)) return false;
    const code = set.packet('test', packet, context, query);
    if (code === SetCode.AGAIN) {
      // The type wants the member completed from this packet: bitmap:ip,mac learns the MAC address.
      set.packet('add', packet, context, query);
      return true;
    }
    if ((query.command & SetFlag.RETURN_NOMATCH) !== 0 && set.type.features.includes('nomatch')) {
      return code === SetCode.NOTEMPTY;
    }
    return code > 0;
  }

  /** Adds what the query takes from the packet (`ip_set_add`); 0 if it is in the set now for the first time. */
  add(index: number, packet: Packet, context: PacketContext, query: SetQuery): number {
    return this.#change('add', index, packet, context, query);
  }

  /** Takes out what the query takes from the packet (`ip_set_del`). */
  del(index: number, packet: Packet, context: PacketContext, query: SetQuery): number {
    return this.#change('del', index, packet, context, query);
  }

  #count(set: IpSet, packet: Packet): void {
    const { meter } = this.host;
    meter.setLookups++;
    if (set.memorySize() <= LARGE_SET) return;
    if (packet !== this.#asking) {
      this.#asking = packet;
      this.#asked.length = 0;
    }
    if (this.#asked.includes(set)) return;
    this.#asked.push(set);
    meter.largeSetLookups++;
  }

  #change(adt: 'add' | 'del', index: number, packet: Packet, context: PacketContext, query: SetQuery): number {
    const set = this.#sets[index];
    if (set === undefined) return SetCode.NOENT;
    this.#count(set, packet);
    return serves(set, context, query) ? set.packet(adt, packet, context, query) : SetCode.TYPE_MISMATCH;
  }

  // ---------------------------------------------------------------- for commands

  /** All sets in the order of their indexes. */
  get sets(): readonly IpSet[] {
    return this.#sets.filter((set) => set !== undefined);
  }

  get size(): number {
    return this.#indexes.size;
  }

  find(name: string): IpSet | undefined {
    const index = this.#indexes.get(name);
    return index === undefined ? undefined : this.#sets[index];
  }

  /** The set behind an index. */
  at(index: number): IpSet | undefined {
    return this.#sets[index];
  }

  /** Lets every set take out what has expired. Listings and reference counts then show what the kernel's would. */
  collect(): void {
    for (const set of this.#sets) set?.collect();
  }

  /** Puts a new set into the list. Its name may stand there already only if the two agree and `exist` is set. */
  create(set: IpSet, exist: boolean): number {
    const clash = this.find(set.name);
    if (clash !== undefined) {
      set.destroy();
      return exist && clash.type === set.type && clash.sameParameters(set) ? SetCode.OK : SetCode.EEXIST;
    }
    let index = this.#sets.length;
    if (this.#holes > 0) {
      index = this.#sets.indexOf(undefined);
      this.#holes--;
    } else if (index >= MAX_SETS - STEP) {
      set.destroy();
      return SetCode.MAX_SETS;
    }
    this.#sets[index] = set;
    this.#indexes.set(set.name, index);
    return SetCode.OK;
  }

  /** Destroys one set, or all if no name is given; refused while any of them is in use. */
  destroy(name: string | undefined, exist: boolean): number {
    if (name === undefined) {
      if (this.sets.some((set) => set.references > 0)) return SetCode.BUSY;
      for (const set of this.sets) set.destroy();
      this.#sets.length = 0;
      this.#indexes.clear();
      this.#holes = 0;
      return SetCode.OK;
    }
    const index = this.#indexes.get(name);
    const set = index === undefined ? undefined : this.#sets[index];
    if (index === undefined || set === undefined) return exist ? SetCode.OK : SetCode.NOENT;
    if (set.references > 0) return SetCode.BUSY;
    this.#sets[index] = undefined;
    this.#indexes.delete(name);
    this.#holes++;
    set.destroy();
    return SetCode.OK;
  }

  /** Empties one set, or all. */
  flush(name: string | undefined): number {
    if (name === undefined) {
      for (const set of this.sets) set.flush();
      return SetCode.OK;
    }
    const set = this.find(name);
    if (set === undefined) return SetCode.NOENT;
    set.flush();
    return SetCode.OK;
  }

  /** Gives a set that nobody uses another name. */
  rename(from: string, to: string): number {
    const index = this.#indexes.get(from);
    const set = index === undefined ? undefined : this.#sets[index];
    if (index === undefined || set === undefined) return SetCode.NOENT;
    if (set.references > 0) return SetCode.REFERENCED;
    if (this.#indexes.has(to)) return SetCode.EXIST_SETNAME2;
    this.#indexes.delete(from);
    this.#indexes.set(to, index);
    set.name = to;
    return SetCode.OK;
  }

  /**
   * Exchanges two sets of the same kind: names and reference counts stay with the indexes, so that whoever holds an
   * index sees the other content from now on.
   */
  swap(from: string, to: string): number {
    const fromIndex = this.#indexes.get(from);
    const toIndex = this.#indexes.get(to);
    const a = fromIndex === undefined ? undefined : this.#sets[fromIndex];
    const b = toIndex === undefined ? undefined : this.#sets[toIndex];
    if (fromIndex === undefined || a === undefined) return SetCode.NOENT;
    if (toIndex === undefined || b === undefined) return SetCode.EXIST_SETNAME2;
    if (a.family !== b.family || a.type.features.join() !== b.type.features.join()) return SetCode.TYPE_MISMATCH;
    this.#sets[fromIndex] = b;
    this.#sets[toIndex] = a;
    [a.name, b.name] = [b.name, a.name];
    [a.references, b.references] = [b.references, a.references];
    return SetCode.OK;
  }
}

/** A rule with too few directions, or of the other family, never finds anything. */
function serves(set: IpSet, context: PacketContext, query: SetQuery): boolean {
  if (query.dim < set.type.dimension) return false;
  return set.family === 'unspec' || (set.family === 'inet6') === (context.family === 'ipv6');
}

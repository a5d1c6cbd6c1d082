import type { Host, Packet } from '@chainwalk/core';
import type { ElementAttributes } from './attributes.ts';
import type { RangeShape } from './element-ranges.ts';
import type { HashMember } from './hash-member.ts';
import type { PacketContext, SetFamily, SetQuery, SetTypeInfo } from './ip-set.ts';

/** The part of a member that is a network: its address and the prefix length beside it. */
export type NetField = 'first' | 'second';

/** What a family makes of a type: sizes in bytes as on 64-bit Linux, and words. */
export interface FamilyShape {
  /** `struct hash_*`. */
  readonly head: number;
  /** `struct hash_*_elem`, and its alignment. */
  readonly member: number;
  readonly align: number;
  /** Words of a member that are hashed. */
  readonly words: number;
}

/** Parameters of one set that its type looks at. */
export interface HashSettings {
  readonly host: Host;
  readonly family: SetFamily;
  /** 1 to 32 (128): addresses are kept with this prefix length. */
  readonly netmask: number;
  /** Bits of a mark that are kept. */
  readonly markmask: number;
}

/** One hash:* type: how its members look in memory, on the command line and in a packet. */
export interface HashType extends SetTypeInfo {
  readonly inet: FamilyShape;
  /** Absent for types that have no family (hash:mac). */
  readonly inet6?: FamilyShape;
  /** The networks of a member, in the order in which a look-up tries their lengths. */
  readonly nets: readonly NetField[];
  /** Further parameters of `create`. */
  readonly parameters?: readonly ('netmask' | 'markmask')[];
  /** What is compared of the last word; all of it unless said. */
  readonly lastMask?: number;
  /** Writes a member as the kernel lays it out. */
  encode(member: HashMember, key: Uint32Array): void;
  /** Reads it back. `address` is the number of words of an address. */
  decode(word: (index: number) => number, address: 1 | 4, member: HashMember): void;
  /** How a member is printed. */
  format(member: HashMember, longest: number): string;
  /** Fills in what a packet says; false if it lacks something. Prefix lengths are the caller's. */
  fromPacket(
    packet: Packet,
    context: PacketContext,
    query: SetQuery,
    settings: HashSettings,
    member: HashMember,
  ): boolean;
  /**
   * Fills in what is no range: protocol and port, mark, MAC address, interface. A code below 0 refuses the element.
   */
  fromCommand(element: ElementAttributes, settings: HashSettings, member: HashMember): number;
  /** The parts that can be ranges; absent if none can. */
  readonly ranges?: RangeShape;
  /** Replaces the usual walk through the ranges, for types with rules of their own. */
  walk?(element: ElementAttributes, settings: HashSettings, member: HashMember, visit: () => number): number;
}

import type { Device, Family, Host, Packet } from '@chainwalk/core';
import type { ElementAttributes } from './attributes.ts';

/** The addresses that a set holds. `unspec` sets (ports, MACs, other sets) serve packets of both families. */
export type SetFamily = 'inet' | 'inet6' | 'unspec';

/** What can be done with a member (`enum ipset_adt`). */
export type Adt = 'add' | 'del' | 'test';

/** Bits of {@link SetQuery.flags}: bit d tells that dimension d (counted from 1) is taken from the packet's source. */
export const DIM_SRC: readonly [number, number, number, number] = [0, 2, 4, 8];
/** As many directions as a match or target can give; more than any type has dimensions. */
export const MAX_DIMENSIONS = 6;

/** Bits of {@link SetQuery.command} (`enum ipset_cmd_flags`). */
export const SetFlag = {
  EXIST: 1,
  SKIP_COUNTER_UPDATE: 8,
  SKIP_SUBCOUNTER_UPDATE: 16,
  MATCH_COUNTERS: 32,
  RETURN_NOMATCH: 128,
  MAP_SKBMARK: 256,
  MAP_SKBPRIO: 512,
  MAP_SKBQUEUE: 1024,
} as const;

/** How a member's counter is compared with a number (`IPSET_COUNTER_*`). */
export type CounterOp = 'eq' | 'ne' | 'lt' | 'gt';
export interface CounterTest {
  readonly op: CounterOp;
  /** Unsigned 64 bits. */
  readonly value: bigint;
}

/** What a member with `skbinfo` writes into packets. */
export interface SkbInfo {
  readonly mark: number;
  readonly markMask: number;
  readonly priority: number;
  readonly queue: number;
}

/** What a match or target asks of a set (`struct ip_set_adt_opt`). */
export interface SetQuery {
  /** How many directions the rule gives. */
  readonly dim: number;
  /** Bits of {@link DIM_SRC}. */
  readonly flags: number;
  /** Bits of {@link SetFlag}. */
  readonly command: number;
  /** Seconds for a member that is added; absent means the set's default. */
  readonly timeout?: number | undefined;
  readonly packets?: CounterTest | undefined;
  readonly bytes?: CounterTest | undefined;
  /** Out: the `skbinfo` of the member that matched. */
  skbinfo?: SkbInfo | undefined;
}

/** Where a packet is while a set looks at it. An {@link ActionParam} is one. */
export interface PacketContext {
  readonly host: Host;
  readonly family: Family;
  readonly inDevice: Device | undefined;
  readonly outDevice: Device | undefined;
}

/** What all sets of one type have in common (`struct ip_set_type`). */
export interface SetTypeInfo {
  readonly name: string;
  /** The highest revision that Linux 6.1 has. */
  readonly revision: number;
  /** Directions that a match has to give. */
  readonly dimension: 1 | 2 | 3;
  /** The parts of a member, and what it can do: sets swap only if they agree (`enum ip_set_feature`). */
  readonly features: readonly SetFeature[];
}
export type SetFeature = 'ip' | 'port' | 'mac' | 'ip2' | 'name' | 'iface' | 'mark' | 'nomatch';

/** Which extensions a set was created with. */
export interface SetExtensions {
  /** Seconds that members stay by default, 0 for ever; absent if the set has no timeouts. */
  readonly timeout: number | undefined;
  readonly counters: boolean;
  readonly comment: boolean;
  readonly skbinfo: boolean;
  readonly forceadd: boolean;
}

/** How a member is named and printed in a listing. */
export interface MemberText {
  /** `10.0.0.1,tcp:80` */
  readonly element: string;
  /** ` timeout 59 packets 0 bytes 0 comment "x"`, each option with its leading space. */
  readonly options: string;
}

/**
 * One set. Names and reference counts belong to the {@link SetRegistry}; everything else is the type's business.
 * Invariant: members whose time is over are never found and never listed.
 */
export interface IpSet {
  /** Changed only by the registry. */
  name: string;
  /** Rules and lists that point here. Changed only by the registry. */
  references: number;
  readonly type: SetTypeInfo;
  readonly family: SetFamily;
  readonly extensions: SetExtensions;

  /** A packet's side (`kadt`): 1 is a match, see {@link SetCode}. */
  packet(adt: Adt, packet: Packet, context: PacketContext, query: SetQuery): number;
  /** The command's side (`uadt`): 0 is done, for `test` 1 is "in the set". */
  command(adt: Adt, element: ElementAttributes, exist: boolean): number;
  /** Takes all members out. */
  flush(): void;
  /** Takes out what has expired, as the kernel's collector does in its own time. */
  collect(): void;
  /** What follows the type in `create NAME TYPE ...`, without a leading space. */
  header(): string;
  /** As `Size in memory` shows it on a 64-bit machine. */
  memorySize(): number;
  /** As `Number of entries` shows it. */
  elementCount(): number;
  /** The members in the kernel's order. */
  members(): Iterable<MemberText>;
  /** Whether `other`, of the same type, was created with the same parameters. */
  sameParameters(other: IpSet): boolean;
  /** Lets go of what it refers to, for good. */
  destroy(): void;
}

/**
 * A rule as data: what `iptables-save` prints, taken apart. Immutable; its counters and the private state of its matches
 * are kept elsewhere (`table-runtime.ts`, `rule-rows.ts`), so that a ruleset is a value that can be compared, edited and shared.
 */

/** A device name to compare with: exactly, or as a prefix (`eth+`). */
export interface DeviceName {
  /** Without the `+`. */
  readonly name: string;
  readonly wildcard: boolean;
  readonly inverted: boolean;
}

/** An address test: `(address & mask) == network`, or its opposite. */
export interface AddressTest {
  /** Unsigned 32 bits with the bits outside the mask cleared. */
  readonly network: number;
  /** Unsigned 32 bits; its ones need not be contiguous. */
  readonly mask: number;
  readonly inverted: boolean;
}

/** The tests that every rule can have without any match (`struct ipt_ip`). Absent means "any". */
export interface IpTest {
  readonly src?: AddressTest;
  readonly dst?: AddressTest;
  readonly inDevice?: DeviceName;
  readonly outDevice?: DeviceName;
  /** IANA number, never 0 (which means any). */
  readonly protocol?: { readonly number: number; readonly inverted: boolean };
  /** `-f`: second and further fragments only. */
  readonly fragment?: { readonly inverted: boolean };
}

/** One `-m NAME ...` of a rule. `info` is whatever the extension's `parse` made. */
export interface RuleMatch {
  readonly name: string;
  readonly info: unknown;
}

/** What a rule does when all its tests hold. */
export type RuleTarget =
  | { readonly kind: 'verdict'; readonly verdict: 'ACCEPT' | 'DROP' | 'RETURN' | 'QUEUE' }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'extension'; readonly name: string; readonly info: unknown };

export interface Rule {
  readonly ip: IpTest;
  readonly matches: readonly RuleMatch[];
  /** Absent: the rule only counts. */
  readonly target: RuleTarget | undefined;
}

/** Policy of a base chain. */
export type Policy = 'ACCEPT' | 'DROP';

export interface Chain {
  readonly name: string;
  /** Present exactly for the built-in chains of a table. */
  readonly policy: Policy | undefined;
  readonly rules: readonly Rule[];
}

/** The tables that x_tables has for IPv4. */
export const TABLE_NAMES: readonly ['raw', 'mangle', 'nat', 'filter', 'security'] = [
  'raw',
  'mangle',
  'nat',
  'filter',
  'security',
];
export type TableName = (typeof TABLE_NAMES)[number];

/**
 * A table. Invariant: the built-in chains come first, in the order of their hooks; user chains follow in `strcmp` order
 * of their names, which is the order in which everything prints them.
 */
export interface Table {
  readonly name: TableName;
  readonly chains: readonly Chain[];
}

/** All tables of a host in the order in which they came into being; `iptables-save` prints the newest first. */
export interface Ruleset {
  readonly tables: readonly Table[];
}

/** Packets and bytes. */
export interface Counters {
  readonly packets: number;
  readonly bytes: number;
}

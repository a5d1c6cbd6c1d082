import type { MeterCounts } from '../meter.ts';

/** Where a price comes from. */
export type PriceBasis =
  /** Timed on a real kernel. */
  | 'measured'
  /** Worked out from timed or published figures. */
  | 'derived'
  /** A guess between bounds that figures set; what it prices is too cheap to be timed alone. */
  | 'estimated';

/** What one primitive operation costs, and how that is known. */
export interface Price {
  /** Nanoseconds of one operation on one core; not negative. */
  readonly nanoseconds: number;
  readonly basis: PriceBasis;
  /** How the figure was found, with the figures behind it. */
  readonly how: string;
}

/** Counts that the walk over rules prices together. */
export type WalkPrimitive = 'rules' | 'ruleBytes' | 'matches' | 'comments';

/** Counts that are priced one by one. */
export type Primitive = Exclude<keyof MeterCounts, WalkPrimitive>;

/**
 * What visiting rules costs. Rules that fit the second-level cache cost the same whatever their size; beyond it each
 * costs what its bytes take to arrive, and a match call is partly hidden behind that wait. Just above the size of the
 * cache a part of the rules is still found in it: the share `(cacheBytes / bytes)^2`.
 */
export interface WalkPrices {
  /** Size of the second-level cache in bytes. */
  readonly cacheBytes: number;
  /** One visited rule, and one match call, with the rules in that cache. */
  readonly cachedRule: Price;
  readonly cachedMatch: Price;
  /** One visited rule without its bytes, one byte of it, and one match call, with the rules beyond that cache. */
  readonly rule: Price;
  readonly ruleByte: Price;
  readonly match: Price;
  /** One call of `comment` instead, which is a call and nothing else: wherever the rules are. */
  readonly comment: Price;
}

/** What changing the configuration costs; see `updateCost`. */
export interface UpdatePrices {
  /** Starting a tool. */
  readonly command: Price;
  /** Parsing and placing one line of a restore. */
  readonly line: Price;
  /**
   * For each line and each doubling of the rules of the table: a line's chain, and the one that it jumps to, are found by
   * name among all chains.
   */
  readonly search: Price;
  /** For each rule of the table, which is copied out of the kernel and in again as a whole. */
  readonly tableRule: Price;
  /** The number of rules is raised to this power first: 1 where the cost of a rule does not depend on the others. */
  readonly tableExponent: number;
  /** One member added to a set or deleted from it. */
  readonly setMember: Price;
  /** A set's table is doubled: the tool waits until nobody reads the old one any more. */
  readonly setResize: Price;
  /** One virtual or real server of IPVS added, changed or deleted. */
  readonly server: Price;
}

/** Prices as data: what {@link MeterCounts} are multiplied with. Immutable; spread it to change a price. */
export interface CostModel {
  readonly name: string;
  /** Which machine and kernel the figures are of. */
  readonly machine: string;
  readonly walk: WalkPrices;
  readonly prices: Readonly<Record<Primitive, Price>>;
  readonly update: UpdatePrices;
}

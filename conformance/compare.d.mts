/** The result of a scenario, as the scenario format describes it. */
export interface Result {
  readonly name?: string;
  readonly failed?: string;
  readonly steps?: readonly Readonly<Record<string, unknown>>[];
  readonly iptables?: string;
  readonly conntrack?: readonly string[];
  readonly ipvs?: string;
  readonly ipvs_conns?: string;
  readonly ipset?: string;
}

/** What the comparison needs to know of a scenario: the tables that it loads, the commands that it runs. */
export interface Scenario {
  readonly iptables?: string;
  readonly steps?: readonly { readonly run?: string }[];
}

/** One difference between two results; `step` is missing where it is in the state at the end. */
export interface Difference {
  readonly scenario: string;
  readonly step: number | undefined;
  readonly what: string;
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** A result with its scenario where that is known. */
export interface Entry {
  readonly name: string;
  readonly scenario?: Scenario | undefined;
  readonly result: Result;
}

/** Seconds by which two timeouts of the same entry may differ. */
export const TOLERANCE: number;

export function compareResults(left: Result, right: Result, scenario?: Scenario): Difference[];
export function compareLists(
  left: readonly Entry[],
  right: readonly Entry[],
): { compared: number; equal: number; differences: Difference[] };
export function resultsOf(parsed: unknown): Entry[];
export function describe(difference: Difference): string;

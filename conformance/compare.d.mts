import type { Scenario } from '@chainwalk/scenario';
import type { ComparableResult, Difference } from '@chainwalk/scenario/compare';

/** A result with its scenario where that is known. */
export interface Entry {
  readonly name: string;
  readonly scenario?: Scenario | undefined;
  readonly result: ComparableResult;
}

export function compareLists(
  ours: readonly Entry[],
  kernel: readonly Entry[],
): { compared: number; equal: number; differences: Difference[] };
export function resultsOf(parsed: unknown): Entry[];

export function shortest(values: readonly number[]): number;
export function figureOf(
  variant: readonly number[],
  base: readonly number[] | undefined,
  per: number,
): { ns: number; spread: number };
export function readRuns(text: string): { runs: Map<string, number[]>; load: number; loop: number };

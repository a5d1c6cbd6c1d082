export interface WalkFit {
  cachedRule: number;
  cachedMatch: number;
  rule: number;
  ruleByte: number;
  match: number;
  comment: number;
}

export interface CurveRow {
  readonly name: string;
  /** Nanoseconds a rule, and how many there are. */
  readonly ns: number;
  readonly per: number;
  /** A packet without them. */
  readonly baseNs: number;
  readonly counts: {
    readonly rules: number;
    readonly ruleBytes: number;
    readonly matches?: number;
    readonly comments?: number;
  };
}

export function walkOf(fit: WalkFit, cacheBytes: number, counts: CurveRow['counts']): number;
export function deviations(
  rows: readonly CurveRow[],
  fit: WalkFit,
  cacheBytes: number,
): { name: string; deviation: number }[];
export function fitWalk(rows: readonly CurveRow[], cacheBytes: number): WalkFit;

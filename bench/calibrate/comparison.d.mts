export const SENT: string;
export const TOLERANCE: number;

export interface Measured {
  readonly name: string;
  readonly ns: number;
  /** What the model says. */
  readonly modelled?: number;
}

export interface Compared extends Measured {
  readonly committed: number | undefined;
  /** Now by committed, and that by the same ratio of a packet sent. */
  readonly ratio: number | undefined;
  readonly scaled: number | undefined;
  readonly modelRatio: number | undefined;
  readonly modelScaled: number | undefined;
}

export function compare(
  rows: readonly Measured[],
  committed: readonly { readonly name: string; readonly ns: number }[],
): Compared[];
export function isFar(ratio: number | undefined, tolerance?: number): boolean;
export function summary(ratios: readonly (number | undefined)[], against: string): string;
export function table(rows: readonly (readonly string[])[]): string[];

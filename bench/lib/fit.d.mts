export interface Line {
  readonly intercept: number;
  readonly slope: number;
  readonly r2: number;
  readonly margin: number;
}

export declare function growth(points: readonly (readonly [number, number])[]): {
  readonly law: 'constant' | 'logarithmic' | 'linear';
  readonly ratio: number;
  readonly logarithmic: Line;
  readonly linear: Line;
  readonly weight: number | undefined;
};

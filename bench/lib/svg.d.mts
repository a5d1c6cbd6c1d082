export declare function bars(chart: {
  readonly title: string;
  readonly x: string;
  readonly rows: readonly {
    readonly name: string;
    readonly value: number;
    readonly mark?: number | undefined;
    readonly colour?: number;
  }[];
}): string;

import { Meter, type MeterCounts } from '../../src/meter.ts';

/** Counts that are 0 but for those given. */
export function counts(given: Partial<MeterCounts> = {}): MeterCounts {
  return { ...new Meter().snapshot(), ...given };
}

/** What walking over `rules` rules of `bytes` bytes counts. */
export function walked(rules: number, bytes: number, given: Partial<MeterCounts> = {}): MeterCounts {
  return counts({ rules, ruleBytes: rules * bytes, ...given });
}

/** How far `model` is from `figure`, as a share of the figure. */
export function deviation(model: number, figure: number): number {
  return Math.abs(model / figure - 1);
}

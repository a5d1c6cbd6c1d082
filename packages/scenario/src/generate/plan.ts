import type { Draw } from './draw.ts';

/** What generated scenarios are about. */
export const FEATURES = [
  'filter',
  'conntrack',
  'nat',
  'ipvs',
  'limit',
  'trace',
  'change',
  'kube',
  'ipset',
  'routing',
] as const;
export type Feature = (typeof FEATURES)[number];

/** The subject of one scenario, and what else comes into it. */
export interface Plan {
  readonly feature: Feature;
  readonly base: Exclude<Feature, 'trace' | 'change'>;
  /** Rules and matches look at connections. */
  readonly stateful: boolean;
  /** The nat table is loaded. */
  readonly nat: boolean;
  /** Rules refer to the sets of {@link file://./sets.ts}. */
  readonly sets: boolean;
  /** Every packet is traced. */
  readonly trace: boolean;
  /** Commands run between the packets. */
  readonly changes: boolean;
  /** Steps have times. */
  readonly timed: boolean;
}

/** Chooses what a scenario is about. */
export function drawPlan(draw: Draw, features: readonly Feature[]): Plan {
  const feature = draw.pick(features);
  const base =
    feature === 'trace'
      ? draw.pick(['filter', 'conntrack', 'nat', 'nat', 'kube', 'ipvs'] as const)
      : feature === 'change'
        ? draw.pick(['nat', 'nat', 'ipvs', 'conntrack', 'filter', 'ipset', 'kube'] as const)
        : feature;
  const stateful =
    base === 'routing' ? draw.chance(0.5) : base !== 'filter' && base !== 'ipset' ? true : draw.chance(0.15);
  return {
    feature,
    base,
    stateful,
    nat: base === 'nat' || base === 'kube' || (base === 'ipvs' && draw.chance(0.75)) || (stateful && draw.chance(0.1)),
    sets: base === 'ipset' || (base !== 'ipvs' && base !== 'kube' && draw.chance(0.5)),
    trace: feature === 'trace' || (features.includes('trace') && draw.chance(0.06)),
    changes: feature === 'change' || base === 'routing' || (features.includes('change') && draw.chance(0.14)),
    timed: base === 'limit' || (base !== 'filter' && base !== 'routing' && draw.chance(0.08)),
  };
}

import type { MeterCounts } from '../meter.ts';
import type { CostModel, Primitive, WalkPrices } from './cost-model.ts';

/** A part of a priced count. */
export interface PricedPart {
  readonly primitive: Primitive | 'walk';
  /** How often; rules for the walk. */
  readonly count: number;
  readonly nanoseconds: number;
}

/**
 * Nanoseconds that a core of the model's machine takes for what was counted. `counts` are those of one packet, or of
 * several that walked the same rules.
 *
 * @param workingSet Bytes of rules between two visits of the same rule, which decide whether they stay in the cache;
 * by default those of `counts`, which is right for the counts of one packet.
 */
export function price(model: CostModel, counts: MeterCounts, workingSet: number = counts.ruleBytes): number {
  let total = walkCost(model.walk, counts, workingSet);
  for (const primitive of Object.keys(model.prices) as Primitive[]) {
    total += counts[primitive] * model.prices[primitive].nanoseconds;
  }
  return total;
}

/** The parts of {@link price} that are not 0, dearest first. Invariant: they add up to it. */
export function priceParts(
  model: CostModel,
  counts: MeterCounts,
  workingSet: number = counts.ruleBytes,
): readonly PricedPart[] {
  const parts: PricedPart[] = [
    { primitive: 'walk', count: counts.rules, nanoseconds: walkCost(model.walk, counts, workingSet) },
  ];
  for (const primitive of Object.keys(model.prices) as Primitive[]) {
    const count = counts[primitive];
    parts.push({ primitive, count, nanoseconds: count * model.prices[primitive].nanoseconds });
  }
  return parts.filter((part) => part.nanoseconds > 0).sort((a, b) => b.nanoseconds - a.nanoseconds);
}

/** Nanoseconds of visiting rules (`ipt_do_table`), match calls included, targets not. */
export function walkCost(
  walk: WalkPrices,
  counts: Pick<MeterCounts, 'rules' | 'ruleBytes' | 'matches' | 'comments'>,
  workingSet: number = counts.ruleBytes,
): number {
  const { rules, ruleBytes, comments } = counts;
  const matches = counts.matches - comments;
  const share = cachedShare(walk, workingSet);
  const cached = rules * walk.cachedRule.nanoseconds + matches * walk.cachedMatch.nanoseconds;
  const fetched =
    rules * walk.rule.nanoseconds + ruleBytes * walk.ruleByte.nanoseconds + matches * walk.match.nanoseconds;
  return share * cached + (1 - share) * fetched + comments * walk.comment.nanoseconds;
}

/** Which share of the visited rules is still in the cache. */
function cachedShare(walk: WalkPrices, workingSet: number): number {
  return workingSet <= walk.cacheBytes ? 1 : (walk.cacheBytes / workingSet) ** 2;
}

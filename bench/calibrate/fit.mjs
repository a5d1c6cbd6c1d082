// The prices of the walk from measured curves: those for which the largest deviation of a whole packet is least.

/**
 * @typedef {{ name: string, ns: number, per: number, baseNs: number, counts: Record<string, number> }} CurveRow
 * @typedef {{ cachedRule: number, cachedMatch: number, rule: number, ruleByte: number, match: number, comment: number }} WalkFit
 */

/** Nanoseconds of the walk that a row counted, as `walkCost` in packages/core/src/cost/price.ts has it. */
export function walkOf(fit, cacheBytes, { rules, ruleBytes, matches: calls = 0, comments = 0 }) {
  const matches = calls - comments;
  const share = ruleBytes <= cacheBytes ? 1 : (cacheBytes / ruleBytes) ** 2;
  const cached = rules * fit.cachedRule + matches * fit.cachedMatch;
  const fetched = rules * fit.rule + ruleBytes * fit.ruleByte + matches * fit.match;
  return share * cached + (1 - share) * fetched + comments * fit.comment;
}

/** How far each row's packet lies from what was measured, as a share of it. */
export function deviations(rows, fit, cacheBytes) {
  return rows.map((row) => {
    const measured = row.baseNs + row.ns * row.per;
    return { name: row.name, deviation: (row.baseNs + walkOf(fit, cacheBytes, row.counts)) / measured - 1 };
  });
}

/**
 * Fits by steps that halve: each price in turn goes up or down as long as that lessens the sum of the deviations' fourth
 * powers, which the largest of them rule.
 *
 * @param {readonly CurveRow[]} rows
 * @param {number} cacheBytes size of the second-level cache
 * @returns {WalkFit}
 */
export function fitWalk(rows, cacheBytes) {
  if (rows.length === 0) throw new Error('no curves to fit');
  const fit = { cachedRule: 5, cachedMatch: 10, rule: 2, ruleByte: 0.02, match: 5, comment: 5 };
  const badness = () => deviations(rows, fit, cacheBytes).reduce((sum, { deviation }) => sum + deviation ** 4, 0);
  let best = badness();
  for (let step = 0.5; step > 0.001; ) {
    let moved = false;
    for (const name of Object.keys(fit)) {
      for (const factor of [1 + step, 1 / (1 + step)]) {
        const before = fit[name];
        fit[name] = before * factor;
        const now = badness();
        if (now < best) {
          best = now;
          moved = true;
        } else fit[name] = before;
      }
    }
    if (!moved) step /= 2;
  }
  return fit;
}

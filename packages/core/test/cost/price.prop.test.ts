import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CostModel } from '../../src/cost/cost-model.ts';
import { LINUX_6_18_EPYC } from '../../src/cost/linux-6-18-epyc.ts';
import { LINUX_6_18_MEASURED } from '../../src/cost/linux-6-18-measured.ts';
import { price, priceParts } from '../../src/cost/price.ts';
import { PUBLISHED_2017 } from '../../src/cost/published-2017.ts';
import { Meter, type MeterCounts } from '../../src/meter.ts';

const NAMES = Object.keys(new Meter().snapshot()) as (keyof MeterCounts)[];
const anyCounts: fc.Arbitrary<MeterCounts> = fc
  .array(fc.nat(1000), { minLength: NAMES.length, maxLength: NAMES.length })
  .map((values) => Object.fromEntries(NAMES.map((name, i) => [name, values[i]!])) as unknown as MeterCounts)
  .chain((counts) =>
    fc.integer({ min: 112, max: 2000 }).map((size) => ({
      ...counts,
      ruleBytes: counts.rules * size,
      matches: counts.matches + counts.comments,
    })),
  );

/** Laws of every cost model. */
function laws(model: CostModel): void {
  test(`${model.name}: parts add up to the price, and nothing has a negative price`, () => {
    fc.assert(
      fc.property(anyCounts, (counts) => {
        const parts = priceParts(model, counts);
        expect(parts.every((part) => part.nanoseconds > 0)).toBe(true);
        expect(parts.reduce((sum, part) => sum + part.nanoseconds, 0)).toBeCloseTo(price(model, counts), 3);
      }),
    );
  });

  test(`${model.name}: one operation more never makes anything cheaper`, () => {
    // Bytes may: beyond the cache match calls hide behind the wait for them.
    const operations = NAMES.filter((name) => name !== 'ruleBytes');
    fc.assert(
      fc.property(anyCounts, fc.constantFrom(...operations), (counts, name) => {
        const more = { ...counts, [name]: counts[name] + 1 };
        // A comment is one of the matches.
        if (name === 'comments') more.matches++;
        expect(price(model, more)).toBeGreaterThanOrEqual(price(model, counts));
      }),
    );
  });

  test(`${model.name}: a larger working set never makes rules cheaper`, () => {
    fc.assert(
      fc.property(anyCounts, fc.nat(1e8), fc.nat(1e8), (counts, a, b) => {
        // Match calls are cheaper beyond the cache, where they hide behind the wait for the rule.
        const plain = { ...counts, matches: 0, comments: 0 };
        const [small, large] = a < b ? [a, b] : [b, a];
        fc.pre(counts.ruleBytes >= 150 * counts.rules);
        expect(price(model, plain, large)).toBeGreaterThanOrEqual(price(model, plain, small) - 1e-6);
      }),
    );
  });

  test(`${model.name}: every price says how it was found`, () => {
    const { walk, update } = model;
    const all = [...Object.values(model.prices), ...Object.values(walk), ...Object.values(update)];
    for (const one of all) if (typeof one === 'object') expect(one.how).not.toBe('');
  });

  test(`${model.name}: is plain data`, () => {
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
  });
}

for (const model of [LINUX_6_18_MEASURED, LINUX_6_18_EPYC, PUBLISHED_2017]) laws(model);

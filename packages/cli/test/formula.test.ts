import { Meter } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { formulaOf } from '../src/formula.ts';

const counts = { ...new Meter().snapshot(), rules: 10, matches: 4 };

describe('formulaOf', () => {
  it('is arithmetic over what the meter counts', async () => {
    expect((await formulaOf('rules * 5.5 + sqrt(matches)'))(counts)).toBe(57);
  });

  it.each([
    ['rules *', /"rules \*": Unexpected end/],
    ['rules + foo', /Undefined symbol foo \(the meter counts .*conntrackInserts/],
    ['1 / 0', /Infinity, which is no price/],
    ['-rules', /-10, which is no price/],
    ['"rules"', /no price/],
    ['import({ a: 1 })', /not in a formula/],
    ['evaluate("1")', /not in a formula/],
    ['parse("1")', /not in a formula/],
  ])('refuses %s', async (text, message) => {
    await expect(formulaOf(text).then((formula) => formula(counts))).rejects.toThrow(message);
  });
});

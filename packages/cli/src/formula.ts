import { type MeterCounts, refuse } from '@chainwalk/core';

/**
 * A price that a user writes as a formula over what the meter counts, such as `rules * 5 + sqrt(setProbes)`. What a
 * formula could reach beyond arithmetic is taken away. mathjs is loaded only when one is asked for.
 * @throws InputError for what is no formula; the function throws it where the value is no finite number from 0
 */
export async function formulaOf(text: string, about = 'formula'): Promise<(counts: MeterCounts) => number> {
  const { create, all } = await import('mathjs');
  const math = create(all!, {});
  let code: { readonly evaluate: (scope: object) => unknown };
  try {
    code = math.compile(text);
  } catch (error) {
    return refuse('bad-formula', `${about}: "${text}": ${error instanceof Error ? error.message : String(error)}`);
  }
  const forbidden = (): never => {
    throw new Error('not in a formula');
  };
  const names = ['import', 'createUnit', 'evaluate', 'parse', 'simplify', 'derivative'];
  math.import(Object.fromEntries(names.map((name) => [name, forbidden])), { override: true });
  return (counts) => {
    let value: unknown;
    try {
      value = code.evaluate({ ...counts });
    } catch (error) {
      const hint = `the meter counts ${Object.keys(counts).join(', ')}`;
      return refuse('bad-formula', `${about}: "${text}": ${(error as Error).message}`, undefined, hint);
    }
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
      return refuse('bad-formula', `${about}: "${text}" is ${String(value)}, which is no price from 0`);
    return value;
  };
}

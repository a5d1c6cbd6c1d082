import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { valueKey } from '../../src/x_tables/value-key.ts';

const arbPlain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(undefined, null, true, 0, -0, 1, '1', '', 1n, Number.NaN),
    fc.string({ maxLength: 3 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'a:b', '1'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

describe('valueKey', () => {
  it('is the same for two values only if they are the same data', () => {
    fc.assert(
      fc.property(arbPlain, arbPlain, (a, b) => {
        expect(valueKey(a)).toBe(valueKey(structuredClone(a)));
        if (valueKey(a) === valueKey(b)) expect(isSame(a, b)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('says nothing of what is more than data', () => {
    for (const value of [new Map(), new Set([1]), () => 1, new Uint8Array(2), { inner: [new Map()] }, Symbol('x')]) {
      expect(valueKey(value)).toBeUndefined();
    }
  });
});

function isSame(a: unknown, b: unknown): boolean {
  try {
    expect(a).toStrictEqual(b);
    return true;
  } catch {
    return false;
  }
}

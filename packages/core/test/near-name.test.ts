import { describe, expect, it } from 'vitest';
import { didYouMean, nearestName } from '../src/near-name.ts';

describe('the nearest name', () => {
  it.each([
    ['pakket', 'packet'],
    ['PACKET', 'packet'],
    ['apcket', 'packet'],
    ['step', 'steps'],
    ['zzz', undefined],
    ['x'.repeat(1e6), undefined],
  ])('to %.10s is %s', (word, name) => {
    expect(nearestName(word, ['packet', 'steps'])).toBe(name);
    expect(didYouMean(name)).toBe(name === undefined ? undefined : `did you mean "${name}"?`);
  });
});

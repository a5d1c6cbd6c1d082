import { describe, expect, it } from 'vitest';
import { compareLists, resultsOf } from '../compare.mjs';

const result = { steps: [{ events: [] }], iptables: '', conntrack: [], ipvs: '', ipvs_conns: '', ipset: '' };

describe('compareLists', () => {
  it('finds the partner of a result by its name, and says which has none', () => {
    const entries = (...names: string[]) =>
      resultsOf(names.map((name) => ({ scenario: {}, kernel: { ...result, name } })));
    expect(compareLists(entries('a', 'b'), entries('b', 'a')).equal).toBe(2);
    const { equal, compared, differences } = compareLists(entries('a', 'b'), entries('b', 'c'));
    expect([equal, compared]).toEqual([1, 3]);
    expect(differences.map(({ scenario, ours, kernel }) => [scenario, ours[0], kernel[0]])).toEqual([
      ['a', 'present', 'missing'],
      ['c', 'missing', 'present'],
    ]);
  });
});

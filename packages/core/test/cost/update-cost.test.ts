import { describe, expect, test } from 'vitest';
import { LINUX_6_18_MEASURED } from '../../src/cost/linux-6-18-measured.ts';
import { costModel } from '../../src/cost/models.ts';
import { PUBLISHED_2017 } from '../../src/cost/published-2017.ts';
import { updateCost } from '../../src/cost/update-cost.ts';
import { deviation } from './counts.ts';

const ms = (nanoseconds: number): number => nanoseconds / 1e6;
const measured = (lines: number, tableRules: number): number =>
  ms(updateCost(LINUX_6_18_MEASURED, { kind: 'iptables', lines, tableRules }));

describe('updates cost what they took iptables 1.8.9 on Linux 6.18', () => {
  test('a restore of everything, within 15 %', () => {
    for (const [rules, took] of [
      [1007, 17],
      [10_007, 167],
      [40_007, 689],
      [160_007, 3279],
    ] as const) {
      expect(deviation(measured(rules, rules), took), `${rules} rules`).toBeLessThan(0.15);
    }
  });

  test('one rule, which copies the table, within 15 %', () => {
    for (const [rules, took] of [
      [1007, 8],
      [10_007, 68],
      [40_007, 201],
      [160_007, 899],
    ] as const) {
      expect(deviation(measured(1, rules), took), `${rules} rules`).toBeLessThan(0.15);
    }
  });

  test('KUBE-SERVICES alone, within 15 %', () => {
    for (const [services, rules, took] of [
      [125, 1007, 9],
      [1250, 10_007, 86],
      [5000, 40_007, 282],
      [20_000, 160_007, 1116],
    ] as const) {
      expect(deviation(measured(services, rules), took), `${services} Services`).toBeLessThan(0.15);
    }
  });

  test('a restore of sets within 15 %, one that was timed slow within 30 %, and single members at any size', () => {
    // 1,024 buckets at first, doubled so many times on the way.
    for (const [members, resizes, took, bound] of [
      [125, 0, 5, 0.15],
      [1250, 0, 18, 0.15],
      [5000, 1, 79, 0.3],
      [20_000, 3, 188, 0.15],
    ] as const) {
      const cost = ms(updateCost(LINUX_6_18_MEASURED, { kind: 'ipset', members, resizes }));
      expect(deviation(cost, took), `${members} members`).toBeLessThan(bound);
    }
    const one = ms(updateCost(LINUX_6_18_MEASURED, { kind: 'ipset', members: 1 }));
    for (const took of [3.6, 3.7, 4.2, 4.3]) expect(deviation(one, took)).toBeLessThan(0.15);
  });
});

test('a line costs more the more rules there are, and a set that grows waits for each doubling', () => {
  const restore = (lines: number, tableRules: number): number =>
    updateCost(LINUX_6_18_MEASURED, { kind: 'iptables', lines, tableRules });
  const line = (tableRules: number): number => restore(2, tableRules) - restore(1, tableRules);
  const { search, setResize } = LINUX_6_18_MEASURED.update;
  expect(line(4096) - line(1024)).toBeCloseTo(2 * search.nanoseconds);
  const set = (resizes?: number): number =>
    updateCost(LINUX_6_18_MEASURED, { kind: 'ipset', members: 9, ...(resizes === undefined ? {} : { resizes }) });
  expect(set(2) - set()).toBeCloseTo(2 * setResize.nanoseconds);
});

describe('the figures of 2017', () => {
  test('stand in a model of that name only', () => {
    expect(costModel('2017')).toBe(PUBLISHED_2017);
    expect(costModel('linux-6.18-measured')).toBe(LINUX_6_18_MEASURED);
    expect(costModel('2018')).toBeUndefined();
    expect(measured(1, 160_000)).toBeLessThan(1000);
  });

  test('are 2 ms, 11 minutes and 5 hours for a rule, 2 ms for a server', () => {
    const seconds = (tableRules: number): number =>
      updateCost(PUBLISHED_2017, { kind: 'iptables', lines: 1, tableRules }) / 1e9;
    expect(deviation(seconds(8), 0.002)).toBeLessThan(0.01);
    expect(deviation(seconds(40_000), 11 * 60)).toBeLessThan(0.01);
    expect(deviation(seconds(160_000), 5 * 3600)).toBeLessThan(0.01);
    expect(updateCost(PUBLISHED_2017, { kind: 'ipvsadm', servers: 1 })).toBe(2e6);
  });
});

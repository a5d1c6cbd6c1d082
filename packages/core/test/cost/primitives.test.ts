import { expect, test } from 'vitest';
import { LINUX_6_18_EPYC } from '../../src/cost/linux-6-18-epyc.ts';
import { LINUX_6_18_MEASURED } from '../../src/cost/linux-6-18-measured.ts';
import { price } from '../../src/cost/price.ts';
import type { MeterCounts } from '../../src/meter.ts';
import { counts, deviation, walked } from './counts.ts';

const of = (given: Partial<MeterCounts>): number => price(LINUX_6_18_MEASURED, counts(given));
/** Entries that a look-up compares before it finds its own, at this many tuples a bucket. */
const hit = (load: number): number => 1 + load / 2;

test('an established packet costs what conntrack adds in Linux, by the length of its chain', () => {
  for (const [load, measured] of [
    [0.004, 307],
    [0.46, 408],
    [1.8, 612],
  ] as const) {
    expect(deviation(of({ conntrackLookups: 1, conntrackProbes: hit(load) }), measured)).toBeLessThan(0.15);
  }
});

test('a new connection costs what it adds in Linux', () => {
  // The table fills during the run: a miss compares half of what is there in the end.
  for (const [load, measured] of [
    [0.46, 1069],
    [1.8, 1520],
  ] as const) {
    const added = of({ conntrackLookups: 1, conntrackProbes: load / 2, conntrackInserts: 1 });
    expect(deviation(added, measured)).toBeLessThan(0.15);
  }
});

test('a new connection with a nat table costs what that adds in Linux, which asks twice whether a tuple is free', () => {
  // 60,000 flows in 262,144 buckets, while the table fills: each look-up meets a quarter of a tuple.
  const first: Partial<MeterCounts> = {
    conntrackLookups: 1,
    conntrackProbes: 0.23,
    conntrackInserts: 1,
    hookFunctions: 2,
    tables: 2,
    natSetups: 2,
    natTupleLookups: 2,
    natTupleProbes: 0.46,
  };
  expect(deviation(of(first), 1115)).toBeLessThan(0.15);
  expect(deviation(of({ ...first, natRewrites: 1, routeLookups: 1 }), 1404)).toBeLessThan(0.15);
});

test('DNAT costs a new and an established packet what it adds in Linux, its new route included', () => {
  expect(deviation(of({ natSetups: 2, natRewrites: 1, routeLookups: 1 }), 335)).toBeLessThan(0.15);
  expect(deviation(of({ natRewrites: 1, routeLookups: 1 }), 349)).toBeLessThan(0.15);
});

test('a packet sent costs what it costs Linux with its route', () => {
  expect(deviation(of({ sent: 1, transmitted: 1, routeLookups: 1 }), 1083)).toBeLessThan(0.01);
});

test('a packet that is forwarded costs less than one that a process sends, and receiving is not free', () => {
  const forwarded = { received: 1, routeLookups: 1, transmitted: 1 };
  const sent = { sent: 1, routeLookups: 1, transmitted: 1 };
  for (const model of [LINUX_6_18_MEASURED, LINUX_6_18_EPYC]) {
    expect(model.prices.received.nanoseconds).toBeGreaterThan(0);
    const ratio = price(model, counts(forwarded)) / price(model, counts(sent));
    // 1,122 and 1,698 ns on the EPYC.
    expect(deviation(ratio, 1122 / 1698), model.name).toBeLessThan(0.05);
  }
});

test('a set costs what it costs in Linux above an empty one, by whether its memory stays in the cache', () => {
  const one = { ...walked(1, 192, { matches: 1, setLookups: 1 }), setProbes: 1 };
  const priced = (largeSetLookups: number): number => price(LINUX_6_18_MEASURED, { ...one, largeSetLookups });
  // Linux with one rule and an empty set, which without the rule was not timed in that run.
  const base = 1494 - priced(0);
  // 100 to 5,000 members, and 10,000 to 40,000, which are 290 kB and more.
  for (const measured of [1664, 1749, 1655]) expect(deviation(base + priced(0), measured)).toBeLessThan(0.15);
  for (const measured of [2539, 2284, 2092]) expect(deviation(base + priced(1), measured)).toBeLessThan(0.15);
});

test('a new connection through IPVS costs about what one through few nat rules costs', () => {
  const sent = { sent: 1, transmitted: 1, conntrackLookups: 1, conntrackProbes: 0.2, conntrackInserts: 1 };
  const nat = of({ ...sent, natSetups: 2, natRewrites: 1 });
  const ipvs = of({
    ...sent,
    ipvsConnectionLookups: 1,
    ipvsServiceLookups: 1,
    ipvsServiceProbes: 1,
    ipvsDestinations: 1,
    ipvsInserts: 1,
    natRewrites: 0,
  });
  // User-mode Linux: 25.6 against 23.1 us.
  expect(deviation(ipvs / nat, 25.6 / 23.1)).toBeLessThan(0.15);
});

test('services chosen evenly share 256 chains: 10,000 of them cost some microseconds, by rules they cost a hundred', () => {
  const ipvs = of({ ipvsServiceLookups: 1, ipvsServiceProbes: 1 + 10_000 / 256 / 2 });
  expect(ipvs).toBeGreaterThan(1000);
  expect(ipvs).toBeLessThan(5000);
  expect(price(LINUX_6_18_MEASURED, walked(5000, 488))).toBeGreaterThan(10 * ipvs);
});

import { expect, test } from 'vitest';
import { LINUX_6_18_MEASURED } from '../../src/cost/linux-6-18-measured.ts';
import { price } from '../../src/cost/price.ts';
import type { MeterCounts } from '../../src/meter.ts';
import { counts, deviation, walked } from './counts.ts';

const RULE = 488;
/** A first packet that DNAT sends to an endpoint, without the rules it visits. */
const FIRST: Partial<MeterCounts> = {
  transmitted: 1,
  routeLookups: 1,
  conntrackLookups: 1,
  conntrackProbes: 0.2,
  conntrackInserts: 1,
  natSetups: 2,
  natRewrites: 1,
};
const firstPacket = (rules: number): number => price(LINUX_6_18_MEASURED, walked(rules, RULE, FIRST));

test('30,000 Services: P50 and P90 of the first packet are those of the Kubernetes blog within 10 %', () => {
  // Services are equally likely, so that a percentile of latency is a percentile of the place of the rule.
  expect(deviation(firstPacket(0.5 * 30_000) / 1000, 274)).toBeLessThan(0.1);
  expect(deviation(firstPacket(0.9 * 30_000) / 1000, 491)).toBeLessThan(0.1);
});

test('5,000 and 10,000 Services: P50 and P90 lie in the order of magnitude of the blog, whose base is higher', () => {
  expect(deviation(firstPacket(0.5 * 10_000) / 1000, 61)).toBeLessThan(0.35);
  expect(deviation(firstPacket(0.9 * 10_000) / 1000, 187)).toBeLessThan(0.35);
  expect(deviation(firstPacket(0.9 * 5000) / 1000, 120)).toBeLessThan(0.55);
});

test('10,000 Services at 1,000 connections a second: 27 to 35 % of a core in iptables mode', () => {
  // Tigera counted 20,000 rules for each new connection.
  const share = (1000 * price(LINUX_6_18_MEASURED, walked(20_000, RULE))) / 1e9;
  expect(share).toBeGreaterThan(0.27);
  expect(share).toBeLessThan(0.35);
});

test('the same in IPVS mode takes less than the 8 % published, which hold clients, servers and syncs too', () => {
  const first = price(
    LINUX_6_18_MEASURED,
    counts({ ...FIRST, ipvsServiceLookups: 1, ipvsServiceProbes: 20, ipvsInserts: 1, ipvsDestinations: 1 }),
  );
  const established = price(
    LINUX_6_18_MEASURED,
    counts({
      transmitted: 1,
      routeLookups: 1,
      conntrackLookups: 1,
      conntrackProbes: 1.2,
      ipvsConnectionLookups: 1,
      natRewrites: 1,
    }),
  );
  const share = (1000 * (first + 9 * established)) / 1e9;
  expect(share).toBeGreaterThan(0.01);
  expect(share).toBeLessThan(0.08);
});

test('100 requests a connection leave 3 % of a core at most in iptables mode', () => {
  const established = price(
    LINUX_6_18_MEASURED,
    counts({ transmitted: 1, routeLookups: 1, conntrackLookups: 1, conntrackProbes: 1.2 }),
  );
  // Ten connections a second, and some ten packets a request: what was published is 2 %.
  const share = (10 * firstPacket(20_000) + 1000 * 10 * established) / 1e9;
  expect(share).toBeLessThan(0.03);
});

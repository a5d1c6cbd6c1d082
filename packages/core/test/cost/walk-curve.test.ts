import { describe, expect, test } from 'vitest';
import { LINUX_6_18_MEASURED } from '../../src/cost/linux-6-18-measured.ts';
import { walkCost } from '../../src/cost/price.ts';
import { deviation, walked } from './counts.ts';

interface Row {
  readonly what: string;
  /** Bytes of one rule. */
  readonly bytes: number;
  /** Matches of each rule that are called: comment, and one that fails. */
  readonly called: { readonly matches?: number; readonly comments?: number };
  /** Nanoseconds of a packet without any rule. */
  readonly base: number;
  /** Rules and nanoseconds of a packet that none of them matched. */
  readonly points: readonly (readonly [number, number])[];
}

/** Linux 6.18: N rules of one shape that do not match. Packets of the mangle table, or first packets through nat. */
const ROWS: readonly Row[] = [
  {
    what: 'address, tcp port and comment',
    bytes: 488,
    called: {},
    base: 1239,
    points: [
      [100, 1705],
      [1000, 7365],
      [5000, 71_059],
      [10_000, 178_397],
      [20_000, 348_736],
      [40_000, 733_367],
    ],
  },
  {
    what: 'address and tcp port',
    bytes: 200,
    called: {},
    base: 1224,
    points: [
      [100, 1652],
      [1000, 6358],
      [5000, 29_796],
      [10_000, 89_556],
      [20_000, 174_580],
      [40_000, 358_491],
    ],
  },
  {
    what: 'address alone',
    bytes: 152,
    called: {},
    base: 1198,
    points: [
      [100, 1638],
      [1000, 6669],
      [5000, 26_099],
      [10_000, 69_069],
      [20_000, 139_795],
      [40_000, 270_779],
    ],
  },
  {
    what: 'udp port',
    bytes: 200,
    called: { matches: 1 },
    base: 1210,
    points: [
      [100, 2742],
      [1000, 15_621],
      [5000, 62_296],
      [10_000, 118_463],
      [20_000, 235_822],
      [40_000, 479_961],
    ],
  },
  {
    what: 'udp port and comment',
    bytes: 488,
    called: { matches: 2, comments: 1 },
    base: 1191,
    points: [
      [100, 2839],
      [1000, 16_324],
      [5000, 95_993],
      [10_000, 199_932],
      [20_000, 445_031],
    ],
  },
  {
    what: 'address, tcp port and comment, new connections',
    bytes: 488,
    called: {},
    base: 3612,
    points: [
      [100, 4760],
      [1000, 9751],
      [5000, 89_842],
      [10_000, 190_655],
      [20_000, 369_061],
    ],
  },
];

const model = (row: Row, rules: number): number =>
  row.base +
  walkCost(
    LINUX_6_18_MEASURED.walk,
    walked(rules, row.bytes, {
      matches: rules * (row.called.matches ?? 0),
      comments: rules * (row.called.comments ?? 0),
    }),
  );

describe('the walk over rules costs what it costs Linux 6.18 within 15 %', () => {
  for (const row of ROWS) {
    test(`rules of ${row.bytes} bytes that test ${row.what}`, () => {
      for (const [rules, measured] of row.points) {
        expect(deviation(model(row, rules), measured), `${rules} rules`).toBeLessThan(0.15);
      }
    });
  }

  /**
   * This row of the recording lies above all others: 7 ns a rule in the cache and 10 beyond it, where the same rules
   * took 5 and 9 in the mangle table; 100 rules of it took 14 each. The machine was slow then.
   */
  test('new connections over rules of 200 bytes were measured up to 30 % dearer than the same rules elsewhere', () => {
    const row: Row = {
      what: 'address and tcp port, new connections',
      bytes: 200,
      called: {},
      base: 3827,
      points: [
        [100, 5241],
        [1000, 10_782],
        [5000, 38_740],
        [10_000, 112_245],
        [20_000, 209_915],
        [40_000, 410_784],
      ],
    };
    for (const [rules, measured] of row.points) expect(deviation(model(row, rules), measured)).toBeLessThan(0.3);
  });
});

test('cost follows bytes a rule beyond the cache only', () => {
  const each = (rules: number, bytes: number): number =>
    walkCost(LINUX_6_18_MEASURED.walk, walked(rules, bytes)) / rules;
  expect(each(1000, 488)).toBe(each(1000, 152));
  expect(each(40_000, 488)).toBeGreaterThan(2 * each(40_000, 152));
});

test('a match call costs more in the cache than beyond it', () => {
  const call = (rules: number): number =>
    (walkCost(LINUX_6_18_MEASURED.walk, walked(rules, 200, { matches: rules })) -
      walkCost(LINUX_6_18_MEASURED.walk, walked(rules, 200))) /
    rules;
  expect(call(1000)).toBeGreaterThan(2 * call(40_000));
});

test('a comment costs a call and nothing else, in the cache and beyond it', () => {
  const walk = (rules: number, comments: number): number =>
    walkCost(LINUX_6_18_MEASURED.walk, walked(rules, 488, { matches: rules + comments, comments }));
  const { comment, cachedMatch } = LINUX_6_18_MEASURED.walk;
  for (const rules of [1000, 40_000]) {
    expect((walk(rules, rules) - walk(rules, 0)) / rules).toBeCloseTo(comment.nanoseconds);
  }
  expect(comment.nanoseconds).toBeLessThan(cachedMatch.nanoseconds / 5);
});

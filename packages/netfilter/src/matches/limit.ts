import { badOption, KernelRefusal, type MatchExtension } from '../x_tables/extension.ts';
import { parseUnsigned } from '../x_tables/values.ts';

interface LimitInfo {
  /** Time between two packets, in 1/10000 s. */
  readonly period: number;
  readonly burst: number;
}

/** The bucket of one rule: credits, and the jiffy of the last look; what it holds, and what a packet and a jiffy are worth. */
interface Bucket {
  credit: number;
  previous: number;
  readonly cap: number;
  readonly cost: number;
  readonly perJiffy: number;
}

const SCALE = 10_000;
const DEFAULT_BURST = 5;
/** 3/hour. */
const DEFAULT_PERIOD = (SCALE * 3600) / 3;
/** Units of rates as they are printed, the longest first. */
const UNITS = [
  ['day', SCALE * 86_400],
  ['hour', SCALE * 3600],
  ['min', SCALE * 60],
  ['sec', SCALE],
] as const;

/**
 * `-m limit`: a token bucket that starts full.
 *
 * Kernel: `net/netfilter/xt_limit.c`, `limit_mt`. Time is seen in jiffies, so the host's `hz` decides the arithmetic: a
 * jiffy is worth {@link creditsPerJiffy}, and a packet costs what `user2credits` makes of the period. All numbers are
 * 32 bits and wrap as the kernel's do. The bucket is filled anew each time the table is replaced.
 */
export const limit: MatchExtension<LimitInfo, Bucket> = {
  name: 'limit',
  options: [
    { name: 'limit', args: 1 },
    { name: 'limit-burst', args: 1 },
  ],
  size: 72,
  sharesInfo: true,

  parse(options) {
    let period = DEFAULT_PERIOD;
    let burst = DEFAULT_BURST;
    for (const use of options) {
      const text = use.values[0]!;
      if (use.name === 'limit') {
        const parsed = parseRate(text);
        if (parsed === undefined) badOption(use, `"${text}" is no rate`, 'write N/second, N/minute, N/hour or N/day');
        if (parsed === 0) badOption(use, `the rate ${text} is too fast`, '10000/second is the most');
        period = parsed;
      } else {
        const parsed = parseUnsigned(text, 10_000);
        if (parsed === undefined) badOption(use, `"${text}" is no burst`, 'use 1 to 10000');
        burst = parsed;
      }
    }
    return { period, burst };
  },

  save({ period, burst }) {
    return ` --limit ${formatRate(period)}${burst === DEFAULT_BURST ? '' : ` --limit-burst ${burst}`}`;
  },

  list({ period, burst }) {
    return ` limit: avg ${formatRate(period)} burst ${burst}`;
  },

  check({ period, burst }, { net }) {
    const { hz } = net.host;
    if (burst === 0 || toCredits(Math.imul(period, burst) >>> 0, hz) < toCredits(period, hz)) {
      throw new KernelRefusal(
        'ERANGE',
        `limit: ${formatRate(period)} with a burst of ${burst} does not fit in 32 bits`,
      );
    }
  },

  compile({ period, burst }) {
    return {
      createState: ({ host: { hz, jiffies } }) => {
        const cap = toCredits(Math.imul(period, burst) >>> 0, hz);
        return { credit: cap, previous: jiffies, cap, cost: toCredits(period, hz), perJiffy: creditsPerJiffy(hz) };
      },
      test: (_, { host: { jiffies } }, bucket) => {
        const { cost } = bucket;
        const gained = Math.imul(jiffies - bucket.previous, bucket.perJiffy) >>> 0;
        const credit = Math.min((bucket.credit + gained) >>> 0, bucket.cap);
        bucket.previous = jiffies;
        bucket.credit = credit >= cost ? credit - cost : credit;
        return credit >= cost;
      },
    };
  },
};

/** What a jiffy is worth: the largest power of two such that a day fits in 32 bits (`CREDITS_PER_JIFFY`). */
export function creditsPerJiffy(hz: number): number {
  return 2 ** Math.floor(Math.log2(Math.floor(0xffffffff / (hz * 86_400))));
}

/** Credits for a time in 1/10000 s (`user2credits`): divides first, and so less finely, where 32 bits would overflow. */
function toCredits(time: number, hz: number): number {
  const perSecond = hz * creditsPerJiffy(hz);
  if (time > Math.floor(0xffffffff / perSecond))
    return Number((BigInt(Math.floor(time / SCALE)) * BigInt(perSecond)) & 0xffff_ffffn);
  return Math.floor((time * perSecond) / SCALE);
}

/** `N[/UNIT]` as a period; 0 if it is too fast, `undefined` if it is no rate. A unit may be cut short; whatever follows the digits is not read. */
function parseRate(text: string): number | undefined {
  const slash = text.indexOf('/');
  const unit = slash < 0 ? 'second' : text.slice(slash + 1).toLowerCase();
  const known = ['second', 'minute', 'hour', 'day'].findIndex((word) => unit !== '' && word.startsWith(unit));
  const count = Number(BigInt.asUintN(32, BigInt(/^[ \t-\r]*\+?(-?\d+)/.exec(text)?.[1] ?? 0)));
  if (known < 0 || count === 0) return undefined;
  return Math.floor((SCALE * [1, 60, 3600, 86_400][known]!) / count);
}

/** A period as a rate, in the longest unit in which little is lost. */
function formatRate(period: number): string {
  let shown: (typeof UNITS)[number] = UNITS[0];
  for (const unit of UNITS.slice(1)) {
    if (period > unit[1] || Math.floor(unit[1] / period) < unit[1] % period) break;
    shown = unit;
  }
  return `${Math.floor(shown[1] / period)}/${shown[0]}`;
}

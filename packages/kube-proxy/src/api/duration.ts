import { type Duration, MICROSECOND, MILLISECOND, SECOND } from '@chainwalk/core';

const UNITS: Readonly<Record<string, Duration>> = {
  ns: 1,
  us: MICROSECOND,
  µs: MICROSECOND,
  ms: MILLISECOND,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
};

/** Go's text of a length of time (`1h5m`, `1.5s`, `0`), in nanoseconds; or `undefined`. */
export function parseDuration(text: string): Duration | undefined {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(amount) * UNITS[unit!]!;
  }
  return Math.round(total);
}

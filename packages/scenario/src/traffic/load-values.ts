import {
  type Address,
  type Ipv4Address,
  ipv4FromBits,
  ipv4ToBits,
  type Prefix,
  parseIpv4,
  parsePrefix,
} from '@chainwalk/core';
import * as v from 'valibot';
import type { Arrivals } from './arrivals.ts';
import type { Distribution } from './distribution.ts';
import type { Target } from './endpoint.ts';

/** How a description of traffic writes times, sizes, distributions, arrivals and addresses: schemas that read them. */

/** A schema of what a file may hold there, and what becomes of it. */
type Reader<T> = v.GenericSchema<unknown, T>;

const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };
const SIZES: Readonly<Record<string, number>> = { '': 1, B: 1, kB: 1e3, MB: 1e6, KiB: 1024, MiB: 1024 ** 2 };
/** More addresses than this behind one line are a slip of the pen. */
const MOST_ADDRESSES = 65_536;

/** A schema of text or numbers that `read` turns into something, or answers with `undefined`. */
function readAs<T>(read: (value: string | number) => T | undefined, message: string) {
  return v.pipe(
    v.union([v.string(), v.number()], message),
    v.rawTransform<string | number, T>(({ dataset, addIssue, NEVER }) => {
      const value = read(dataset.value);
      if (value !== undefined) return value;
      addIssue({ message: `${message}, not "${dataset.value}"` });
      return NEVER;
    }),
  );
}

/** Nanoseconds. */
export const duration: Reader<number> = readAs((value) => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ns|us|ms|s|m|h)$/.exec(String(value)) ?? [];
  const time = value === 0 ? 0 : Math.round(Number(number) * (UNITS[unit ?? ''] ?? Number.NaN));
  return Number.isSafeInteger(time) ? time : undefined;
}, 'a time has a number and a unit: 50us, 10ms, 1.5s, 2m');

const size = readAs((value) => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(B|kB|MB|KiB|MiB|)$/.exec(String(value)) ?? [];
  const bytes = Number(number) * (SIZES[unit ?? ''] ?? Number.NaN);
  return Number.isFinite(bytes) ? bytes : undefined;
}, 'a size is a number of bytes: 100, 2kB, 1MiB');

export const count: Reader<number> = v.pipe(v.number(), v.finite(), v.minValue(0));
const rate = v.pipe(v.number('a rate is a number of arrivals a second'), v.finite(), v.minValue(0));
const positive = v.pipe(rate, v.gtValue(0, 'a rate is above 0'));
export const whole = (min: number, max: number): Reader<number> =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
export const port: Reader<number> = whole(1, 65535);

/** The distributions that have a name. */
export const DISTRIBUTIONS: readonly string[] = [
  'constant',
  'uniform',
  'exponential',
  'lognormal',
  'pareto',
  'empirical',
];

/** A number stands for itself always; an object names another distribution. */
function distributionOf(amount: Reader<number>) {
  const named = v.pipe(
    v.strictObject({
      constant: v.optional(amount),
      uniform: v.optional(v.strictTuple([amount, amount])),
      exponential: v.optional(amount),
      lognormal: v.optional(v.strictObject({ median: amount, sigma: count })),
      pareto: v.optional(v.strictObject({ minimum: amount, shape: count })),
      empirical: v.optional(v.strictObject({ values: v.array(amount), weights: v.optional(v.array(count)) })),
    }),
    v.check((one) => Object.keys(one).length === 1, `a distribution is one of ${DISTRIBUTIONS.join(', ')}`),
    v.transform((one): Distribution => {
      if (one.uniform !== undefined) return { kind: 'uniform', from: one.uniform[0], to: one.uniform[1] };
      if (one.exponential !== undefined) return { kind: 'exponential', mean: one.exponential };
      if (one.lognormal !== undefined) return { kind: 'lognormal', ...one.lognormal };
      if (one.pareto !== undefined) return { kind: 'pareto', ...one.pareto };
      if (one.empirical !== undefined) return { kind: 'empirical', ...(one.empirical as { values: number[] }) };
      return { kind: 'constant', value: one.constant! };
    }),
  );
  const constant = v.pipe(
    amount,
    v.transform((value): Distribution => ({ kind: 'constant', value })),
  );
  return v.lazy((input) => (typeof input === 'object' && input !== null ? named : constant));
}

/** Distributions of times, of sizes and of plain numbers. */
export const time: Reader<Distribution> = distributionOf(duration);
export const bytes: Reader<Distribution> = distributionOf(size);
export const number: Reader<Distribution> = distributionOf(count);

/** The laws of arrivals. */
export const ARRIVALS: readonly string[] = ['regular', 'poisson', 'piecewise', 'bursts', 'renewal'];

export const arrivals: Reader<Arrivals> = v.pipe(
  v.strictObject(
    {
      regular: v.optional(positive),
      poisson: v.optional(positive),
      piecewise: v.optional(v.array(v.strictObject({ from: duration, rate }))),
      bursts: v.optional(v.strictObject({ rate: positive, size: whole(1, 1e6), gap: v.optional(duration) })),
      renewal: v.optional(time),
    },
    `arrivals are one of ${ARRIVALS.join(', ')}, as in { poisson: 100 }`,
  ),
  v.check((one) => Object.keys(one).length === 1, `arrivals are one of ${ARRIVALS.join(', ')}`),
  v.transform((one): Arrivals => {
    if (one.regular !== undefined) return { kind: 'regular', rate: one.regular };
    if (one.poisson !== undefined) return { kind: 'poisson', rate: one.poisson };
    if (one.piecewise !== undefined) return { kind: 'piecewise', pieces: one.piecewise };
    if (one.bursts !== undefined) return { kind: 'bursts', ...(one.bursts as { rate: number; size: number }) };
    return { kind: 'renewal', between: one.renewal! };
  }),
);

/** `A.B.C.D` or `A.B.C.D-E.F.G.H`, both ends included. */
function addressRange(text: string): readonly Address[] | undefined {
  const [first, last, ...more] = text.split('-').map((part) => parseIpv4(part.trim()));
  if (first === undefined || more.length > 0) return undefined;
  if (!text.includes('-')) return [first];
  if (last === undefined) return undefined;
  const from = ipv4ToBits(first as Ipv4Address);
  const length = ipv4ToBits(last as Ipv4Address) - from + 1;
  if (length < 1 || length > MOST_ADDRESSES) return undefined;
  return Array.from({ length }, (_, i) => ipv4FromBits(from + i));
}

/** One entry or several. */
function listOf<T>(entry: Reader<readonly T[]>) {
  const list = v.pipe(
    v.array(entry),
    v.minLength(1, 'at least one is needed'),
    v.transform((parts): readonly T[] => parts.flat()),
  );
  return v.lazy((input) => (Array.isArray(input) ? list : entry));
}

/** One entry or several, each an address or a range. */
export const addresses: Reader<readonly Address[]> = listOf(
  readAs(
    (value) => addressRange(String(value)),
    `an address is 10.0.0.1, or 10.0.0.1-10.0.0.9 for several (at most ${MOST_ADDRESSES})`,
  ),
);

/** The same with a port. */
export const targets: Reader<readonly Target[]> = listOf(
  readAs((value): readonly Target[] | undefined => {
    const [, hosts, digits] = /^([\d.\s-]+):(\d+)$/.exec(String(value)) ?? [];
    const chosen = Number(digits);
    if (hosts === undefined || !(chosen >= 1 && chosen <= 65535)) return undefined;
    return addressRange(hosts)?.map((address) => ({ address, port: chosen }));
  }, 'a target is 10.96.0.1:80, or 10.96.0.1-10.96.0.9:80 for several'),
);

export const prefix: Reader<Prefix> = readAs(
  (value) => parsePrefix(String(value)),
  'sources are a network such as 198.18.0.0/15',
);

/** First and last. */
export const ports: Reader<[number, number]> = v.pipe(
  v.strictTuple([port, port]),
  v.check(([first, last]) => first <= last, 'the first port is not above the last'),
);

import {
  type Address,
  costModel,
  type Diagnostic,
  type Duration,
  formatAddress,
  InputError,
  type Ipv4Address,
  ipv4FromBits,
  ipv4ToBits,
  type Prefix,
  parseIpv4,
  parsePrefix,
} from '@chainwalk/core';
import * as v from 'valibot';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { contentOf, describeIssue, placesIn } from '../yaml-faults.ts';
import type { Arrivals } from './arrivals.ts';
import type { Distribution } from './distribution.ts';
import type { Target } from './endpoint.ts';
import type { TcpSettings } from './tcp-connection.ts';

/** Servers that answer: one at each address. */
export interface ServerSpec {
  readonly name: string;
  /** Behind this device; absent for a process of the host itself. */
  readonly device?: string | undefined;
  readonly addresses: readonly Address[];
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly service?: Distribution | undefined;
  readonly responseSize?: Distribution | undefined;
  readonly workers?: number | undefined;
}

interface CommonClientSpec {
  readonly name: string;
  readonly device: string;
  /** When the first may begin, and when no more begins. */
  readonly from: Duration;
  readonly until?: Duration | undefined;
  readonly targets: readonly Target[];
}

interface AskingClientSpec extends CommonClientSpec {
  readonly addresses: readonly Address[];
  /** First and last port to send from. */
  readonly ports?: readonly [number, number] | undefined;
  /** Exponent of the law of popularity over the targets, in their order; absent: all alike. */
  readonly zipf?: number | undefined;
  readonly requestSize?: Distribution | undefined;
  readonly timeout?: Duration | undefined;
  readonly tcp?: TcpSettings | undefined;
}

interface TcpClientSpec extends AskingClientSpec {
  readonly requestsPerConnection?: Distribution | undefined;
  readonly think?: Distribution | undefined;
}

/** Who asks. */
export type ClientSpec =
  | (TcpClientSpec & { readonly kind: 'closed-loop'; readonly clients: number })
  | (TcpClientSpec & { readonly kind: 'open-loop'; readonly arrivals: Arrivals })
  | (AskingClientSpec & {
      readonly kind: 'udp-queries';
      readonly arrivals: Arrivals;
      readonly attempts?: number | undefined;
      readonly port?: number | undefined;
    })
  | (CommonClientSpec & { readonly kind: 'syn-flood'; readonly sources: Prefix; readonly arrivals: Arrivals });

/** Traffic through a host, as a file says it. */
export interface LoadSpec {
  /** When no more begins. */
  readonly duration: Duration;
  /** How long what has begun may take after that. */
  readonly drain: Duration;
  readonly network: { readonly delay?: Duration | undefined; readonly loss?: number | undefined };
  /** Absent: the host takes no time. */
  readonly cpus?:
    | {
        readonly cores?: number | undefined;
        readonly backlog?: number | undefined;
        /** Name of a cost model, and a formula that goes over it. */
        readonly model?: string | undefined;
        readonly formula?: string | undefined;
      }
    | undefined;
  readonly servers: readonly ServerSpec[];
  readonly clients: readonly ClientSpec[];
  /** Changes of the configuration in the tools' own words, in order of time. */
  readonly commands: readonly { readonly at: Duration; readonly run: string }[];
}

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

const duration = readAs((value) => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ns|us|ms|s|m|h)$/.exec(String(value)) ?? [];
  const time = value === 0 ? 0 : Math.round(Number(number) * (UNITS[unit ?? ''] ?? Number.NaN));
  return Number.isSafeInteger(time) ? time : undefined;
}, 'a time has a number and a unit: 50us, 10ms, 1.5s, 2m');

const size = readAs((value) => {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(B|kB|MB|KiB|MiB|)$/.exec(String(value)) ?? [];
  const bytes = Number(number) * (SIZES[unit ?? ''] ?? Number.NaN);
  return Number.isFinite(bytes) ? bytes : undefined;
}, 'a size is a number of bytes: 100, 2kB, 1MiB');

const count = v.pipe(v.number(), v.finite(), v.minValue(0));
const rate = v.pipe(v.number('a rate is a number of arrivals a second'), v.finite(), v.minValue(0));
const positive = v.pipe(rate, v.gtValue(0, 'a rate is above 0'));
const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const port = whole(1, 65535);

const KINDS = ['constant', 'uniform', 'exponential', 'lognormal', 'pareto', 'empirical'];

/** A number stands for itself always; an object names another distribution. */
function distributionOf(amount: v.GenericSchema<unknown, number>) {
  const named = v.pipe(
    v.strictObject({
      constant: v.optional(amount),
      uniform: v.optional(v.strictTuple([amount, amount])),
      exponential: v.optional(amount),
      lognormal: v.optional(v.strictObject({ median: amount, sigma: count })),
      pareto: v.optional(v.strictObject({ minimum: amount, shape: count })),
      empirical: v.optional(v.strictObject({ values: v.array(amount), weights: v.optional(v.array(count)) })),
    }),
    v.check((one) => Object.keys(one).length === 1, `a distribution is one of ${KINDS.join(', ')}`),
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

const time = distributionOf(duration);
const bytes = distributionOf(size);
const number = distributionOf(count);

const ARRIVALS = ['regular', 'poisson', 'piecewise', 'bursts', 'renewal'];

const arrivals = v.pipe(
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
function listOf<T>(entry: v.GenericSchema<unknown, readonly T[]>) {
  const list = v.pipe(
    v.array(entry),
    v.minLength(1, 'at least one is needed'),
    v.transform((parts): readonly T[] => parts.flat()),
  );
  return v.lazy((input) => (Array.isArray(input) ? list : entry));
}

const addresses = listOf(
  readAs(
    (value) => addressRange(String(value)),
    `an address is 10.0.0.1, or 10.0.0.1-10.0.0.9 for several (at most ${MOST_ADDRESSES})`,
  ),
);

const targets = listOf(
  readAs((value): readonly Target[] | undefined => {
    const [, hosts, digits] = /^([\d.\s-]+):(\d+)$/.exec(String(value)) ?? [];
    const chosen = Number(digits);
    if (hosts === undefined || !(chosen >= 1 && chosen <= 65535)) return undefined;
    return addressRange(hosts)?.map((address) => ({ address, port: chosen }));
  }, 'a target is 10.96.0.1:80, or 10.96.0.1-10.96.0.9:80 for several'),
);

const prefix = readAs((value) => parsePrefix(String(value)), 'sources are a network such as 198.18.0.0/15');

const ports = v.pipe(
  v.strictTuple([port, port]),
  v.check(([first, last]) => first <= last, 'the first port is not above the last'),
);

const name = v.pipe(v.string(), v.minLength(1));

const serverSchema = v.strictObject({
  name,
  device: v.optional(name),
  addresses,
  protocol: v.optional(v.picklist(['tcp', 'udp'], 'a protocol is tcp or udp'), 'tcp'),
  port,
  service: v.optional(time),
  responseSize: v.optional(bytes),
  workers: v.optional(whole(1, 1e6)),
});

const tcpSchema = v.strictObject({
  synRetries: v.optional(whole(0, 255)),
  synAckRetries: v.optional(whole(0, 255)),
  retries: v.optional(whole(0, 255)),
  mss: v.optional(whole(88, 65495)),
  window: v.optional(whole(1, 1e6)),
  timeWait: v.optional(duration),
  finTimeout: v.optional(duration),
});

const common = { name, device: name, from: v.optional(duration, 0), until: v.optional(duration), targets };
const asking = {
  ...common,
  addresses,
  ports: v.optional(ports),
  zipf: v.optional(count),
  requestSize: v.optional(bytes),
  timeout: v.optional(duration),
  tcp: v.optional(tcpSchema),
};
const conversing = { ...asking, requestsPerConnection: v.optional(number), think: v.optional(time) };

const CLIENT_KINDS = ['closed-loop', 'open-loop', 'udp-queries', 'syn-flood'] as const;

const CLIENTS = {
  'closed-loop': v.strictObject({ kind: v.literal('closed-loop'), ...conversing, clients: whole(1, 1e6) }),
  'open-loop': v.strictObject({ kind: v.literal('open-loop'), ...conversing, arrivals }),
  'udp-queries': v.strictObject({
    kind: v.literal('udp-queries'),
    ...asking,
    arrivals,
    attempts: v.optional(whole(1, 1000)),
    port: v.optional(port),
  }),
  'syn-flood': v.strictObject({ kind: v.literal('syn-flood'), ...common, sources: prefix, arrivals }),
};

const clientSchema = v.lazy((input) => {
  const kind = (input as { kind?: unknown } | null)?.kind;
  const known = CLIENT_KINDS.find((one) => one === kind);
  if (known !== undefined) return CLIENTS[known] as v.GenericSchema<unknown, ClientSpec>;
  return v.looseObject({
    kind: v.picklist(CLIENT_KINDS, `the kind of a client is ${CLIENT_KINDS.join(', ')}`),
  }) as unknown as v.GenericSchema<unknown, ClientSpec>;
});

const loadSchema = v.strictObject({
  duration,
  drain: v.optional(duration, '10s'),
  network: v.optional(
    v.strictObject({ delay: v.optional(duration), loss: v.optional(v.pipe(count, v.maxValue(1))) }),
    {},
  ),
  cpus: v.optional(
    v.strictObject({
      cores: v.optional(whole(1, 1024)),
      backlog: v.optional(whole(0, 1e9)),
      model: v.optional(
        v.pipe(
          name,
          v.check(
            (word) => costModel(word) !== undefined,
            ({ input }) => `there is no cost model "${input}"`,
          ),
        ),
      ),
      formula: v.optional(name),
    }),
  ),
  servers: v.optional(v.array(serverSchema), []),
  clients: v.pipe(v.array(clientSchema), v.minLength(1, 'at least one kind of client is needed')),
  commands: v.optional(v.array(v.strictObject({ at: duration, run: name })), []),
});

const KNOWN_KEYS: readonly string[] = [
  ...Object.keys(loadSchema.entries),
  ...Object.keys(serverSchema.entries),
  ...Object.keys(tcpSchema.entries),
  ...Object.values(CLIENTS).flatMap((one) => Object.keys(one.entries)),
  ...KINDS,
  ...ARRIVALS,
  ...['delay', 'loss', 'cores', 'backlog', 'model', 'formula', 'at', 'run', 'rate', 'size', 'gap', 'median', 'sigma'],
];

export interface ReadLoadOptions {
  /** The devices of the host, so that a name that is none is found at its place. */
  readonly devices?: readonly string[];
}

/**
 * Reads a description of traffic, YAML or JSON. Every fault is reported with its line and column.
 * @param source the file's name, for messages
 * @throws InputError
 */
export function readLoad(text: string, source: string, options: ReadLoadOptions = {}): LoadSpec {
  const lines = new LineCounter();
  const place = placesIn(source, lines);
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  }) as Document.Parsed;
  const read = contentOf(document, place);
  if ('faults' in read) throw new InputError(read.faults);
  const result = v.safeParse(loadSchema, read.value);
  if (!result.success)
    throw new InputError(result.issues.map((issue) => describeIssue(issue, document, [], place, KNOWN_KEYS)));
  const load = result.output as LoadSpec;
  const faults: Diagnostic[] = [];
  const fault = (code: string, message: string, path: readonly (string | number)[], hint?: string): void => {
    const at = (document.getIn(path, true) as { range?: [number, number, number] } | undefined)?.range?.[0] ?? 0;
    const told = { severity: 'error' as const, code, message, place: place(at) };
    faults.push(hint === undefined ? told : { ...told, hint });
  };
  const taken = new Set<string>();
  const twice = (word: string, path: readonly (string | number)[]): void => {
    if (taken.has(word)) fault('taken-twice', `${word} is there twice`, path);
    taken.add(word);
  };
  const { devices } = options;
  for (const part of ['clients', 'servers'] as const) {
    for (const [i, { device }] of load[part].entries()) {
      if (device === undefined || devices === undefined || devices.includes(device)) continue;
      const hint = `devices are: ${devices.join(', ') || 'none'}`;
      fault('unknown-device', `the host has no device "${device}"`, [part, i, 'device'], hint);
    }
  }
  for (const [i, client] of load.clients.entries()) {
    twice(`the name "${client.name}"`, ['clients', i, 'name']);
    if (client.kind === 'syn-flood') continue;
    for (const address of client.addresses)
      twice(`the client ${formatAddress(address)} behind ${client.device}`, ['clients', i, 'addresses']);
  }
  for (const [i, { name: own, addresses: all, protocol, port: listened }] of load.servers.entries()) {
    twice(`the name "${own}"`, ['servers', i, 'name']);
    for (const address of all)
      twice(`a ${protocol} server at ${formatAddress(address)}:${listened}`, ['servers', i, 'addresses']);
  }
  if (faults.length > 0) throw new InputError(faults);
  return load;
}

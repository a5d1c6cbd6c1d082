import { type Address, costModel, type Duration, FaultList, formatAddress, type Prefix, refuse } from '@chainwalk/core';
import { readYaml } from '@chainwalk/core/yaml';
import * as v from 'valibot';
import { describeIssue } from '../yaml-faults.ts';
import type { Arrivals } from './arrivals.ts';
import type { Distribution } from './distribution.ts';
import type { Target } from './endpoint.ts';
import {
  ARRIVALS,
  addresses,
  arrivals,
  bytes,
  count,
  DISTRIBUTIONS,
  duration,
  number,
  port,
  ports,
  prefix,
  targets,
  time,
  whole,
} from './load-values.ts';
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
  ...DISTRIBUTIONS,
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
  const { documents, place } = readYaml(text, source);
  const [first, second] = documents;
  if (first === undefined) return refuse('empty', 'there is no traffic in it', place(0));
  if (second !== undefined)
    refuse('two-documents', 'a file describes traffic once', place(second.parsed.range[0]), 'leave one document');
  const { value, parsed } = first;
  const result = v.safeParse(loadSchema, value);
  const faults = new FaultList();
  if (!result.success)
    for (const issue of result.issues)
      if (!faults.isFull) faults.add(describeIssue(issue, parsed, [], place, KNOWN_KEYS));
  faults.throwIfAny();
  const load = result.output as LoadSpec;
  const fault = (code: string, message: string, path: readonly (string | number)[], hint?: string): void => {
    const at = (parsed.getIn(path, true) as { range?: [number, number, number] } | undefined)?.range?.[0] ?? 0;
    const told = { severity: 'error' as const, code, message, place: place(at) };
    faults.add(hint === undefined ? told : { ...told, hint });
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
  faults.throwIfAny();
  return load;
}

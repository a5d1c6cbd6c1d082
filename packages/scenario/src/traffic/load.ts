import {
  type Address,
  costModel,
  type Duration,
  InputError,
  LINUX_6_18_MEASURED,
  type MeterCounts,
  price,
  refuse,
  type SimTime,
} from '@chainwalk/core';
import type { Node } from '../node.ts';
import { closedLoop, openLoop, udpQueries } from './clients.ts';
import { Cpus, type CpusReport } from './cpus.ts';
import { type Endpoint, endpointBehind, endpointOn, type Target } from './endpoint.ts';
import type { ClientSpec, LoadSpec, ServerSpec } from './load-spec.ts';
import { Network, type NetworkCounts } from './network.ts';
import { Requests, type RequestsReport } from './requests.ts';
import { type Server, serveTcp, serveUdp } from './server.ts';
import { synFlood } from './syn-flood.ts';
import { Zipf } from './zipf.ts';

export interface LoadOptions {
  /** What a packet costs, over the model of the file. */
  readonly price?: (counts: MeterCounts) => number;
}

/** What the traffic of a {@link Load} came to. Times are nanoseconds, rates are a second. */
export interface LoadReport {
  /** Simulated time, the drain included. */
  readonly elapsed: Duration;
  readonly clients: readonly (
    | ({ readonly name: string; readonly kind: Exclude<ClientSpec['kind'], 'syn-flood'> } & RequestsReport)
    | { readonly name: string; readonly kind: 'syn-flood'; readonly sent: number }
  )[];
  readonly servers: readonly { readonly name: string; readonly received: number; readonly answered: number }[];
  readonly network: NetworkCounts;
  /** Absent if the host takes no time. */
  readonly cpus: CpusReport | undefined;
  /** In the table at the end. */
  readonly connections: number;
}

/** What traffic needs of a node: a {@link Node}, or another one that is put together alike. */
export type LoadNode = Pick<Node, 'host' | 'conntrack' | 'sh'>;

/** How finely a run is cut, so that somebody may write and show progress in between. */
const SLICE: Duration = 10_000_000;

/**
 * Traffic through a node as a {@link LoadSpec} says. Everything is set up in the constructor; {@link step} lets time pass.
 * The same node, specification and seed give the same report.
 */
export class Load {
  readonly node: LoadNode;
  readonly spec: LoadSpec;
  readonly network: Network;
  readonly cpus: Cpus | undefined;
  readonly #began: SimTime;
  readonly #clients: { readonly spec: ClientSpec; readonly requests: Requests | undefined; sent: () => number }[] = [];
  readonly #servers: { readonly spec: ServerSpec; readonly running: readonly Server[] }[] = [];
  #commands = 0;
  /** Throughput and utilisation are of the time in which traffic began. */
  #atDuration: { readonly throughput: readonly number[]; readonly cpus: CpusReport | undefined } | undefined;

  /** @throws InputError for a device, an address, a model or a distribution that does not exist */
  constructor(node: LoadNode, spec: LoadSpec, options: LoadOptions = {}) {
    this.node = node;
    this.spec = spec;
    this.#began = node.host.simulation.now;
    this.cpus = spec.cpus === undefined ? undefined : new Cpus(node.host, cpusOptions(spec.cpus, options));
    this.network = new Network(node.host, {
      ...spec.network,
      ...(this.cpus === undefined ? {} : { cpus: this.cpus }),
    } as ConstructorParameters<typeof Network>[1]);
    for (const server of spec.servers) about(`servers: "${server.name}"`, () => this.#serve(server));
    for (const client of spec.clients) about(`clients: "${client.name}"`, () => this.#ask(client));
  }

  /** Whether nothing is left to do. */
  get isOver(): boolean {
    const elapsed = this.elapsed;
    if (elapsed < this.spec.duration) return false;
    if (elapsed >= this.spec.duration + this.spec.drain) return true;
    return this.#clients.every(({ requests }) => requests === undefined || requests.inFlight === 0);
  }

  get elapsed(): Duration {
    return this.node.host.simulation.now - this.#began;
  }

  /** Lets a slice of time pass. @throws InputError if a command of the file fails */
  step(): void {
    const { simulation } = this.node.host;
    const { duration, drain, commands } = this.spec;
    const next = commands[this.#commands];
    const end = this.elapsed < duration ? duration : duration + drain;
    const until = Math.min(end, this.elapsed + SLICE, Math.max(next?.at ?? end, this.elapsed));
    simulation.run(this.#began + until);
    while (this.#commands < commands.length && commands[this.#commands]!.at <= until) {
      const { run } = commands[this.#commands++]!;
      const done = this.node.sh(run);
      if (done.status !== 0) refuse('tool-refused', `commands: ${run}: ${done.stderr.trim()}`);
    }
    if (until === duration && this.#atDuration === undefined) {
      this.#atDuration = {
        throughput: this.#clients.map(({ requests }) => requests?.report(simulation.now).throughput ?? 0),
        cpus: this.cpus?.report(),
      };
    }
  }

  /** Runs to the end. */
  run(): LoadReport {
    while (!this.isOver) this.step();
    return this.report();
  }

  report(): LoadReport {
    const { now } = this.node.host.simulation;
    const cpus = this.cpus?.report();
    return {
      elapsed: this.elapsed,
      clients: this.#clients.map(({ spec, requests, sent }, i) => {
        const { name } = spec;
        if (spec.kind === 'syn-flood') return { name, kind: spec.kind, sent: sent() };
        const report = requests!.report(now);
        return { name, kind: spec.kind, ...report, throughput: this.#atDuration?.throughput[i] ?? report.throughput };
      }),
      servers: this.#servers.map(({ spec, running }) => ({
        name: spec.name,
        received: running.reduce((sum, { counts }) => sum + counts.received, 0),
        answered: running.reduce((sum, { counts }) => sum + counts.answered, 0),
      })),
      network: this.network.counts(),
      cpus:
        cpus === undefined
          ? undefined
          : {
              ...cpus,
              cores: cpus.cores.map((core, i) => ({
                ...core,
                utilisation: this.#atDuration?.cpus?.cores[i]?.utilisation ?? core.utilisation,
              })),
            },
      connections: this.node.conntrack.count,
    };
  }

  #serve(spec: ServerSpec): void {
    const options = defined({ service: spec.service, responseSize: spec.responseSize, workers: spec.workers });
    const running = spec.addresses.map((address) => {
      const endpoint = this.#endpoint(spec.device, address, {});
      return spec.protocol === 'tcp' ? serveTcp(endpoint, spec.port, options) : serveUdp(endpoint, spec.port, options);
    });
    this.#servers.push({ spec, running });
  }

  #ask(spec: ClientSpec): void {
    const until = this.#began + Math.min(spec.until ?? this.spec.duration, this.spec.duration);
    if (spec.kind === 'syn-flood') {
      let counts: { readonly sent: number } | undefined;
      const begin = (): void => {
        // Each target has its part: the flood draws a sender for each SYN, not a target.
        const floods = spec.targets.map((target, i) =>
          synFlood(this.network, {
            name: `${spec.name} ${i}`,
            device: spec.device,
            arrivals: spec.arrivals,
            until,
            sources: spec.sources,
            target,
          }),
        );
        counts = {
          get sent() {
            return floods.reduce((sum, flood) => sum + flood.sent, 0);
          },
        };
      };
      this.#at(spec, begin);
      this.#clients.push({ spec, requests: undefined, sent: () => counts?.sent ?? 0 });
      return;
    }
    const endpoints = spec.addresses.map((address) =>
      this.#endpoint(spec.device, address, defined({ ports: spec.ports, tcp: spec.tcp })),
    );
    const requests = new Requests();
    const asked = {
      name: spec.name,
      targets: spec.zipf === undefined ? spec.targets : new Zipf<Target>(spec.targets, spec.zipf),
      requests,
      until,
      ...defined({ requestSize: spec.requestSize, timeout: spec.timeout }),
    };
    const begin = (): void => {
      if (spec.kind === 'udp-queries') {
        const { arrivals, attempts, port } = spec;
        udpQueries(endpoints, { ...asked, arrivals, ...defined({ attempts, port }) });
        return;
      }
      const more = defined({ requestsPerConnection: spec.requestsPerConnection, think: spec.think });
      if (spec.kind === 'open-loop') openLoop(endpoints, { ...asked, ...more, arrivals: spec.arrivals });
      else closedLoop(endpoints, { ...asked, ...more, clients: spec.clients });
    };
    this.#at(spec, begin);
    this.#clients.push({ spec, requests, sent: () => 0 });
  }

  #at({ name, from }: ClientSpec, begin: () => void): void {
    if (from === 0) begin();
    else this.node.host.simulation.scheduleAt(this.#began + from, () => about(`clients: "${name}"`, begin));
  }

  /** One endpoint an address: a server's ports and a client's are on the same machine. */
  readonly #endpoints = new Map<string, Endpoint>();

  #endpoint(device: string | undefined, address: Address, options: object): Endpoint {
    const key = `${device ?? ''} ${address as number}`;
    const known = this.#endpoints.get(key);
    if (known !== undefined) return known;
    const made =
      device === undefined
        ? endpointOn(this.network, address, options)
        : endpointBehind(this.network, device, address, options);
    this.#endpoints.set(key, made);
    return made;
  }
}

function cpusOptions(
  { cores, backlog, model: name }: NonNullable<LoadSpec['cpus']>,
  options: LoadOptions,
): ConstructorParameters<typeof Cpus>[1] {
  const model = name === undefined ? LINUX_6_18_MEASURED : costModel(name);
  if (model === undefined)
    refuse('unknown-model', `cpus: there is no cost model "${name}"`, undefined, `write ${LINUX_6_18_MEASURED.name}`);
  return { price: options.price ?? ((counts) => price(model, counts)), ...defined({ cores, backlog }) };
}

/** Says what an error of `work` is about. */
function about(what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.diagnostics.map((fault) => ({ ...fault, message: `${what}: ${fault.message}` })));
  }
}

/** Without the keys whose value is undefined. */
function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

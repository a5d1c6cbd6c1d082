import { type Duration, type RandomStream, refuse, SECOND, type SimTime } from '@chainwalk/core';
import { type Arrivals, arrivalTimes } from './arrivals.ts';
import { type Distribution, type Sampler, sampler } from './distribution.ts';
import type { Endpoint, Target } from './endpoint.ts';
import { Requests } from './requests.ts';
import type { TcpConnection, TcpEnd } from './tcp-connection.ts';
import { Zipf } from './zipf.ts';

/** What all clients have in common. */
export interface ClientOptions {
  /** The name of their random streams; two groups of clients need two. */
  readonly name: string;
  /** Whom they ask: one, several alike, or several by popularity. */
  readonly targets: Target | readonly Target[] | Zipf<Target>;
  /** Where results are counted. Default: a new one. */
  readonly requests?: Requests;
  /** Bytes of a request. Default 100. */
  readonly requestSize?: Distribution;
  /** When no more begins; what has begun is finished. */
  readonly until: SimTime;
}

export interface TcpClientOptions extends ClientOptions {
  /** Requests of one connection, one after the other (1: no keepalive). Default 1. */
  readonly requestsPerConnection?: Distribution;
  /** Nanoseconds between an answer and the next request. Default 0. */
  readonly think?: Distribution;
  /** How long a client waits for an answer; then it resets the connection. Default: as long as TCP does. */
  readonly timeout?: Duration;
}

export interface OpenLoopOptions extends TcpClientOptions {
  /** When connections begin. */
  readonly arrivals: Arrivals;
}

export interface ClosedLoopOptions extends TcpClientOptions {
  /** How many clients there are; each has one request in flight or is thinking. */
  readonly clients: number;
}

export interface UdpQueriesOptions extends ClientOptions {
  readonly arrivals: Arrivals;
  /** How long a query waits for its answer before it is sent again. Default 5 s, as resolvers have it. */
  readonly timeout?: Duration;
  /** How often a query is sent at most. Default 2. */
  readonly attempts?: number;
  /** Send everything from one port instead of a new one a query. Answers are then given to the oldest query. */
  readonly port?: number;
}

/**
 * Connections that begin at given times, whatever becomes of the earlier ones, from endpoints in turn.
 * @throws InputError for arrivals or distributions that are none
 */
export function openLoop(endpoints: readonly Endpoint[], options: OpenLoopOptions): Requests {
  const { simulation } = first(endpoints);
  const client = new TcpClient(simulation.random.stream(options.name), options);
  let turn = 0;
  at(endpoints, options, () => {
    const endpoint = endpoints[turn++ % endpoints.length]!;
    client.converse(endpoint, client.length(), () => {});
  });
  return client.requests;
}

/**
 * A fixed number of clients as a load tester or a connection pool has them: each sends its next request when the last
 * one is over and it has thought; after so many requests it opens a new connection. Endpoints are used in turn.
 * @throws InputError for a number of clients or distributions that are none
 */
export function closedLoop(endpoints: readonly Endpoint[], options: ClosedLoopOptions): Requests {
  const { simulation } = first(endpoints);
  const { clients, until } = options;
  if (!(Number.isInteger(clients) && clients > 0)) refuse('bad-client', `at least one client, not ${clients}`);
  const client = new TcpClient(simulation.random.stream(options.name), options);
  for (let i = 0; i < clients; i++) {
    const endpoint = endpoints[i % endpoints.length]!;
    const again = (): void => {
      if (simulation.now >= until) return;
      const began = simulation.now;
      client.converse(endpoint, client.length(), (isWell) => {
        // One that failed at once, or was answered in no time, would otherwise go on for ever in the same nanosecond.
        const pause = isWell ? (simulation.now === began ? 1 : 0) : FAILURE_PAUSE;
        simulation.schedule(Math.max(client.think(), pause), again);
      });
    };
    simulation.schedule(0, again);
  }
  return client.requests;
}

/** UDP queries at given times, from endpoints in turn. @throws InputError as {@link openLoop} */
export function udpQueries(endpoints: readonly Endpoint[], options: UdpQueriesOptions): Requests {
  const { simulation } = first(endpoints);
  const random = simulation.random.stream(options.name);
  const requests = options.requests ?? new Requests();
  const pick = chooser(options.targets, random);
  const size = sampler(options.requestSize ?? { kind: 'constant', value: 100 }, random);
  const timeout = options.timeout ?? 5 * SECOND;
  const attempts = options.attempts ?? 2;
  const shared =
    options.port === undefined ? undefined : endpoints.map((endpoint) => shareport(endpoint, options.port!));
  let turn = 0;
  at(endpoints, options, () => {
    const which = turn++ % endpoints.length;
    const endpoint = endpoints[which]!;
    const target = pick();
    const bytes = size();
    const end = requests.begin(target, simulation.now);
    let sent = 0;
    let timer: number | undefined;
    const finish = (outcome: 'answered' | 'timed-out' | 'refused'): void => {
      if (timer !== undefined) simulation.cancel(timer);
      socket?.close();
      end(simulation.now, outcome, sent - 1);
    };
    const answered = (): void => finish('answered');
    const socket =
      shared === undefined
        ? endpoint.bind(undefined, answered, () => finish('refused'))
        : shared[which]!(target, answered);
    if (socket === undefined) return end(simulation.now, 'no-port', 0);
    const attempt = (): void => {
      if (sent === attempts) {
        timer = undefined;
        return finish('timed-out');
      }
      sent++;
      timer = simulation.schedule(timeout, attempt);
      endpoint.sendDatagram(socket.port, target, bytes);
    };
    attempt();
  });
  return requests;
}

const FAILURE_PAUSE: Duration = 1_000_000;

/** One port for many queries: what comes from a target answers the oldest query to it. */
function shareport(
  endpoint: Endpoint,
  port: number,
): (target: Target, answered: () => void) => { readonly port: number; readonly close: () => void } {
  const waiting = new Map<string, Set<() => void>>();
  const keyOf = (target: Target): string => `${target.address as number} ${target.port}`;
  const bound = endpoint.bind(port, (from) => {
    for (const answered of waiting.get(keyOf(from)) ?? []) return answered();
  });
  if (bound === undefined) refuse('port-taken', `UDP port ${port} is taken`);
  return (target, answered) => {
    const key = keyOf(target);
    let queue = waiting.get(key);
    if (queue === undefined) waiting.set(key, (queue = new Set()));
    const queries = queue.add(answered);
    return { port, close: () => queries.delete(answered) };
  };
}

/** Calls `arrive` at each arrival before `until`; the next one is scheduled when the last one has come. */
function at(
  endpoints: readonly Endpoint[],
  options: { readonly name: string; readonly arrivals: Arrivals; readonly until: SimTime },
  arrive: () => void,
): void {
  const { simulation } = first(endpoints);
  const began = simulation.now;
  const next = arrivalTimes(options.arrivals, simulation.random.stream(`${options.name} arrivals`));
  const schedule = (): void => {
    const time = next();
    if (time === undefined || began + time >= options.until) return;
    simulation.scheduleAt(began + time, () => {
      arrive();
      schedule();
    });
  };
  schedule();
}

class TcpClient {
  readonly requests: Requests;
  readonly length: () => number;
  readonly think: () => Duration;
  readonly #pick: () => Target;
  readonly #size: Sampler;
  readonly #timeout: Duration | undefined;

  constructor(random: RandomStream, options: TcpClientOptions) {
    this.requests = options.requests ?? new Requests();
    this.#pick = chooser(options.targets, random);
    this.#size = sampler(options.requestSize ?? { kind: 'constant', value: 100 }, random);
    const length = sampler(options.requestsPerConnection ?? { kind: 'constant', value: 1 }, random);
    this.length = () => Math.max(1, Math.round(length()));
    const think = sampler(options.think ?? { kind: 'constant', value: 0 }, random);
    this.think = () => Math.round(think());
    this.#timeout = options.timeout;
  }

  /** Opens a connection, sends requests one after the other, closes it. */
  converse(endpoint: Endpoint, length: number, over: (isWell: boolean) => void): void {
    const { simulation } = endpoint;
    const target = this.#pick();
    let left = length;
    let request: ReturnType<Requests['begin']> | undefined;
    let counted = 0;
    let timer: number | undefined;
    let connection: TcpConnection | undefined;
    let isOver = false;
    let opening: ((isEstablished: boolean) => void) | undefined = this.requests.opening();

    const begin = (): void => {
      left--;
      request = this.requests.begin(target, simulation.now);
      if (this.#timeout === undefined) return;
      timer = simulation.schedule(this.#timeout, () => {
        timer = undefined;
        connection?.abort();
        fail('timed-out');
      });
    };
    const end = (outcome: Parameters<NonNullable<typeof request>>[1]): void => {
      if (timer !== undefined) simulation.cancel(timer);
      timer = undefined;
      const again = connection?.retransmissions ?? 0;
      request?.(simulation.now, outcome, again - counted);
      request = undefined;
      counted = again;
    };
    const fail = (outcome: Exclude<TcpEnd, 'closed'> | 'no-port'): void => {
      if (isOver) return;
      isOver = true;
      opening?.(false);
      if (request !== undefined) end(outcome);
      over(false);
    };

    begin();
    connection = endpoint.connect(target, {
      connected: () => {
        opening?.(true);
        opening = undefined;
        connection!.send(this.#size());
      },
      message: () => {
        end('answered');
        if (left === 0) {
          isOver = true;
          connection!.close();
          return over(true);
        }
        simulation.schedule(this.think(), () => {
          if (isOver) return;
          begin();
          connection!.send(this.#size());
        });
      },
      // The server ends what we had not finished.
      peerClosed: () => {
        connection!.close();
        fail('reset');
      },
      ended: (why) => fail(why === 'closed' ? 'reset' : why),
    });
    if (connection === undefined) fail('no-port');
  }
}

function chooser(targets: ClientOptions['targets'], random: RandomStream): () => Target {
  if (targets instanceof Zipf) return () => targets.pick(random);
  const list: readonly Target[] = 'length' in targets ? targets : [targets];
  if (list.length === 0) refuse('bad-client', 'clients need a target');
  return list.length === 1 ? () => list[0]! : () => list[random.below(list.length)]!;
}

function first(endpoints: readonly Endpoint[]): Endpoint {
  return endpoints[0] ?? refuse('bad-client', 'clients need an endpoint to send from');
}

import { type Duration, formatAddress, refuse } from '@chainwalk/core';
import { type Distribution, sampler } from './distribution.ts';
import type { Endpoint, Target } from './endpoint.ts';

export interface ServerOptions {
  /** Nanoseconds that a request takes. Default 0. */
  readonly service?: Distribution;
  /** Bytes of an answer. Default 1000. */
  readonly responseSize?: Distribution;
  /** How many requests are worked on at a time; others wait in order. Default: all. */
  readonly workers?: number;
}

/** A server that runs. */
export interface Server {
  /** Requests that came, and answers that were given. */
  readonly counts: { readonly received: number; readonly answered: number };
  /** Takes no new connections; those it has go on. */
  readonly stop: () => void;
}

interface Counts {
  received: number;
  answered: number;
}

/** Answers each message of each connection with one message. A client that closes is answered what it asked, then closed. */
export function serveTcp(endpoint: Endpoint, port: number, options: ServerOptions = {}): Server {
  const counts: Counts = { received: 0, answered: 0 };
  const work = worker(endpoint, `tcp ${port}`, options);
  const stop = endpoint.listen(port, (connection) => {
    const about = { address: connection.remote, port: connection.remotePort, localPort: port };
    let pending = 0;
    let isClosing = false;
    return {
      message: () => {
        counts.received++;
        pending++;
        work.submit(about, () => {
          counts.answered++;
          pending--;
          connection.send(work.size());
          if (isClosing && pending === 0) connection.close();
        });
      },
      peerClosed: () => {
        isClosing = true;
        if (pending === 0) connection.close();
      },
    };
  });
  return { counts, stop };
}

/** Answers each datagram with one. @throws InputError if the port is taken */
export function serveUdp(endpoint: Endpoint, port: number, options: ServerOptions = {}): Server {
  const counts: Counts = { received: 0, answered: 0 };
  const work = worker(endpoint, `udp ${port}`, options);
  const bound = endpoint.bind(port, (from) => {
    counts.received++;
    work.submit({ ...from, localPort: port }, () => {
      counts.answered++;
      endpoint.sendDatagram(port, from, work.size());
    });
  });
  if (bound === undefined) refuse('port-taken', `UDP port ${port} is taken`);
  return { counts, stop: bound.close };
}

interface Worker {
  readonly size: () => number;
  readonly submit: (about: Target & { readonly localPort: number }, done: () => void) => void;
}

function worker(endpoint: Endpoint, name: string, options: ServerOptions): Worker {
  const random = endpoint.simulation.random.stream(`server ${formatAddress(endpoint.address)} ${name}`);
  const service = sampler(options.service ?? { kind: 'constant', value: 0 }, random);
  const size = sampler(options.responseSize ?? { kind: 'constant', value: 1000 }, random);
  const workers = options.workers ?? Number.POSITIVE_INFINITY;
  if (!(workers >= 1)) refuse('bad-server', `a server has at least one worker, not ${workers}`);
  const waiting: (() => void)[] = [];
  let busy = 0;
  const start = (time: Duration, about: Target & { readonly localPort: number }, done: () => void): void => {
    busy++;
    const finish = (): void => {
      busy--;
      done();
      if (busy < workers) waiting.shift()?.();
    };
    // An answer that takes no time goes out with the acknowledgement of its request.
    if (time === 0) finish();
    else endpoint.compute(time, about, finish);
  };
  return {
    size,
    submit: (about, done) => {
      const begin = (): void => start(Math.round(service()), about, done);
      if (busy < workers) begin();
      else waiting.push(begin);
    },
  };
}

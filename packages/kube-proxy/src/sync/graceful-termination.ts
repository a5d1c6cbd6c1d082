import { type Duration, type EventHandle, SECOND, type Simulation } from '@chainwalk/core';
import type { VirtualServer } from '../ipvs/state.ts';
import { virtualServerKey } from '../ipvs/state.ts';
import { type IpvsHost, serverWords } from './ipvs-host.ts';

/** How often kube-proxy looks whether a leaving real server has connections left. */
const TERMINATION_CHECK: Duration = 60 * SECOND;

type Server = Pick<VirtualServer, 'address' | 'port' | 'protocol'>;

/**
 * Real servers that go away without cutting connections: weight 0 first, so that no new ones come, and deletion once no
 * connection is left. UDP and SCTP servers, and those without connections, are deleted at once.
 */
export class GracefulTermination {
  readonly #simulation: Simulation;
  readonly #host: IpvsHost;
  readonly #leaving = new Map<string, { readonly server: Server; readonly real: string }>();
  #handle: EventHandle | undefined;

  constructor(simulation: Simulation, host: IpvsHost) {
    this.#simulation = simulation;
    this.#host = host;
  }

  /** How many are waiting. */
  get size(): number {
    return this.#leaving.size;
  }

  isLeaving(server: Server, real: string): boolean {
    return this.#leaving.has(keyOf(server, real));
  }

  /** Lets a real server go; true if it is gone already. */
  remove(server: Server, real: string): boolean {
    if (server.protocol !== 'tcp' || this.#idle(server, real)) {
      this.#host.ipvs([`-d ${serverWords(server)} -r ${real}`]);
      return true;
    }
    this.#host.ipvs([`-e ${serverWords(server)} -r ${real} -m -w 0`]);
    this.#leaving.set(keyOf(server, real), { server, real });
    this.#handle ??= this.#simulation.schedule(TERMINATION_CHECK, () => this.#check());
    return false;
  }

  /** Deletes a leaving real server at once, because it is wanted again. */
  takeBack(server: Server, real: string): void {
    this.#leaving.delete(keyOf(server, real));
    this.#host.ipvs([`-d ${serverWords(server)} -r ${real}`]);
  }

  /** Forgets those of a virtual server that is gone. */
  forget(server: Server): void {
    for (const [key, entry] of this.#leaving) {
      if (virtualServerKey(entry.server) === virtualServerKey(server)) this.#leaving.delete(key);
    }
  }

  stop(): void {
    if (this.#handle !== undefined) this.#simulation.cancel(this.#handle);
    this.#handle = undefined;
  }

  /** Called with each real server that a check deleted. */
  onDeleted: (server: Server, real: string) => void = () => {};

  #idle(server: Server, real: string): boolean {
    const counts = this.#host.connections(server, real);
    return counts === undefined || counts.active + counts.inactive === 0;
  }

  #check(): void {
    this.#handle = undefined;
    for (const [key, { server, real }] of [...this.#leaving]) {
      if (!this.#idle(server, real)) continue;
      this.#leaving.delete(key);
      this.#host.ipvs([`-d ${serverWords(server)} -r ${real}`]);
      this.onDeleted(server, real);
    }
    if (this.#leaving.size > 0) this.#handle = this.#simulation.schedule(TERMINATION_CHECK, () => this.#check());
  }
}

function keyOf(server: Server, real: string): string {
  return `${virtualServerKey(server)}/${real}`;
}

import { type Duration, SECOND, type SimTime } from '@chainwalk/core';
import type { ServiceEntry } from '../model/cluster.ts';
import { userspaceEndpoints } from './render.ts';

interface Affinity {
  endpoint: string;
  lastUsed: SimTime;
}

/**
 * How the userspace proxy picks endpoints: round robin over the ready ones, unless the client was here within the
 * affinity timeout. Unlike xt_recent, it counts the timeout from the client's last connection, not from the first.
 */
export class UserspaceBalancer {
  readonly #next = new Map<string, number>();
  readonly #sticky = new Map<string, Map<string, Affinity>>();

  /** `ip:port` of the endpoint for a new connection of `client`, or `undefined` if there is none. */
  pick(entry: ServiceEntry, client: string, now: SimTime): string | undefined {
    const endpoints = userspaceEndpoints(entry).map((endpoint) => `${endpoint.ip}:${endpoint.port}`);
    if (endpoints.length === 0) return undefined;
    const timeout: Duration = entry.port.affinitySeconds * SECOND;
    const known = this.#sticky.get(entry.key)?.get(client);
    if (timeout > 0 && known !== undefined && now - known.lastUsed < timeout && endpoints.includes(known.endpoint)) {
      known.lastUsed = now;
      return known.endpoint;
    }
    const index = (this.#next.get(entry.key) ?? 0) % endpoints.length;
    this.#next.set(entry.key, index + 1);
    const endpoint = endpoints[index]!;
    if (timeout > 0) {
      let clients = this.#sticky.get(entry.key);
      if (clients === undefined) this.#sticky.set(entry.key, (clients = new Map()));
      clients.set(client, { endpoint, lastUsed: now });
    }
    return endpoint;
  }
}

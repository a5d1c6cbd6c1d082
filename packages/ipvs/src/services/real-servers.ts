import type { Address } from '@chainwalk/core';
import type { Destination } from './destination.ts';

/**
 * Real servers by address and port (`rs_table`), for packets that name one without a connection: answers of unknown
 * origin, and ICMP errors about tunnels.
 * Invariant: holds exactly the servers of present services whose method is masq or tunnel.
 */
export class RealServers {
  readonly #byEndpoint = new Map<string, Destination[]>();

  add(destination: Destination): void {
    const port = portOf(destination);
    if (port === undefined) return;
    const key = keyOf(destination.address, port);
    const list = this.#byEndpoint.get(key);
    if (list === undefined) this.#byEndpoint.set(key, [destination]);
    else list.unshift(destination);
  }

  /** To be called with the method and tunnel that it was added with. */
  remove(destination: Destination): void {
    const port = portOf(destination);
    if (port === undefined) return;
    const key = keyOf(destination.address, port);
    const list = this.#byEndpoint.get(key);
    const at = list?.indexOf(destination) ?? -1;
    if (list === undefined || at < 0) return;
    list.splice(at, 1);
    if (list.length === 0) this.#byEndpoint.delete(key);
  }

  /** Whether a masqueraded server has this address and port (`ip_vs_has_real_service`). */
  hasMasqueraded(protocol: number, address: Address, port: number): boolean {
    const list = this.#byEndpoint.get(keyOf(address, port)) ?? [];
    return list.some(
      (entry) =>
        entry.method === 'masq' && entry.port === port && (entry.key.protocol === protocol || entry.key.fwmark !== 0),
    );
  }

  /** The server behind a tunnel (`ip_vs_find_tunnel`). */
  findTunnel(address: Address, port: number): Destination | undefined {
    return this.#byEndpoint
      .get(keyOf(address, port))
      ?.find((entry) => entry.method === 'tunnel' && entry.tunnel.port === port);
  }
}

function portOf(destination: Destination): number | undefined {
  if (destination.method === 'masq') return destination.port;
  return destination.method === 'tunnel' ? destination.tunnel.port : undefined;
}

function keyOf(address: Address, port: number): string {
  return `${String(address)}/${port}`;
}

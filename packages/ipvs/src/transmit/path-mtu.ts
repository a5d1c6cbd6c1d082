import type { Address, Host } from '@chainwalk/core';

/** Seconds that a learnt MTU counts (`net.ipv4.route.mtu_expires`). */
const LIFETIME_SECONDS = 600;
/** Less than this nobody is believed (`net.ipv4.route.min_pmtu`). */
const LEAST = 552;

/**
 * What ICMP errors about tunnels said of the way to real servers (`ipv4_update_pmtu`): the largest packet that gets
 * through, for ten minutes.
 */
export class PathMtus {
  readonly #host: Host;
  readonly #learnt = new Map<Address, { readonly mtu: number; readonly until: number }>();
  /** Changes whenever something was learnt, so that cached routes are looked up anew. */
  generation = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** A packet to `address` was too big for a link of this MTU. */
  learn(address: Address, mtu: number): void {
    const until = this.#host.jiffies + LIFETIME_SECONDS * this.#host.hz;
    this.#learnt.set(address, { mtu: Math.max(mtu, LEAST), until });
    this.generation++;
  }

  /** The MTU towards an address: that of the route, or less if less was learnt. */
  towards(address: Address, routeMtu: number): number {
    const learnt = this.#learnt.get(address);
    if (learnt === undefined) return routeMtu;
    if (this.#host.jiffies < learnt.until) return Math.min(learnt.mtu, routeMtu);
    this.#learnt.delete(address);
    return routeMtu;
  }
}

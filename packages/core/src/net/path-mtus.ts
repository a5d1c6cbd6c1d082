import type { Address } from '../address/address.ts';
import { forgetOldest } from '../forget-oldest.ts';
import type { FibRoute } from './fib-route.ts';
import type { Host } from './host.ts';
import { isRouteFailure } from './route.ts';

/** What was learnt of the way to one destination behind one next hop (`struct fib_nh_exception`). */
interface Learnt {
  readonly mtu: number;
  /** Less was said than is believed: packets that are forwarded heed it too, and nothing more is learnt. */
  readonly locked: boolean;
  /** The last tick at which it is known. */
  readonly until: number;
}

/**
 * How many are kept. Linux keeps some five for each of 2,048 buckets of a next hop (`FNHE_HASH_SIZE`, `FNHE_RECLAIM_DEPTH`),
 * and forgets the one that was asked for longest ago.
 */
const MOST = 10_240;

/**
 * Path MTUs that ICMP errors told the senders of this host (`__ip_rt_update_pmtu`), and which MTU a route has by them.
 * They count for ten minutes, for one destination by one next hop.
 */
export class PathMtus {
  readonly #host: Host;
  readonly #learnt = new Map<string, Learnt>();
  /** The last tick at which any of them is known. */
  #latest = 0;
  /** Changes whenever something was learnt, so that whoever keeps a route asks anew. */
  generation = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  get size(): number {
    return this.#learnt.size;
  }

  /** Whether nothing is known: what is kept of routes then holds for every destination of theirs. */
  get isEmpty(): boolean {
    return this.#learnt.size === 0 || this.#host.jiffies > this.#latest;
  }

  /** A packet that this host sent from `source` to `destination` was too big for a link of this MTU. */
  learn(source: Address, destination: Address, mtu: number): void {
    const { sysctls, fib, jiffies, hz } = this.#host;
    const flow = { destination, source, tos: 0, mark: 0 };
    const route = this.#host.routeOutput(flow);
    if (isRouteFailure(route)) return;
    // The route says by which device, and a local one says `lo`, by which only 127.0.0.0/8 is found.
    const outDevice = route.type === 'local' ? 'lo' : undefined;
    const found = fib.lookup({ ...flow, inDevice: undefined, outDevice });
    if (
      typeof found === 'string' ||
      found.mtuLocked ||
      this.#of(found, destination)?.locked === true ||
      route.mtu < mtu
    )
      return;
    const locked = mtu < sysctls.minPmtu.value;
    const until = jiffies + sysctls.mtuExpires.value * hz;
    const believed = locked ? Math.min(route.mtu, sysctls.minPmtu.value) : mtu;
    const key = keyOf(found, destination);
    this.#learnt.delete(key);
    this.#learnt.set(key, { mtu: believed, locked, until });
    this.#latest = Math.max(this.#latest, until);
    forgetOldest(this.#learnt, MOST);
    this.generation++;
  }

  /** The MTU of a route to a destination, or of what is forwarded by it (`ip_dst_mtu_maybe_forward`). */
  mtuOf(found: FibRoute, destination: Address, deviceMtu: number, isForwarded: boolean): number {
    const own = found.mtu ?? deviceMtu;
    const learnt = this.isEmpty ? undefined : this.#of(found, destination);
    if (learnt === undefined) return own;
    if (this.#host.jiffies < learnt.until) {
      return learnt.locked || !isForwarded || this.#host.sysctls.forwardUsePmtu.value !== 0 ? learnt.mtu : own;
    }
    // In its last tick it counts no more, but gateways are still taken to have the MTU that every host must accept.
    return learnt.locked && found.mtu === undefined && found.gateway !== undefined ? Math.min(own, 576) : own;
  }

  #of(found: FibRoute, destination: Address): Learnt | undefined {
    const key = keyOf(found, destination);
    const learnt = this.#learnt.get(key);
    if (learnt === undefined || this.#host.jiffies <= learnt.until) return learnt;
    this.#learnt.delete(key);
    return undefined;
  }
}

/** Routes that agree in these share their next hop in Linux (`fib_find_info`). */
function keyOf({ type, device, gateway, source, scope, metric, mtu }: FibRoute, destination: Address): string {
  return [type, device, gateway, source, scope, metric, mtu, destination].join();
}

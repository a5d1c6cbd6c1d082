import type { Address } from '../address/address.ts';
import { type Ipv4Address, ipv4Mask, ipv4ToBits } from '../address/ipv4.ts';
import type { AddressRange } from './fib-ranges.ts';
import type { FibRoute, Flow } from './fib-route.ts';
import type { RouteConfig } from './host-config.ts';
import { isRefusal } from './route.ts';

/** A route in its table (`struct fib_alias`). */
export interface FibAlias extends FibRoute {
  /** The change that brought it: of routes that are otherwise equal the older one counts. */
  readonly since: number;
  /** What it was made of; that of a route that follows from an address stands in no configuration. */
  readonly config: RouteConfig;
}

/** The networks of one prefix length, by their bits as a signed integer, which Maps find without unboxing a number. */
interface Level {
  readonly length: number;
  readonly mask: number;
  readonly networks: Map<number, FibAlias[]>;
}

/** One routing table (`struct fib_table`). */
export class FibTable {
  /** One for each prefix length in use, longest first. */
  readonly #levels: Level[] = [];

  /** Puts a route behind all that count before it, and behind those that are equal to it. */
  add(route: FibAlias): void {
    const level = this.#levelFor(route.length);
    const key = keyIn(level, route.network);
    const list = level.networks.get(key);
    if (list === undefined) {
      level.networks.set(key, [route]);
      return;
    }
    const at = list.findIndex((other) => countsBefore(route, other));
    list.splice(at < 0 ? list.length : at, 0, route);
  }

  /** Takes away what a configuration brought; false if it is not here. */
  remove(config: RouteConfig): boolean {
    const found = this.#find(config);
    if (found === undefined) return false;
    const { level, list, at } = found;
    list.splice(at, 1);
    if (list.length === 0) level.networks.delete(keyIn(level, config.prefix.network));
    if (level.networks.size === 0) this.#levels.splice(this.#levels.indexOf(level), 1);
    return true;
  }

  /** Puts a route in the place of another that comes as early; false if that is not here, or comes earlier or later. */
  replace(config: RouteConfig, route: FibAlias): boolean {
    const found = this.#find(config);
    if (found === undefined) return false;
    const { list, at } = found;
    const old = list[at]!;
    const isSamePlace = old.network === route.network && old.length === route.length;
    if (!isSamePlace || countsBefore(old, route) || countsBefore(route, old)) return false;
    list[at] = route;
    return true;
  }

  /**
   * Longest prefix first; within one, the first that fits TOS and device (`fib_table_lookup`). One without a device
   * refuses, or ends the search of this table.
   */
  lookup(flow: Flow, usable: (route: FibRoute) => boolean): FibRoute | undefined {
    const levels = this.#levels;
    const destination = ipv4ToBits(flow.destination as Ipv4Address);
    for (let l = 0; l < levels.length; l++) {
      const { mask, networks } = levels[l]!;
      const list = networks.get(destination & mask);
      if (list === undefined) continue;
      for (let i = 0; i < list.length; i++) {
        const route = list[i]!;
        if (route.tos !== 0 && route.tos !== flow.tos) continue;
        if (flow.scope !== undefined && route.scope < flow.scope) continue;
        if (isRefusal(route.type)) return route;
        if (!usable(route)) continue;
        if (flow.outDevice !== undefined && route.device !== flow.outDevice) continue;
        return route;
      }
    }
    return undefined;
  }

  /** How many networks have a route. */
  get networkCount(): number {
    let count = 0;
    for (const { networks } of this.#levels) count += networks.size;
    return count;
  }

  /** The networks that have a route. */
  *networks(): IterableIterator<AddressRange> {
    for (const { mask, networks } of this.#levels) {
      for (const key of networks.keys()) yield { first: key >>> 0, last: (key | ~mask) >>> 0 };
    }
  }

  #find(config: RouteConfig): { readonly level: Level; readonly list: FibAlias[]; readonly at: number } | undefined {
    const { network, length } = config.prefix;
    const level = this.#levels.find((other) => other.length === length);
    const list = level?.networks.get(keyIn(level, network));
    const at = list?.findIndex((route) => route.config === config) ?? -1;
    return at < 0 ? undefined : { level: level!, list: list!, at };
  }

  #levelFor(length: number): Level {
    let level = this.#levels.find((other) => other.length === length);
    if (level === undefined) {
      level = { length, mask: ipv4Mask(length), networks: new Map() };
      this.#levels.push(level);
      this.#levels.sort((a, b) => b.length - a.length);
    }
    return level;
  }
}

function keyIn(level: Level, network: Address): number {
  return ipv4ToBits(network as Ipv4Address) & level.mask;
}

/** Higher TOS first, then smaller metric (`fib_find_alias`), then the older one. */
function countsBefore(a: FibAlias, b: FibAlias): boolean {
  if (a.tos !== b.tos) return a.tos > b.tos;
  if (a.metric !== b.metric) return a.metric < b.metric;
  return a.since < b.since;
}

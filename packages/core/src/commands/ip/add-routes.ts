import type { Flow } from '../../net/fib-route.ts';
import { fibRuleOf } from '../../net/fib-rule.ts';
import { FibTables } from '../../net/fib-tables.ts';
import type { Host } from '../../net/host.ts';
import { connectedRoutes, placeKey } from './route-place.ts';
import { readRoute } from './route-words.ts';
import { kernel, Refusal, setRoutes } from './words.ts';

/** The first of many routes that is refused, and what `ip` says of it. */
export interface RefusedRoute {
  readonly index: number;
  readonly message: string;
}

/**
 * Adds the routes of a file in one change, each as `ip route add` would after those before it: the gateway of one may be
 * reachable by an earlier one.
 * @param routes the words behind `ip route add` of each
 * @returns what is refused; then none is added
 */
export function addRoutes(host: Host, routes: readonly (readonly string[])[]): RefusedRoute | undefined {
  const { config } = host;
  const rules = config.rules.map(fibRuleOf);
  const tables = new FibTables(config);
  const lookup = (flow: Flow, table?: number) =>
    table === undefined ? tables.lookup(rules, flow) : tables.lookupIn(table, flow);
  const taken = new Set([...config.routes, ...connectedRoutes(config)].map(placeKey));
  const all = [...config.routes];
  let { changes = 0 } = config;
  for (let index = 0; index < routes.length; index++) {
    try {
      const read = readRoute(routes[index]!, host, lookup);
      const place = placeKey(read);
      if (taken.has(place)) throw kernel('File exists');
      taken.add(place);
      const route = Object.freeze({ ...read, since: ++changes });
      tables.add(route);
      all.push(route);
    } catch (refusal) {
      if (refusal instanceof Refusal) return { index, message: refusal.message };
      throw refusal;
    }
  }
  setRoutes(host, all, all.slice(config.routes.length));
  return undefined;
}

import { parseAddress } from '../../address/address.ts';
import { type Prefix, parsePrefix } from '../../address/prefix.ts';
import type { Host } from '../../net/host.ts';
import { type HostConfig, type RouteConfig, TABLE } from '../../net/host-config.ts';
import { connectedRoutes, indexOfPlace, type RoutePlace, samePlace, samePrefix, sameRoute } from './route-place.ts';
import { ROUTE_TYPES, readRoute, routePrefix } from './route-words.ts';
import { deviceIn, kernel, Refusal, setRoutes, tableOf, Words } from './words.ts';

/** `ip route add|append|prepend|replace|change|delete|flush`. */
export function route(host: Host, verb: string | undefined, rest: readonly string[]): void {
  if (verb === 'flush') return flushRoutes(host, rest);
  if (verb === 'delete') return deleteRoute(host, rest);
  const added = readRoute(rest, host, (flow, table) =>
    table === undefined ? host.fib.lookup(flow) : host.fib.lookupIn(table, flow),
  );
  const { routes, changes = 0 } = host.config;
  // Most often there is nothing at the place, and to look for more there means to look at each of many routes again.
  const at = indexOfPlace(routes, added);
  const there = connectedRoutes(host.config).filter((entry) => samePlace(entry, added));
  if (at >= 0) there.push(...routes.filter((entry) => samePlace(entry, added)));
  there.sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
  const [first] = there;
  if (verb === 'add' && (first !== undefined || isOfAddress(host, added))) throw kernel('File exists');
  if (verb === 'change' && first === undefined) throw kernel('No such file or directory');
  const same = there.find((entry) => sameRoute(entry, added));
  if ((verb === 'replace' || verb === 'change') && first !== undefined) {
    // What replaces another route takes its place; nothing can be there twice.
    if (same === first) return;
    if (same !== undefined) throw kernel('File exists');
    const made = Object.freeze({ ...added, since: first.since ?? 0 });
    const index = routes.indexOf(first);
    if (index >= 0) return setRoutes(host, routes.with(index, made), [made]);
    withdraw(host, first);
    return setRoutes(host, routes.concat(made), [made]);
  }
  if (same !== undefined) throw kernel('File exists');
  const since = verb === 'prepend' && first !== undefined ? (first.since ?? 0) - 1 : changes + 1;
  const made = Object.freeze({ ...added, since });
  setRoutes(host, routes.concat(made), [made]);
}

/** Whether a route stands where an address brought its own to the local table. */
function isOfAddress(host: Host, { prefix, table, tos, metric }: RoutePlace): boolean {
  return table === TABLE.local && prefix.length === 32 && tos === 0 && metric === 0 && host.hasAddress(prefix.network);
}

/** `ip route flush`: all routes of a table, of a device or to a network. */
function flushRoutes(host: Host, rest: readonly string[]): void {
  const words = new Words(rest);
  let table: number = TABLE.main;
  let device: string | undefined;
  let prefix: Prefix | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'table') table = tableOf(words.value('table'));
    else if (word === 'dev') device = words.value('dev');
    else if (word === 'cache') return;
    else if (prefix === undefined && /^(\d|default$)/.test(word)) prefix = routePrefix(word);
    else throw new Refusal(1, `Error: "${word}" is not modelled for ip route flush`);
  }
  if (table === TABLE.local && device === undefined && prefix === undefined)
    throw new Refusal(1, 'Error: flushing the whole table local, with what addresses brought, is not modelled');
  if (!isTable(host.config, table)) throw new Refusal(2, 'Error: ipv4: FIB table does not exist.\nFlush terminated');
  const goes = (entry: RouteConfig): boolean =>
    entry.table === table &&
    (device === undefined || entry.device === device) &&
    (prefix === undefined || samePrefix(entry.prefix, prefix));
  for (const entry of connectedRoutes(host.config).filter(goes)) withdraw(host, entry);
  setRoutes(
    host,
    host.config.routes.filter((entry) => !goes(entry)),
  );
}

/** Whether there is a table: main and local always, another one as soon as it had a route. */
function isTable({ routes, madeTables = [] }: HostConfig, table: number): boolean {
  if (table === TABLE.main || table === TABLE.local || madeTables.includes(table)) return true;
  return routes.some((entry) => entry.table === table);
}

/** Takes away the route that an address brought. */
function withdraw(host: Host, connected: RouteConfig): void {
  host.configure((config) => {
    const { addresses } = deviceIn(config, connected.device);
    const entry = addresses.find(
      ({ address, length, secondary }) =>
        !secondary && address === connected.source && length === connected.prefix.length,
    );
    entry!.networkRoute = 'deleted';
  });
}

function deleteRoute(host: Host, rest: readonly string[]): void {
  const words = new Words(rest);
  const wanted: ((entry: RouteConfig) => boolean)[] = [];
  let table: number | undefined;
  let prefix: Prefix | undefined;
  let type: string | undefined;
  let tos = 0;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'via') {
      const gateway = parseAddress(words.value('via'));
      wanted.push((entry) => entry.gateway === gateway);
    } else if (word === 'dev') {
      const device = words.value('dev');
      wanted.push((entry) => entry.device === device);
    } else if (word === 'metric') {
      const metric = words.number('metric');
      wanted.push((entry) => metric === 0 || entry.metric === metric);
    } else if (word === 'src') {
      const source = parseAddress(words.value('src'));
      wanted.push((entry) => entry.source === source);
    } else if (word === 'table') table = tableOf(words.value('table'));
    else if (word === 'tos') tos = words.number('tos', 255);
    else if (word === 'proto' || word === 'scope') words.value(word);
    else if (prefix === undefined && type === undefined && ROUTE_TYPES.includes(word)) type = word;
    else if (prefix === undefined) prefix = routePrefix(word);
    else throw new Refusal(1, `Error: either "to" is duplicate, or "${word}" is a garbage.`);
  }
  const network = prefix ?? parsePrefix('0.0.0.0/0')!;
  table ??= type === 'local' || type === 'broadcast' ? TABLE.local : TABLE.main;
  const { routes } = host.config;
  const found = [...connectedRoutes(host.config), ...routes]
    .filter(
      (entry) =>
        entry.table === table &&
        entry.tos === tos &&
        (type === undefined || entry.type === type) &&
        samePrefix(entry.prefix, network) &&
        wanted.every((test) => test(entry)),
    )
    .sort((a, b) => a.metric - b.metric || (a.since ?? 0) - (b.since ?? 0))[0];
  if (found === undefined) throw kernel('No such process');
  const at = routes.indexOf(found);
  if (at < 0) withdraw(host, found);
  else setRoutes(host, routes.toSpliced(at, 1));
}

import { parseAddress } from '../../address/address.ts';
import { type Prefix, parsePrefix } from '../../address/prefix.ts';
import type { Host } from '../../net/host.ts';
import { type RouteConfig, TABLE } from '../../net/host-config.ts';
import { connectedPlaces, indexOfPlace, samePlace, samePrefix } from './route-place.ts';
import { ROUTE_TYPES, readRoute } from './route-words.ts';
import { kernel, Refusal, setRoutes, tableOf, Words } from './words.ts';

/** `ip route add|append|replace|change|delete|flush`. */
export function route(host: Host, verb: string | undefined, rest: readonly string[]): void {
  if (verb === 'flush') {
    const words = new Words(rest);
    let table: number = TABLE.main;
    let device: string | undefined;
    for (let word = words.next(); word !== undefined; word = words.next()) {
      if (word === 'table') table = tableOf(words.value('table'));
      else if (word === 'dev') device = words.value('dev');
      else if (word !== 'cache') throw new Refusal(1, `Error: "${word}" is not modelled for ip route flush`);
      else return;
    }
    const left = host.config.routes.filter(
      (entry) => entry.table !== table || (device !== undefined && entry.device !== device),
    );
    return setRoutes(host, left);
  }
  if (verb === 'delete') return deleteRoute(host, rest);
  const added = readRoute(rest, host, (flow) => host.fib.lookup(flow));
  const { routes, changes = 0 } = host.config;
  const at = indexOfPlace(routes, added);
  if (verb === 'add' && (at >= 0 || connectedPlaces(host.config).some((place) => samePlace(place, added))))
    throw kernel('File exists');
  if (verb === 'change' && at < 0) throw kernel('No such file or directory');
  // What replaces another route takes its place.
  const old = verb === 'replace' || verb === 'change' ? routes[at] : undefined;
  if (old === undefined) setRoutes(host, routes.concat(Object.freeze({ ...added, since: changes + 1 })), changes + 1);
  else setRoutes(host, routes.with(at, Object.freeze({ ...added, since: old.since ?? 0 })), changes + 1);
}

function deleteRoute(host: Host, rest: readonly string[]): void {
  const words = new Words(rest);
  const wanted: ((entry: RouteConfig) => boolean)[] = [];
  let table: number = TABLE.main;
  let prefix: Prefix | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'via') {
      const gateway = parseAddress(words.value('via'));
      wanted.push((entry) => entry.gateway === gateway);
    } else if (word === 'dev') {
      const device = words.value('dev');
      wanted.push((entry) => entry.device === device);
    } else if (word === 'metric') {
      const metric = words.number('metric');
      wanted.push((entry) => entry.metric === metric);
    } else if (word === 'src') {
      const source = parseAddress(words.value('src'));
      wanted.push((entry) => entry.source === source);
    } else if (word === 'table') table = tableOf(words.value('table'));
    else if (word === 'tos') {
      const tos = words.number('tos', 255);
      wanted.push((entry) => entry.tos === tos);
    } else if (word === 'proto' || word === 'scope') words.value(word);
    else if (prefix === undefined && ROUTE_TYPES.includes(word)) wanted.push((entry) => entry.type === word);
    else if (prefix === undefined) {
      prefix = word === 'default' ? parsePrefix('0.0.0.0/0') : parsePrefix(word);
      if (prefix === undefined) throw new Refusal(1, `Error: any valid prefix is expected rather than "${word}".`);
    } else throw new Refusal(1, `Error: either "to" is duplicate, or "${word}" is a garbage.`);
  }
  const network = prefix ?? parsePrefix('0.0.0.0/0')!;
  const { routes } = host.config;
  const at = routes.findIndex(
    (entry) => entry.table === table && samePrefix(entry.prefix, network) && wanted.every((test) => test(entry)),
  );
  if (at < 0) throw kernel('No such process');
  setRoutes(host, routes.toSpliced(at, 1));
}

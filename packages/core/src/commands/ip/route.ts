import { type Address, parseAddress } from '../../address/address.ts';
import { type Prefix, parsePrefix, prefixOf } from '../../address/prefix.ts';
import type { Host } from '../../net/host.ts';
import { type RouteConfig, SCOPE, type Scope, TABLE } from '../../net/host-config.ts';
import type { RouteType } from '../../net/route.ts';
import { kernel, nextChange, Refusal, scopeOf, tableOf, Words } from './words.ts';

const ROUTE_TYPES: readonly string[] = [
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'unreachable',
  'prohibit',
  'blackhole',
];

/** Reads the words behind `ip route add`. Exported for scenario files, whose `routes` hold the same words. */
export function parseRoute(words: readonly string[], host: Host): RouteConfig | string {
  try {
    return readRoute(words, host);
  } catch (refusal) {
    if (refusal instanceof Refusal) return refusal.message;
    throw refusal;
  }
}

function readRoute(rest: readonly string[], host: Host): RouteConfig {
  const words = new Words(rest);
  let type: RouteType = 'unicast';
  let prefix: Prefix | undefined;
  let gateway: Address | undefined;
  let device: string | undefined;
  let source: Address | undefined;
  let metric = 0;
  let table: number | undefined;
  let tos = 0;
  let mtu: number | undefined;
  let realm: number | undefined;
  let onlink = false;
  let scope: Scope | undefined;
  const addressOf = (word: string): Address => {
    const parsed = parseAddress(word);
    if (parsed === undefined) throw new Refusal(1, `Error: any valid address is expected rather than "${word}".`);
    return parsed;
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'via') gateway = addressOf(words.value('via'));
    else if (word === 'dev') device = words.value('dev');
    else if (word === 'src') source = addressOf(words.value('src'));
    else if (word === 'metric' || word === 'preference' || word === 'priority') metric = words.number(word);
    else if (word === 'table') table = tableOf(words.value('table'));
    else if (word === 'tos' || word === 'dsfield') tos = words.number(word, 255);
    else if (word === 'mtu') mtu = words.number('mtu', 65535);
    else if (word === 'realm' || word === 'realms') realm = words.number('realm', 255);
    else if (word === 'onlink') onlink = true;
    else if (word === 'scope') scope = scopeOf(words.value('scope'));
    else if (word === 'proto' || word === 'protocol') words.value(word);
    else if (word === 'nexthop' || word === 'nhid' || word === 'encap') {
      throw new Refusal(2, `Error: ${word} is not modelled: give one gateway or device for each route`);
    } else if (prefix === undefined && ROUTE_TYPES.includes(word)) type = word as RouteType;
    else if (prefix === undefined) {
      const text = word === 'to' ? words.value('to') : word;
      prefix = text === 'default' ? parsePrefix('0.0.0.0/0') : parsePrefix(text);
      if (prefix === undefined) throw new Refusal(1, `Error: any valid prefix is expected rather than "${text}".`);
    } else throw new Refusal(1, `Error: either "to" is duplicate, or "${word}" is a garbage.`);
  }
  if (prefix === undefined) prefix = parsePrefix('0.0.0.0/0')!;
  const refuses = type === 'unreachable' || type === 'prohibit' || type === 'blackhole';
  if (gateway !== undefined && device === undefined) device = deviceTowards(host, gateway);
  if (device === undefined && type === 'local') device = 'lo';
  if (!refuses) {
    if (device === undefined) throw kernel('No such device');
    const out = host.device(device);
    if (out === undefined) throw new Refusal(1, `Cannot find device "${device}"`);
    if (!out.up) throw new Refusal(2, 'Error: Device for nexthop is not up.');
    if (gateway !== undefined && !onlink && !gatewayIsReachable(host, gateway, device))
      throw new Refusal(2, 'Error: Nexthop has invalid gateway.');
    if (gateway !== undefined && host.hasAddress(gateway)) throw new Refusal(2, 'Error: Nexthop has invalid gateway.');
  }
  if (source !== undefined && !host.hasAddress(source)) throw new Refusal(2, 'Error: Invalid prefsrc address.');
  return {
    type,
    prefix,
    table: table ?? (type === 'local' || type === 'broadcast' ? TABLE.local : TABLE.main),
    metric,
    tos,
    scope: scope ?? (type === 'local' ? 'host' : gateway !== undefined || refuses ? 'global' : 'link'),
    ...(refuses || device === undefined ? {} : { device }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(source === undefined ? {} : { source }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(realm === undefined ? {} : { realm }),
    ...(onlink ? { onlink } : {}),
  };
}

function deviceTowards(host: Host, gateway: Address): string | undefined {
  const found = host.fib.lookup({
    destination: gateway,
    source: undefined,
    tos: 0,
    mark: 0,
    inDevice: undefined,
    outDevice: undefined,
  });
  if (typeof found === 'string' || found.scope < SCOPE.link)
    throw new Refusal(2, 'Error: Nexthop has invalid gateway.');
  return found.device;
}

function gatewayIsReachable(host: Host, gateway: Address, device: string): boolean {
  const found = host.fib.lookup({
    destination: gateway,
    source: undefined,
    tos: 0,
    mark: 0,
    inDevice: undefined,
    outDevice: device,
  });
  return typeof found !== 'string' && found.type === 'unicast' && found.scope >= SCOPE.link;
}

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
    host.configure((config) => {
      config.routes = config.routes.filter(
        (entry) => entry.table !== table || (device !== undefined && entry.device !== device),
      );
    });
    return;
  }
  if (verb === 'delete') return deleteRoute(host, rest);
  const added = readRoute(rest, host);
  // Searched before the change: within it, each route that is looked at would be copied.
  const at = host.config.routes.findIndex(
    (entry) =>
      samePrefix(entry.prefix, added.prefix) &&
      entry.table === added.table &&
      entry.tos === added.tos &&
      entry.metric === added.metric,
  );
  if (verb === 'add' && (at >= 0 || connectedExists(host, added))) throw kernel('File exists');
  if (verb === 'change' && at < 0) throw kernel('No such file or directory');
  host.configure((config) => {
    const since = nextChange(config);
    // What replaces another route takes its place.
    if ((verb === 'replace' || verb === 'change') && at >= 0)
      config.routes[at] = { ...added, since: config.routes[at]!.since } as never;
    else config.routes.push({ ...added, since } as never);
  });
}

/** Whether the connected route of an address already stands where a new one would. */
function connectedExists(host: Host, added: RouteConfig): boolean {
  if (added.table !== TABLE.main || added.metric !== 0 || added.tos !== 0) return false;
  return host.config.interfaces.some(
    (device) =>
      device.up &&
      device.kind !== 'loopback' &&
      device.addresses.some(
        (entry) =>
          !entry.secondary && entry.length < 32 && samePrefix(prefixOf(entry.address, entry.length), added.prefix),
      ),
  );
}

function samePrefix(a: Prefix, b: Prefix): boolean {
  return a.network === b.network && a.length === b.length;
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
  const at = host.config.routes.findIndex(
    (entry) => entry.table === table && samePrefix(entry.prefix, network) && wanted.every((test) => test(entry)),
  );
  if (at < 0) throw kernel('No such process');
  host.configure((config) => {
    config.routes.splice(at, 1);
  });
}

import { type Address, parseAddress } from '../../address/address.ts';
import { type Prefix, parseInterfaceAddress, parsePrefix, prefixOf } from '../../address/prefix.ts';
import { type FibResult, type Flow, flowTo } from '../../net/fib-route.ts';
import type { Host } from '../../net/host.ts';
import { type RouteConfig, SCOPE, type Scope, TABLE } from '../../net/host-config.ts';
import { isRefusal, type RouteType } from '../../net/route.ts';
import { kernel, Refusal, scopeOf, tableOf, Words } from './words.ts';

/** Words that may stand before the prefix. */
export const ROUTE_TYPES: readonly string[] = [
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'unreachable',
  'prohibit',
  'blackhole',
  'throw',
];

/** Words about a route's TCP connections, of which there are none here, each with a value. */
const TCP_METRICS: readonly string[] = ['advmss', 'window', 'initcwnd', 'initrwnd', 'cwnd', 'ssthresh', 'reordering'];

const BAD_GATEWAY = 'Error: Nexthop has invalid gateway.';

/** By rules, or in one table. */
type Lookup = (flow: Flow, table?: number) => FibResult;

/**
 * Reads the words behind `ip route add`.
 * @param lookup looks into the routes of that moment: a gateway must be reachable by them
 * @throws Refusal
 */
export function readRoute(rest: readonly string[], host: Host, lookup: Lookup): RouteConfig {
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
  let mtuLocked = false;
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
    else if (word === 'mtu') {
      const isLocked = words.peek() === 'lock';
      if (isLocked) words.next();
      mtu = words.number('mtu', 65535);
      mtuLocked = isLocked;
    } else if (TCP_METRICS.includes(word)) words.number(word);
    else if (word === 'realm' || word === 'realms') realm = words.number('realm', 255);
    else if (word === 'onlink') onlink = true;
    else if (word === 'scope') scope = scopeOf(words.value('scope'));
    else if (word === 'proto' || word === 'protocol') words.value(word);
    else if (word === 'nexthop' || word === 'nhid' || word === 'encap') {
      throw new Refusal(2, `Error: ${word} is not modelled: give one gateway or device for each route`);
    } else if (prefix === undefined && ROUTE_TYPES.includes(word)) type = word as RouteType;
    else if (prefix === undefined) {
      const text = word === 'to' ? words.value('to') : word;
      prefix = routePrefix(text);
    } else throw new Refusal(1, `Error: either "to" is duplicate, or "${word}" is a garbage.`);
  }
  if (prefix === undefined) prefix = parsePrefix('0.0.0.0/0')!;
  const refuses = isRefusal(type);
  if (refuses && (gateway !== undefined || device !== undefined))
    throw new Refusal(2, 'Error: Gateway, device and multipath can not be specified for this route type.');
  if (gateway !== undefined && !onlink && !refuses) {
    if (scope === 'host') throw new Refusal(2, 'Error: Route with host scope can not have a gateway.');
    if (device !== undefined && host.device(device) === undefined)
      throw new Refusal(1, `Cannot find device "${device}"`);
    device = deviceTowards(lookup, gateway, device, SCOPE[scope ?? 'global'], table);
  }
  if (!refuses) {
    if (device === undefined) throw kernel('No such device');
    const out = host.device(device);
    if (out === undefined) throw new Refusal(1, `Cannot find device "${device}"`);
    if (!out.up) throw new Refusal(2, 'Error: Device for nexthop is not up.');
    if (gateway !== undefined && onlink && host.addressType(gateway) !== 'unicast') throw new Refusal(2, BAD_GATEWAY);
  }
  if (source !== undefined && host.addressType(source) !== 'local')
    throw new Refusal(2, 'Error: Invalid prefsrc address.');
  return Object.freeze({
    type,
    prefix: Object.freeze(prefix),
    table: table ?? (type === 'local' || type === 'broadcast' ? TABLE.local : TABLE.main),
    metric,
    tos,
    scope: scope ?? (type === 'local' ? 'host' : gateway !== undefined || refuses ? 'global' : 'link'),
    ...(refuses || device === undefined ? {} : { device }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(source === undefined ? {} : { source }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(mtuLocked ? { mtuLocked } : {}),
    ...(realm === undefined ? {} : { realm }),
    ...(onlink ? { onlink } : {}),
  });
}

/** The network behind `ip route add`; the kernel takes none with bits of hosts. */
export function routePrefix(text: string): Prefix {
  if (text === 'default') return parsePrefix('0.0.0.0/0')!;
  const parsed = parseInterfaceAddress(text);
  if (parsed === undefined) throw new Refusal(1, `Error: any valid prefix is expected rather than "${text}".`);
  const prefix = prefixOf(parsed.address, parsed.length);
  if (prefix.network !== parsed.address) throw new Refusal(2, 'Error: Invalid prefix for given prefix length.');
  return prefix;
}

/**
 * The device by which a gateway is reached (`fib_check_nh_v4_gw`): by a route that is narrower than the one that it is for,
 * and no wider than a link. One that is the host itself says that the network is on its link.
 */
function deviceTowards(
  lookup: Lookup,
  gateway: Address,
  device: string | undefined,
  scope: number,
  table: number | undefined,
): string | undefined {
  const flow = { ...flowTo(gateway, device), scope: Math.max(scope + 1, SCOPE.link) };
  // The table that the route is for comes first, unless that is the main one.
  let found: FibResult = table === undefined || table === TABLE.main ? 'none' : lookup(flow, table);
  if (typeof found === 'string') found = lookup(flow);
  if (typeof found === 'string' || (found.type !== 'unicast' && found.type !== 'local'))
    throw new Refusal(2, BAD_GATEWAY);
  return found.device;
}

import type { Address } from '../address/address.ts';
import { familyOf, formatAddress, parseAddress } from '../address/address.ts';
import {
  networkOf,
  type Prefix,
  parseInterfaceAddress,
  parsePrefix,
  prefixContains,
  prefixOf,
} from '../address/prefix.ts';
import type { Host, MutableHostConfig } from '../net/host.ts';
import { type RouteConfig, type RuleConfig, SCOPE, type Scope, TABLE } from '../net/host-config.ts';
import type { RouteType } from '../net/route.ts';
import { type CommandResult, fail, succeed } from './command.ts';

/** A refusal of `ip`: its status (1 for words it does not know, 2 for what the kernel refuses) and its message. */
class Refusal {
  readonly status: number;
  readonly message: string;
  constructor(status: number, message: string) {
    this.status = status;
    this.message = message;
  }
}

const kernel = (message: string): Refusal => new Refusal(2, `RTNETLINK answers: ${message}`);

/**
 * The commands of iproute2 that change a host: `ip addr add|del|flush`, `ip link add|del|set`, `ip route
 * add|del|replace|flush`, `ip rule add|del`. Each is one edit of the immutable configuration.
 */
export function runIp(host: Host, argv: readonly string[]): CommandResult {
  const words = argv.slice(1);
  while (words[0] === '-4' || words[0] === '-family') words.splice(0, words[0] === '-4' ? 1 : 2);
  const [object, verb, ...rest] = words;
  try {
    switch (abbreviated(object, ['address', 'link', 'route', 'rule'])) {
      case 'address':
        address(host, abbreviated(verb, ['add', 'change', 'replace', 'delete', 'flush']), rest);
        break;
      case 'link':
        link(host, abbreviated(verb, ['add', 'set', 'delete']), rest);
        break;
      case 'route':
        route(host, abbreviated(verb, ['add', 'append', 'replace', 'change', 'delete', 'flush']), rest);
        break;
      case 'rule':
        rule(host, abbreviated(verb, ['add', 'delete', 'flush']), rest);
        break;
      default:
        throw new Refusal(1, `Object "${object ?? ''}" is unknown, try "ip help".`);
    }
  } catch (refusal) {
    if (refusal instanceof Refusal) return fail(refusal.status, refusal.message);
    throw refusal;
  }
  return succeed();
}

/** iproute2 takes any beginning of a word; the first in its list wins. */
function abbreviated(word: string | undefined, list: readonly string[]): string | undefined {
  return word === undefined || word === '' ? undefined : list.find((full) => full.startsWith(word));
}

/** Words in pairs, `dev eth0`, and single ones. */
class Words {
  readonly #words: readonly string[];
  #at = 0;
  constructor(words: readonly string[]) {
    this.#words = words;
  }
  next(): string | undefined {
    return this.#words[this.#at++];
  }
  value(of: string): string {
    const word = this.next();
    if (word === undefined) throw new Refusal(255, `Command line is not complete. Try option "help" (${of})`);
    return word;
  }
  number(of: string, max = 0xffffffff): number {
    const word = this.value(of);
    const number = /^(0x[0-9a-fA-F]+|\d+)$/.test(word) ? Number(word) : Number.NaN;
    if (!(number <= max)) throw new Refusal(1, `Error: argument "${word}" is wrong: invalid ${of}`);
    return number;
  }
}

type MutableInterface = MutableHostConfig['interfaces'][number];

function deviceIn(config: MutableHostConfig, name: string | undefined): MutableInterface {
  const found = config.interfaces.find((entry) => entry.name === name);
  if (found === undefined) throw new Refusal(1, `Cannot find device "${name ?? ''}"`);
  return found;
}

function address(host: Host, verb: string | undefined, rest: readonly string[]): void {
  const words = new Words(rest);
  let local: string | undefined;
  let device: string | undefined;
  let scope: Scope | undefined;
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'dev') device = words.value('dev');
    else if (word === 'scope') scope = scopeOf(words.value('scope'));
    else if (word === 'local') local = words.value('local');
    else if (word === 'brd' || word === 'broadcast' || word === 'label') words.value(word);
    else if (local === undefined) local = word;
    else throw new Refusal(255, `Error: either "local" is duplicate, or "${word}" is a garbage.`);
  }
  if (verb === 'flush') {
    host.configure((config) => {
      const target = deviceIn(config, device);
      target.addresses = [];
      flushDeviceRoutes(config, target.name);
    });
    return;
  }
  const parsed = local === undefined ? undefined : parseInterfaceAddress(local);
  if (parsed === undefined) throw new Refusal(1, `Error: any valid prefix is expected rather than "${local ?? ''}".`);
  if (device === undefined) throw new Refusal(255, 'Not enough information: "dev" argument is required.');
  if (verb === 'add' || verb === 'replace' || verb === 'change') {
    host.configure((config) => {
      const target = deviceIn(config, device);
      if (target.addresses.some((entry) => entry.address === parsed.address && entry.length === parsed.length)) {
        if (verb === 'add') throw kernel('File exists');
        return;
      }
      target.addresses.push({
        ...parsed,
        scope: scope ?? defaultScope(parsed.address),
        secondary: isSecondary(target, parsed),
      });
    });
  } else if (verb === 'delete') {
    host.configure((config) => {
      const target = deviceIn(config, device);
      const at = target.addresses.findIndex(
        (entry) => entry.address === parsed.address && (!local!.includes('/') || entry.length === parsed.length),
      );
      if (at < 0) throw kernel('Cannot assign requested address');
      const [gone] = target.addresses.splice(at, 1);
      // Without promote_secondaries the rest of its network goes with a primary address.
      if (!gone!.secondary) {
        const network = prefixOf(gone!.address as Address, gone!.length);
        target.addresses = target.addresses.filter(
          (entry) =>
            !(entry.secondary && entry.length === gone!.length && prefixContains(network, entry.address as Address)),
        );
      }
      const kept = new Set(config.interfaces.flatMap((entry) => entry.addresses.map((one) => one.address)));
      config.routes = config.routes.filter((entry) => entry.source === undefined || kept.has(entry.source));
      if (target.addresses.length === 0) flushDeviceRoutes(config, target.name);
    });
  } else throw new Refusal(255, `Command "${verb ?? ''}" is unknown, try "ip address help".`);
}

/** Whether an earlier address of the device covers the same network (`IFA_F_SECONDARY`). */
export function isSecondary(
  device: {
    readonly addresses: readonly { readonly address: unknown; readonly length: number; readonly secondary: boolean }[];
  },
  added: { readonly address: Address; readonly length: number },
): boolean {
  return device.addresses.some(
    (entry) =>
      !entry.secondary &&
      entry.length === added.length &&
      networkOf(entry.address as Address, entry.length) === networkOf(added.address, added.length),
  );
}

function defaultScope(address: Address): Scope {
  return formatAddress(address).startsWith('127.') ? 'host' : 'global';
}

function scopeOf(word: string): Scope {
  const found =
    word in SCOPE ? (word as Scope) : (Object.keys(SCOPE) as Scope[]).find((name) => String(SCOPE[name]) === word);
  if (found === undefined) throw new Refusal(1, `Error: argument "${word}" is wrong: invalid scope value.`);
  return found;
}

function flushDeviceRoutes(config: MutableHostConfig, device: string): void {
  config.routes = config.routes.filter((entry) => entry.device !== device);
}

function link(host: Host, verb: string | undefined, rest: readonly string[]): void {
  const words = new Words(rest);
  let name: string | undefined;
  let kind: string | undefined;
  const changes: ((device: MutableInterface, config: MutableHostConfig) => void)[] = [];
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'dev' || word === 'name') name = words.value(word);
    else if (word === 'type') kind = words.value('type');
    else if (word === 'up') {
      changes.push((device) => {
        device.up = true;
        device.wasUp = true;
      });
    } else if (word === 'down') {
      changes.push((device, config) => {
        if (device.up) flushDeviceRoutes(config, device.name);
        device.up = false;
      });
    } else if (word === 'mtu') {
      const mtu = words.number('mtu', 65536);
      if (mtu < 68) throw kernel('Invalid argument');
      changes.push((device) => {
        device.mtu = mtu;
      });
    } else if (word === 'group') {
      const group = words.value('group');
      const number = group === 'default' ? 0 : Number(group);
      if (!Number.isInteger(number)) throw new Refusal(1, 'Error: argument "group" is wrong: Invalid "group" value');
      changes.push((device) => {
        device.group = number;
      });
    } else if (name === undefined) name = word;
    else throw new Refusal(1, `Error: either "dev" is duplicate, or "${word}" is a garbage.`);
  }
  if (name === undefined) throw new Refusal(255, 'Not enough information: "dev" argument is required.');
  if (verb === 'add') {
    if (kind !== 'dummy')
      throw new Refusal(2, `Error: Unknown device type "${kind ?? ''}": only dummy devices can be added.`);
    if (name.length > 15 || /[\s/]/.test(name))
      throw new Refusal(255, `Error: argument "${name}" is wrong: "name" not a valid ifname`);
    host.configure((config) => {
      if (config.interfaces.some((entry) => entry.name === name)) throw kernel('File exists');
      const device = {
        name: name!,
        kind: 'dummy' as const,
        up: false,
        wasUp: false,
        mtu: 1500,
        group: 0,
        addresses: [],
      };
      for (const change of changes) change(device, config);
      config.interfaces.push(device);
    });
  } else if (verb === 'delete') {
    host.configure((config) => {
      const device = deviceIn(config, name);
      if (device.kind !== 'dummy') throw kernel('Operation not supported');
      config.interfaces = config.interfaces.filter((entry) => entry.name !== name);
      flushDeviceRoutes(config, name!);
    });
  } else if (verb === 'set') {
    host.configure((config) => {
      const device = deviceIn(config, name);
      for (const change of changes) change(device, config);
    });
  } else throw new Refusal(255, `Command "${verb ?? ''}" is unknown, try "ip link help".`);
}

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

function tableOf(word: string): number {
  if (word in TABLE) return TABLE[word as keyof typeof TABLE];
  const number = Number(word);
  if (!Number.isInteger(number) || number < 1 || number > 0xffffffff)
    throw new Refusal(1, `Error: argument "${word}" is wrong: table id value is invalid`);
  return number;
}

function route(host: Host, verb: string | undefined, rest: readonly string[]): void {
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
  host.configure((config) => {
    const same = (entry: { prefix: unknown; table: number; tos: number; metric: number }): boolean =>
      samePrefix(entry.prefix as Prefix, added.prefix) &&
      entry.table === added.table &&
      entry.tos === added.tos &&
      entry.metric === added.metric;
    const at = config.routes.findIndex(same);
    if (verb === 'add' && (at >= 0 || connectedExists(host, added))) throw kernel('File exists');
    if (verb === 'change' && at < 0) throw kernel('No such file or directory');
    if ((verb === 'replace' || verb === 'change') && at >= 0) config.routes[at] = added as never;
    else config.routes.push(added as never);
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
  host.configure((config) => {
    const at = config.routes.findIndex((entry) => {
      const route = entry as unknown as RouteConfig;
      return route.table === table && samePrefix(route.prefix, network) && wanted.every((test) => test(route));
    });
    if (at < 0) throw kernel('No such process');
    config.routes.splice(at, 1);
  });
}

function rule(host: Host, verb: string | undefined, rest: readonly string[]): void {
  if (verb === 'flush') {
    host.configure((config) => {
      config.rules = config.rules.filter((entry) => entry.priority === 0);
    });
    return;
  }
  const words = new Words(rest);
  let priority: number | undefined;
  let from: Prefix | undefined;
  let to: Prefix | undefined;
  let mark: RuleConfig['mark'];
  let inDevice: string | undefined;
  let outDevice: string | undefined;
  let tos = 0;
  let not = false;
  let action: RuleConfig['action'] | undefined;
  const prefixOfWord = (word: string): Prefix | undefined => {
    if (word === 'all' || word === 'any' || word === 'default') return undefined;
    const parsed = parsePrefix(word);
    if (parsed === undefined || familyOf(parsed.network) !== 'ipv4')
      throw new Refusal(1, `Error: any valid prefix is expected rather than "${word}".`);
    return parsed;
  };
  for (let word = words.next(); word !== undefined; word = words.next()) {
    if (word === 'from') from = prefixOfWord(words.value('from'));
    else if (word === 'to') to = prefixOfWord(words.value('to'));
    else if (word === 'not') not = true;
    else if (word === 'pref' || word === 'preference' || word === 'priority' || word === 'order')
      priority = words.number(word);
    else if (word === 'fwmark') {
      const [value, mask] = words.value('fwmark').split('/');
      const bits = Number(mask ?? 0xffffffff) >>> 0;
      mark = { value: (Number(value) & bits) >>> 0, mask: bits };
    } else if (word === 'iif' || word === 'dev') inDevice = words.value(word);
    else if (word === 'oif') outDevice = words.value('oif');
    else if (word === 'tos' || word === 'dsfield') tos = words.number(word, 255);
    else if (word === 'table' || word === 'lookup') action = { kind: 'table', table: tableOf(words.value(word)) };
    else if (word === 'unreachable' || word === 'prohibit' || word === 'blackhole') action = { kind: word };
    else throw new Refusal(1, `Error: "${word}" is not modelled for ip rule`);
  }
  const made: Omit<RuleConfig, 'priority' | 'action'> = {
    tos,
    not,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(mark === undefined ? {} : { mark }),
    ...(inDevice === undefined ? {} : { inDevice }),
    ...(outDevice === undefined ? {} : { outDevice }),
  };
  if (verb === 'add') {
    host.configure((config) => {
      // Without a priority a rule goes before all but the first (`fib_default_rule_pref`).
      const at = priority ?? Math.max(0, (config.rules[1]?.priority ?? 1) - 1);
      const added = { ...made, priority: at, action: action ?? { kind: 'table' as const, table: TABLE.main } };
      const index = config.rules.findIndex((entry) => entry.priority > at);
      config.rules.splice(index < 0 ? config.rules.length : index, 0, added as never);
    });
  } else if (verb === 'delete') {
    const text = JSON.stringify(made);
    host.configure((config) => {
      const at = config.rules.findIndex((entry) => {
        const { priority: own, action: does, ...tests } = entry as unknown as RuleConfig;
        if (priority !== undefined && own !== priority) return false;
        if (action !== undefined && JSON.stringify(does) !== JSON.stringify(action)) return false;
        return (
          (priority !== undefined && Object.keys(made).length === 2) || JSON.stringify({ ...made, ...tests }) === text
        );
      });
      if (at < 0) throw kernel('No such file or directory');
      config.rules.splice(at, 1);
    });
  } else throw new Refusal(255, `Command "${verb ?? ''}" is unknown, try "ip rule help".`);
}

import type { Address } from '../address/address.ts';
import { familyOf } from '../address/address.ts';
import { type Ipv4Address, ipv4FromBits, ipv4Mask, ipv4ToBits, isZeroNet } from '../address/ipv4.ts';
import { networkOf, prefixContains, prefixOf } from '../address/prefix.ts';
import { type HostConfig, type InterfaceConfig, type RuleConfig, SCOPE, TABLE } from './host-config.ts';
import type { RouteType } from './route.ts';

/** What is known of a packet when a route is asked for (`struct flowi4`). */
export interface Flow {
  readonly destination: Address;
  readonly source: Address | undefined;
  readonly tos: number;
  readonly mark: number;
  readonly inDevice: string | undefined;
  readonly outDevice: string | undefined;
}

/** One route of one table, ready to be looked up (`struct fib_alias` with its `fib_info`). */
export interface FibRoute {
  readonly type: RouteType;
  readonly network: Address;
  readonly length: number;
  readonly metric: number;
  readonly tos: number;
  readonly device: string | undefined;
  readonly gateway: Address | undefined;
  readonly source: Address | undefined;
  readonly mtu: number | undefined;
  readonly realm: number;
  /** `RT_SCOPE_*` number of the route. */
  readonly scope: number;
}

/**
 * A route, or how the look-up failed: `unreachable`, `prohibit`, `blackhole` by a route or rule, `none` without any. To a
 * rule that says `unreachable`, Linux answers as if there were no route.
 */
export type FibResult = FibRoute | 'unreachable' | 'prohibit' | 'blackhole' | 'none';

/** The networks of one prefix length, by their bits as a signed integer, which Maps find without unboxing a number. */
interface Level {
  readonly length: number;
  readonly mask: number;
  readonly networks: Map<number, FibRoute[]>;
}

class FibTable {
  /** One for each prefix length in use, longest first. */
  readonly #levels: Level[] = [];

  add(route: FibRoute): void {
    const { length } = route;
    let level = this.#levels.find((other) => other.length === length);
    if (level === undefined) {
      level = { length, mask: ipv4Mask(length), networks: new Map() };
      this.#levels.push(level);
      this.#levels.sort((a, b) => b.length - a.length);
    }
    const key = ipv4ToBits(route.network as Ipv4Address) & level.mask;
    const list = level.networks.get(key);
    if (list === undefined) level.networks.set(key, [route]);
    else {
      // Higher TOS first, then smaller metric (`fib_find_alias`); later ones of both equal come later.
      const at = list.findIndex(
        (other) => other.tos < route.tos || (other.tos === route.tos && other.metric > route.metric),
      );
      list.splice(at < 0 ? list.length : at, 0, route);
    }
  }

  /** Longest prefix first; within one, the first that fits TOS and device (`fib_table_lookup`). */
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
        if (route.type === 'unreachable' || route.type === 'prohibit' || route.type === 'blackhole') return route;
        if (!usable(route)) continue;
        if (flow.outDevice !== undefined && route.device !== flow.outDevice) continue;
        return route;
      }
    }
    return undefined;
  }
}

/** Destinations whose routes are remembered; a power of two. */
const REMEMBERED = 1024;

interface CompiledRule {
  readonly rule: RuleConfig;
  readonly isPlain: boolean;
}

/**
 * The forwarding information base that follows from a configuration: what addresses bring (local, connected, broadcast
 * routes) and what was added, in tables, chosen by rules. Immutable; {@link fibOf} makes one for each configuration.
 */
export class Fib {
  readonly #tables = new Map<number, FibTable>();
  readonly #rules: readonly CompiledRule[];
  /**
   * Whether a look-up without a device to leave by depends on the destination alone; answers are then remembered, in a
   * table where the latest of a place stays.
   */
  readonly #byDestination: boolean;
  readonly #remembered: Int32Array = new Int32Array(REMEMBERED);
  readonly #answers: (FibResult | undefined)[] = new Array<undefined>(REMEMBERED).fill(undefined);
  /** The bits of {@link addresses}, as signed integers. */
  readonly #addressBits = new Set<number>();
  /** Addresses of this host, on devices up or down (`inet_lookup_ifaddr_rcu`), with their device. */
  readonly addresses: ReadonlyMap<Address, string>;
  /** Whether `ip rule` was used: source validation then looks closer (`fib4_has_custom_rules`). */
  readonly hasCustomRules: boolean;
  readonly hasCustomLocalRoutes: boolean;

  constructor(config: HostConfig) {
    this.#byDestination = config.rules.every(isPlain) && config.routes.every((route) => route.tos === 0);
    this.#rules = config.rules.map((rule) => ({ rule, isPlain: isPlain(rule) }));
    this.hasCustomRules = config.rules.some(
      (rule) => rule.priority !== 0 && rule.priority !== 32766 && rule.priority !== 32767,
    );
    this.hasCustomLocalRoutes = config.routes.some((route) => route.type === 'local' || route.table === TABLE.local);
    const addresses = new Map<Address, string>();
    const up = new Set<string>();
    // In the order of time: where two routes are otherwise equal, the older one counts.
    const additions: { readonly since: number; readonly add: () => void }[] = [];
    for (const device of config.interfaces) {
      if (device.up) up.add(device.name);
      for (const { address, length, secondary, since = 0 } of device.addresses) {
        if (familyOf(address) !== 'ipv4') continue;
        this.#addressBits.add(ipv4ToBits(address as Ipv4Address) | 0);
        const entry = {
          address: address as Ipv4Address,
          length,
          primary: secondary ? primaryOf(device, address, length) : undefined,
        };
        additions.push({
          since,
          add: () => {
            // Of an address that several devices have, the newest is found first.
            addresses.set(address, device.name);
            this.#addLocal(device.name, entry);
          },
        });
        if (!device.up || secondary) continue;
        additions.push({
          since: Math.max(since, device.upSince ?? 0),
          add: () => this.#addConnected(device.name, device.kind === 'loopback', entry),
        });
      }
    }
    this.addresses = addresses;
    for (const route of config.routes) {
      if (familyOf(route.prefix.network) !== 'ipv4') continue;
      if (route.device !== undefined && !up.has(route.device) && route.type === 'unicast') continue;
      additions.push({
        since: route.since ?? 0,
        add: () =>
          this.#table(route.table).add({
            type: route.type,
            network: route.prefix.network,
            length: route.prefix.length,
            metric: route.metric,
            tos: route.tos,
            device: route.device,
            gateway: route.gateway,
            source: route.source,
            mtu: route.mtu,
            realm: route.realm ?? 0,
            scope: SCOPE[route.scope],
          }),
      });
    }
    for (const { add } of additions.sort((a, b) => a.since - b.since)) add();
  }

  /** The route that an address brings on a device up or down (`fib_add_ifaddr`). */
  #addLocal(device: string, { address, primary }: AddressEntry): void {
    // To a secondary address one talks from the primary one of its network.
    this.#table(TABLE.local).add({
      ...ofAddress(device, primary ?? address),
      type: 'local',
      network: address,
      length: 32,
      scope: SCOPE.host,
    });
  }

  /** The routes that a primary address brings besides, while its device is up (`fib_add_ifaddr`). */
  #addConnected(device: string, loopback: boolean, { address, length }: AddressEntry): void {
    const local = this.#table(TABLE.local);
    const common = ofAddress(device, address);
    const network = prefixOf(address, length).network as Ipv4Address;
    if (isZeroNet(network) || (network === address && length === 32)) return;
    if (loopback) local.add({ ...common, type: 'local', network, length, scope: SCOPE.host });
    else this.#table(TABLE.main).add({ ...common, type: 'unicast', network, length, scope: SCOPE.link });
    if (length < 31) {
      const broadcast = ipv4FromBits(ipv4ToBits(network) | ~ipv4Mask(length));
      local.add({ ...common, type: 'broadcast', network: broadcast, length: 32, scope: SCOPE.link });
    }
  }

  #table(number: number): FibTable {
    let table = this.#tables.get(number);
    if (table === undefined) this.#tables.set(number, (table = new FibTable()));
    return table;
  }

  /** Whether an address belongs to this host. */
  hasAddress(address: Address): boolean {
    return typeof address === 'number' && this.#addressBits.has(ipv4ToBits(address as Ipv4Address) | 0);
  }

  /** Whether look-ups without a device to leave by depend on the destination alone. */
  get isByDestination(): boolean {
    return this.#byDestination;
  }

  /** The first route that rules and tables give (`fib_lookup`). */
  lookup(flow: Flow): FibResult {
    if (!this.#byDestination || flow.outDevice !== undefined) return this.#search(flow);
    const bits = ipv4ToBits(flow.destination as Ipv4Address) | 0;
    const place = (Math.imul(bits, 0x9e3779b1) >>> 16) & (REMEMBERED - 1);
    const known = this.#remembered[place] === bits ? this.#answers[place] : undefined;
    if (known !== undefined) return known;
    const result = this.#search(flow);
    this.#remembered[place] = bits;
    this.#answers[place] = result;
    return result;
  }

  #search(flow: Flow): FibResult {
    const rules = this.#rules;
    for (let i = 0; i < rules.length; i++) {
      const { rule, isPlain } = rules[i]!;
      if (!isPlain && matches(rule, flow) === rule.not) continue;
      if (rule.action.kind === 'unreachable') return 'none';
      if (rule.action.kind !== 'table') return rule.action.kind;
      const route = this.#tables.get(rule.action.table)?.lookup(flow, always);
      if (route === undefined) continue;
      if (route.type === 'unreachable' || route.type === 'prohibit' || route.type === 'blackhole') return route.type;
      return route;
    }
    return 'none';
  }

  /** What the local table alone says of an address (`inet_addr_type`): only it decides `-m addrtype`. */
  localType(address: Address, device: string | undefined): FibRoute | undefined {
    if (familyOf(address) !== 'ipv4') return undefined;
    return this.#tables
      .get(TABLE.local)
      ?.lookup(
        { destination: address, source: undefined, tos: 0, mark: 0, inDevice: undefined, outDevice: undefined },
        (route) => device === undefined || route.device === device,
      );
  }
}

/** An address of a device; a secondary one has a primary one beside it. */
interface AddressEntry {
  readonly address: Ipv4Address;
  readonly length: number;
  readonly primary: Address | undefined;
}

/** What all routes of an address have in common. */
function ofAddress(device: string, source: Address) {
  return { metric: 0, tos: 0, device, gateway: undefined, source, mtu: undefined, realm: 0 };
}

function always(): boolean {
  return true;
}

/** Whether a rule holds for every packet, as those do that every host has from the start. */
function isPlain(rule: RuleConfig): boolean {
  return (
    !rule.not &&
    (rule.from === undefined || rule.from.length === 0) &&
    (rule.to === undefined || rule.to.length === 0) &&
    rule.tos === 0 &&
    rule.mark === undefined &&
    rule.inDevice === undefined &&
    rule.outDevice === undefined
  );
}

function matches(rule: RuleConfig, flow: Flow): boolean {
  if (
    rule.from !== undefined &&
    rule.from.length > 0 &&
    (flow.source === undefined || !prefixContains(rule.from, flow.source))
  )
    return false;
  if (rule.to !== undefined && rule.to.length > 0 && !prefixContains(rule.to, flow.destination)) return false;
  if (rule.tos !== 0 && rule.tos !== flow.tos) return false;
  if (rule.mark !== undefined && (flow.mark & rule.mark.mask) >>> 0 !== rule.mark.value) return false;
  if (rule.inDevice !== undefined && rule.inDevice !== (flow.inDevice ?? 'lo')) return false;
  if (rule.outDevice !== undefined && rule.outDevice !== flow.outDevice) return false;
  return true;
}

const compiled = new WeakMap<HostConfig, Fib>();

/** The FIB of a configuration, made once. */
export function fibOf(config: HostConfig): Fib {
  let fib = compiled.get(config);
  if (fib === undefined) compiled.set(config, (fib = new Fib(config)));
  return fib;
}

/** The address of a device that a secondary one stands beside (`inet_ifa_byprefix`). */
function primaryOf(device: InterfaceConfig, address: Address, length: number): Address {
  const network = networkOf(address, length);
  const primary = device.addresses.find(
    (entry) => entry.length === length && networkOf(entry.address, length) === network,
  );
  return primary?.address ?? address;
}

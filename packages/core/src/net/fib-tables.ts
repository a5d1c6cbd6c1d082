import type { Address } from '../address/address.ts';
import { familyOf } from '../address/address.ts';
import { type Ipv4Address, ipv4FromBits, ipv4Mask, ipv4ToBits, isZeroNet } from '../address/ipv4.ts';
import { networkOf } from '../address/prefix.ts';
import type { AddressRange } from './fib-ranges.ts';
import type { FibResult, Flow } from './fib-route.ts';
import { type FibRule, matches } from './fib-rule.ts';
import { type FibAlias, FibTable } from './fib-table.ts';
import { type HostConfig, type InterfaceConfig, type RouteConfig, SCOPE, TABLE } from './host-config.ts';
import { isRefusal, type RouteType } from './route.ts';

/**
 * All routing tables of a host: what its addresses bring (local, connected, broadcast routes) and what was added. They
 * follow the routes of one configuration after the other, so that one more route is not paid for with all the others.
 */
export class FibTables {
  readonly #tables = new Map<number, FibTable>();
  /** Devices that are up: a unicast route by another one counts for nothing. */
  readonly #up = new Set<string>();
  #withTos = 0;
  #customLocal = 0;
  #withRealm = 0;

  constructor(config: HostConfig) {
    for (const device of config.interfaces) {
      if (device.up) this.#up.add(device.name);
      for (const address of device.addresses) {
        if (familyOf(address.address) === 'ipv4') this.#addAddress(device, address);
      }
    }
    for (const route of config.routes) this.add(route);
  }

  /** The table of this number, if it ever had a route. */
  get(number: number): FibTable | undefined {
    return this.#tables.get(number);
  }

  /** The first route that rules give. */
  lookup(rules: readonly FibRule[], flow: Flow): FibResult {
    for (let i = 0; i < rules.length; i++) {
      const { rule, isPlain } = rules[i]!;
      if (!isPlain && matches(rule, flow) === rule.not) continue;
      if (rule.action.kind === 'unreachable') return 'none';
      if (rule.action.kind !== 'table') return rule.action.kind;
      const found = this.lookupIn(rule.action.table, flow);
      if (found !== 'none') return found;
    }
    return 'none';
  }

  /** The first route of one table; who throws says that there is none here. */
  lookupIn(table: number, flow: Flow): FibResult {
    const route = this.#tables.get(table)?.lookup(flow, always);
    if (route === undefined || route.type === 'throw') return 'none';
    return isRefusal(route.type) ? route.type : route;
  }

  /** How many networks have a route, table by table. */
  get networkCount(): number {
    let count = 0;
    for (const table of this.#tables.values()) count += table.networkCount;
    return count;
  }

  /** The networks that have a route in any table; one may come several times. */
  *networks(): IterableIterator<AddressRange> {
    for (const table of this.#tables.values()) yield* table.networks();
  }

  /** Whether `ip route` gave a route to some TOS alone. */
  get knowTos(): boolean {
    return this.#withTos > 0;
  }

  /** Whether `ip route` added local routes (`fib_has_custom_local_routes`). */
  get haveCustomLocalRoutes(): boolean {
    return this.#customLocal > 0;
  }

  /** Whether `ip route` gave a route a realm (`fib_num_tclassid_users`). */
  get knowRealms(): boolean {
    return this.#withRealm > 0;
  }

  /** Adds what `ip route` added last. */
  add(route: RouteConfig): void {
    this.#count(route, 1);
    if (this.#isUsed(route)) this.#table(route.table).add(aliasOf(route));
  }

  /**
   * Makes these tables those of `next`, the routes of which are others than the ones they were made of; false if that
   * is not possible: they are of no use then. Precondition: the interfaces are the same.
   */
  follow(previous: readonly RouteConfig[], next: readonly RouteConfig[]): boolean {
    let i = 0;
    let j = 0;
    let removed = 0;
    while (i < previous.length) {
      const old = previous[i]!;
      if (j < next.length && next[j] === old) j++;
      else if (j < next.length && previous[i + 1] === next[j + 1]) {
        if (!this.#replace(old, next[j++]!)) return false;
      } else {
        // With little left of them, new ones are made sooner.
        if (++removed > next.length) return false;
        this.#remove(old);
      }
      i++;
    }
    for (; j < next.length; j++) this.add(next[j]!);
    return true;
  }

  #remove(route: RouteConfig): void {
    this.#count(route, -1);
    if (this.#isUsed(route)) this.#tables.get(route.table)?.remove(route);
  }

  #replace(old: RouteConfig, route: RouteConfig): boolean {
    if (!this.#isUsed(old) || !this.#isUsed(route)) return false;
    this.#count(old, -1);
    this.#count(route, 1);
    return this.#tables.get(route.table)?.replace(old, aliasOf(route)) === true;
  }

  #count(route: RouteConfig, by: 1 | -1): void {
    if (route.tos !== 0) this.#withTos += by;
    if (route.realm !== undefined && route.realm !== 0) this.#withRealm += by;
    if (route.type === 'local') this.#customLocal += by;
  }

  #isUsed(route: RouteConfig): boolean {
    if (familyOf(route.prefix.network) !== 'ipv4') return false;
    return route.device === undefined || this.#up.has(route.device) || route.type !== 'unicast';
  }

  /** The routes that an address brings (`fib_add_ifaddr`): one whether its device is up or down, the rest while it is up. */
  #addAddress(device: InterfaceConfig, entry: InterfaceConfig['addresses'][number]): void {
    const address = entry.address as Ipv4Address;
    const { length, secondary, since = 0 } = entry;
    // To a secondary address one talks from the primary one of its network.
    const source = secondary ? primaryOf(device, address, length) : address;
    const add = (table: number, type: RouteType, network: Address, length: number, from: number): void => {
      const scope = type === 'local' ? 'host' : 'link';
      const prefix = { network, length };
      const route = {
        type,
        prefix,
        table,
        metric: 0,
        tos: 0,
        device: device.name,
        source,
        scope,
        since: from,
      } as const;
      this.#table(table).add(aliasOf(route));
    };
    add(TABLE.local, 'local', address, 32, since);
    if (!device.up || secondary) return;
    const network = networkOf(address, length) as Ipv4Address;
    if (isZeroNet(network) || (network === address && length === 32)) return;
    const from = Math.max(since, device.upSince ?? 0);
    if (entry.networkRoute === undefined) {
      if (device.kind === 'loopback') add(TABLE.local, 'local', network, length, from);
      else add(TABLE.main, 'unicast', network, length, from);
    }
    const broadcast = ipv4FromBits(ipv4ToBits(network) | ~ipv4Mask(length));
    if (length < 31) add(TABLE.local, 'broadcast', broadcast, 32, from);
  }

  #table(number: number): FibTable {
    let table = this.#tables.get(number);
    if (table === undefined) this.#tables.set(number, (table = new FibTable()));
    return table;
  }
}

function always(): boolean {
  return true;
}

function aliasOf(route: RouteConfig): FibAlias {
  return {
    type: route.type,
    network: route.prefix.network,
    length: route.prefix.length,
    metric: route.metric,
    tos: route.tos,
    device: route.device,
    gateway: route.gateway,
    source: route.source,
    mtu: route.mtu,
    mtuLocked: route.mtuLocked === true,
    realm: route.realm ?? 0,
    scope: SCOPE[route.scope],
    since: route.since ?? 0,
    config: route,
  };
}

/** The address of a device that a secondary one stands beside (`inet_ifa_byprefix`). */
function primaryOf(device: InterfaceConfig, address: Address, length: number): Address {
  const network = networkOf(address, length);
  const primary = device.addresses.find(
    (entry) => entry.length === length && networkOf(entry.address, length) === network,
  );
  return primary?.address ?? address;
}

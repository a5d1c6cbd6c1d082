import type { Address } from '../address/address.ts';
import { familyOf } from '../address/address.ts';
import { type Ipv4Address, ipv4ToBits } from '../address/ipv4.ts';
import { FibRanges } from './fib-ranges.ts';
import { type FibResult, type FibRoute, type Flow, flowTo } from './fib-route.ts';
import { type FibRule, fibRuleOf } from './fib-rule.ts';
import { FibTables } from './fib-tables.ts';
import { type HostConfig, type RuleConfig, TABLE } from './host-config.ts';

/**
 * The forwarding information base that follows from a configuration: what addresses bring (local, connected, broadcast
 * routes) and what was added, in tables, chosen by rules. Immutable; {@link fibOf} makes one for each configuration.
 */
export class Fib {
  readonly #config: HostConfig;
  /** Absent while the Fib of a later configuration has them: made anew if somebody asks this one again. */
  #tables: FibTables | undefined;
  readonly #rules: readonly FibRule[];
  /** Addresses of this host, on devices up or down (`inet_lookup_ifaddr_rcu`), with their device. */
  readonly addresses: ReadonlyMap<Address, string>;
  /** Whether a look-up without a device to leave by depends on the destination alone. */
  readonly #byDestination: boolean;
  /** Such look-ups so far, and what answers them since they are many. */
  #asked = 0;
  #ranges: FibRanges | undefined = undefined;
  /** Whether there are, or were, rules or local routes beyond those of any host: source validation then looks closer. */
  readonly hasCustomRouting: boolean;
  /** Whether a route has a realm: source validation then looks closer as well. */
  readonly knowsRealms: boolean;

  /** @param former that of an earlier configuration: where only routes are others since, its tables move on to this one */
  constructor(config: HostConfig, former?: Fib) {
    this.#config = config;
    this.#rules = config.rules.map(fibRuleOf);
    const base = former !== undefined && former.#config.interfaces === config.interfaces ? former : undefined;
    const tables = base === undefined ? new FibTables(config) : base.#handOver(config);
    this.#tables = tables;
    this.#byDestination = this.#rules.every((rule) => rule.isPlain) && !tables.knowTos;
    this.hasCustomRouting =
      config.hadCustomRouting === true || tables.haveCustomLocalRoutes || config.rules.some(isCustom);
    this.knowsRealms = tables.knowRealms;
    this.addresses = base?.addresses ?? addressesOf(config);
  }

  /** The tables of a later configuration, of this one's if they are still here and can follow. */
  #handOver(config: HostConfig): FibTables {
    const tables = this.#tables;
    this.#tables = undefined;
    return tables?.follow(this.#config.routes, config.routes) === true ? tables : new FibTables(config);
  }

  #ownTables(): FibTables {
    return (this.#tables ??= new FibTables(this.#config));
  }

  /** Whether an address belongs to this host. */
  hasAddress(address: Address): boolean {
    return this.addresses.has(address);
  }

  /** The device that has an address, be it by a local route to a whole network, as 127.0.0.0/8 is (`__ip_dev_find`). */
  deviceOf(address: Address): string | undefined {
    const device = this.addresses.get(address);
    if (device !== undefined) return device;
    const route = this.localType(address, undefined);
    return route?.type === 'local' ? route.device : undefined;
  }

  /**
   * The routes of all addresses, if look-ups without a device to leave by depend on the destination alone. Making them costs
   * what as many look-ups do as there are networks, so somebody has to ask that often first.
   */
  get ranges(): FibRanges | undefined {
    return this.#ranges ?? (this.#byDestination ? this.#findRanges() : undefined);
  }

  #findRanges(): FibRanges | undefined {
    const tables = this.#ownTables();
    if (++this.#asked < tables.networkCount) return undefined;
    const addresses = Array.from(this.addresses.keys(), (address) => {
      const bits = ipv4ToBits(address as Ipv4Address);
      return { first: bits, last: bits };
    });
    this.#ranges = new FibRanges([...tables.networks(), ...addresses], (destination) =>
      tables.lookup(this.#rules, flowTo(destination)),
    );
    return this.#ranges;
  }

  /** The first route of one table, whatever the rules say (`fib_table_lookup`). */
  lookupIn(table: number, flow: Flow): FibResult {
    return this.#ownTables().lookupIn(table, flow);
  }

  /** The first route that rules and tables give (`fib_lookup`). */
  lookup(flow: Flow): FibResult {
    const ranges = flow.outDevice === undefined && flow.scope === undefined ? this.ranges : undefined;
    return ranges === undefined
      ? this.#ownTables().lookup(this.#rules, flow)
      : ranges.resultAt(ranges.find(flow.destination as Ipv4Address));
  }

  /** What the local table alone says of an address (`inet_addr_type`): only it decides `-m addrtype`. */
  localType(address: Address, device: string | undefined): FibRoute | undefined {
    if (familyOf(address) !== 'ipv4') return undefined;
    return this.#ownTables()
      .get(TABLE.local)
      ?.lookup(flowTo(address), (route) => device === undefined || route.device === device);
  }
}

const compiled = new WeakMap<HostConfig, Fib>();

/** The FIB of a configuration, made once. @param former that of an earlier configuration, the tables of which it may take */
export function fibOf(config: HostConfig, former?: Fib): Fib {
  let fib = compiled.get(config);
  if (fib === undefined) compiled.set(config, (fib = new Fib(config, former)));
  return fib;
}

/** Whether a rule is none of those that a host begins with. */
function isCustom({ priority }: RuleConfig): boolean {
  return priority !== 0 && priority !== 32766 && priority !== 32767;
}

/** Of an address that several devices have, the newest is found first. */
function addressesOf(config: HostConfig): ReadonlyMap<Address, string> {
  return new Map(
    config.interfaces
      .flatMap(({ name, addresses }) => addresses.map(({ address, since = 0 }) => ({ address, since, name })))
      .filter(({ address }) => familyOf(address) === 'ipv4')
      .sort((a, b) => a.since - b.since)
      .map(({ address, name }) => [address, name]),
  );
}

import type { ChainCounters, Netfilter } from '../netfilter.ts';
import type { ExtensionRegistry } from '../x_tables/extension.ts';
import { emptyTable } from '../x_tables/layout.ts';
import type { Chain, Counters, Rule, Ruleset, Table, TableName } from '../x_tables/rule.ts';
import type { CounterChange } from '../x_tables/table-runtime.ts';

/** Where the tools read tables from and write them to: a host, or a ruleset of its own. */
export interface TableStore {
  readonly registry: ExtensionRegistry;
  /** The host, if there is one. */
  readonly net: Netfilter | undefined;
  readonly ruleset: Ruleset;
  /** A table, which comes into being when it is first asked for. */
  table(name: TableName): Table;
  counters(table: TableName, chain: string): ChainCounters;
  /** @throws KernelRefusal for a host that refuses it */
  replaceTable(table: Table, change: CounterChange): void;
}

/** The tables of a host. */
export function storeOf(net: Netfilter): TableStore {
  return {
    registry: net.extensions,
    net,
    get ruleset() {
      return net.ruleset;
    },
    table: (name) => net.table(name),
    counters: (table, chain) => net.counters(table, chain),
    replaceTable: (table, change) => net.replaceTable(table, change),
  };
}

const ZERO: Counters = { packets: 0, bytes: 0 };

/** Tables that no packet ever meets: text is read into one. Counters are what the text gives. */
export class MemoryStore implements TableStore {
  readonly registry: ExtensionRegistry;
  readonly net: Netfilter | undefined;
  readonly #tables = new Map<TableName, Table>();
  /** Counters that are not zero, by rule. */
  readonly ruleCounters: Map<Rule, Counters> = new Map();
  readonly #byName = new WeakMap<Table, ReadonlyMap<string, Chain>>();
  readonly #policies = new Map<TableName, ReadonlyMap<string, Counters>>();

  /** @param initial the tables that are there to begin with, all counters zero */
  constructor(registry: ExtensionRegistry, net?: Netfilter, initial?: Ruleset) {
    this.registry = registry;
    this.net = net;
    for (const table of initial?.tables ?? []) this.#tables.set(table.name, table);
  }

  get ruleset(): Ruleset {
    return { tables: [...this.#tables.values()] };
  }

  table(name: TableName): Table {
    let table = this.#tables.get(name);
    if (table === undefined) this.#tables.set(name, (table = emptyTable(name)));
    return table;
  }

  counters(table: TableName, chain: string): ChainCounters {
    const rules = this.#chain(table, chain)?.rules ?? [];
    return {
      rules: rules.map((rule) => this.ruleCounters.get(rule) ?? ZERO),
      policy: this.#policies.get(table)?.get(chain) ?? ZERO,
    };
  }

  /** Tables may have tens of thousands of chains, and all are asked for in turn: found by name, not by search. */
  #chain(table: TableName, name: string): Chain | undefined {
    const value = this.table(table);
    let chains = this.#byName.get(value);
    if (chains === undefined) {
      chains = new Map(value.chains.map((chain) => [chain.name, chain]));
      this.#byName.set(value, chains);
    }
    return chains.get(name);
  }

  replaceTable(table: Table, change: CounterChange): void {
    if (!change.keep) {
      for (const chain of this.table(table.name).chains) for (const rule of chain.rules) this.ruleCounters.delete(rule);
    }
    for (const [rule, counters] of change.rules ?? []) this.ruleCounters.set(rule, counters);
    this.#policies.set(table.name, change.policies ?? new Map());
    this.#tables.set(table.name, table);
  }
}

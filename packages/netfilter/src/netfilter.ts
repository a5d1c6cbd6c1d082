import type { Conntrack } from '@chainwalk/conntrack';
import { drop, Hook, type HookFunction, type Host, invariant, type Packet, type Verdict } from '@chainwalk/core';
import { DEFAULT_EXTENSIONS } from './extensions.ts';
import { SetRegistry } from './ipset/set-registry.ts';
import { ruleText } from './iptables/save.ts';
import { logInvalidPackets } from './log/invalid.ts';
import { Compiler, FAMILY } from './x_tables/compile.ts';
import type { ExtensionRegistry, Need } from './x_tables/extension.ts';
import { emptyTable, TABLE_LAYOUT } from './x_tables/layout.ts';
import type { Counters, Rule, Ruleset, Table, TableName } from './x_tables/rule.ts';
import { type CounterChange, TableRuntime } from './x_tables/table-runtime.ts';
import { walkTable } from './x_tables/walk.ts';

export interface NetfilterOptions {
  /** The matches and targets that rules may use; the default is all of chainwalk's. */
  readonly extensions?: ExtensionRegistry;
  /** Whether long chains are searched through an index, as they are by default. The answers are the same without. */
  readonly index?: boolean;
}

/** Counters of one chain: a pair for each rule, and the policy's for a built-in chain. */
export interface ChainCounters {
  readonly rules: readonly Counters[];
  readonly policy: Counters;
}

interface Named {
  readonly value: unknown;
  users: number;
  readonly destroy: ((value: never) => void) | undefined;
}

/**
 * The rules of one host: the tables of x_tables with what runs them, the sets, and the state that rules share by name.
 *
 * The ruleset is an immutable value ({@link Netfilter.ruleset}); {@link replaceTable} puts a new version of one table in
 * place as the kernel does, whole or not at all. A table comes into being when something first looks at it, and its
 * hook functions stay registered from then on.
 */
export class Netfilter {
  readonly host: Host;
  readonly conntrack: Conntrack;
  readonly sets: SetRegistry;
  readonly extensions: ExtensionRegistry;
  /** Whether long chains are searched through an index. */
  readonly usesIndex: boolean;
  readonly #compiler: Compiler;
  readonly #tables = new Map<TableName, TableRuntime>();
  readonly #named = new Map<string, Named>();
  readonly #needed = new Map<Need, { users: number; release: () => void }>();
  readonly #texts = new WeakMap<Rule, string>();

  constructor(host: Host, conntrack: Conntrack, options: NetfilterOptions = {}) {
    this.host = host;
    this.conntrack = conntrack;
    this.extensions = options.extensions ?? DEFAULT_EXTENSIONS;
    this.usesIndex = options.index ?? true;
    this.#compiler = new Compiler(this.extensions);
    this.sets = new SetRegistry(host);
    logInvalidPackets(conntrack);
  }

  /** The tables that exist, in the order in which they came into being. */
  get ruleset(): Ruleset {
    return { tables: [...this.#tables.values()].map((runtime) => runtime.table) };
  }

  /** Whether a table has come into being. */
  hasTable(name: TableName): boolean {
    return this.#tables.has(name);
  }

  /** The value of a table, which comes into being if it was not yet looked at. */
  table(name: TableName): Table {
    return this.#runtime(name).table;
  }

  /**
   * Puts a new version of a table in place.
   * @throws KernelRefusal if the kernel would refuse it; nothing has changed then
   */
  replaceTable(table: Table, change: CounterChange): void {
    this.#runtime(table.name).replace(table, change);
  }

  /** The counters of a chain. Precondition: the chain exists. */
  counters(table: TableName, chain: string): ChainCounters {
    const runtime = this.#runtime(table).chains.get(chain);
    invariant(runtime !== undefined, `no chain ${chain} in ${table}`);
    return {
      rules: runtime.chain.rules.map((_, index) => runtime.counters(index)),
      policy: { packets: runtime.policyPackets, bytes: runtime.policyBytes },
    };
  }

  /**
   * State that rules share by name (`recent` lists, `hashlimit` tables): made when first asked for, and gone when the
   * last rule that asked has let go of it.
   */
  named<T>(
    kind: string,
    name: string,
    create: () => T,
    destroy?: (value: T) => void,
  ): { readonly value: T; readonly release: () => void } {
    const key = `${kind}/${name}`;
    let entry = this.#named.get(key);
    if (entry === undefined) {
      entry = { value: create(), users: 0, destroy: destroy as Named['destroy'] };
      this.#named.set(key, entry);
    }
    entry.users++;
    const held = entry;
    let released = false;
    return {
      value: entry.value as T,
      release: () => {
        if (released) return;
        released = true;
        if (--held.users > 0) return;
        this.#named.delete(key);
        held.destroy?.(held.value as never);
      },
    };
  }

  /** Named state as it is, for `/proc` files. */
  peekNamed(kind: string): ReadonlyMap<string, unknown> {
    const prefix = `${kind}/`;
    const found = [...this.#named].filter(([key]) => key.startsWith(prefix));
    return new Map(found.map(([key, entry]) => [key.slice(prefix.length), entry.value]));
  }

  /** Counts users of what rules need (conntrack's hooks exist only while some rule needs them). */
  acquire(needs: Iterable<Need>): void {
    for (const need of needs) {
      const held = this.#needed.get(need);
      if (held !== undefined) held.users++;
      else {
        this.#needed.set(need, { users: 1, release: this.conntrack.require(FAMILY) });
      }
    }
  }

  release(needs: Iterable<Need>): void {
    for (const need of needs) {
      const held = this.#needed.get(need);
      invariant(held !== undefined, `${need} is released more often than acquired`);
      if (--held.users > 0) continue;
      this.#needed.delete(need);
      held.release();
    }
  }

  /** The rule as iptables-save prints it, without `-A CHAIN`. */
  ruleText(rule: Rule): string {
    let text = this.#texts.get(rule);
    if (text === undefined) {
      text = ruleText(rule, this.extensions);
      this.#texts.set(rule, text);
    }
    return text;
  }

  #runtime(name: TableName): TableRuntime {
    let runtime = this.#tables.get(name);
    if (runtime === undefined) {
      runtime = new TableRuntime(this, this.#compiler, emptyTable(name));
      this.#tables.set(name, runtime);
      this.#register(name, runtime);
    }
    return runtime;
  }

  #register(name: TableName, runtime: TableRuntime): void {
    const { hooks, priority } = TABLE_LAYOUT[name];
    const walk: HookFunction = (packet, state) => walkTable(this, runtime, packet, state);
    for (const hook of hooks) {
      const ops = { family: FAMILY, hook, priority, name: `iptable_${name}` } as const;
      if (name === 'nat')
        this.conntrack.nat.registerRuleset({ family: FAMILY, hook, priority, name: ops.name, lookup: walk });
      else if (name === 'mangle' && hook === Hook.LOCAL_OUT) this.host.hooks.register({ ...ops, fn: rerouting(walk) });
      else this.host.hooks.register({ ...ops, fn: walk });
    }
  }
}

/**
 * mangle OUTPUT routes a packet anew if its addresses, mark or TOS changed (`ipt_mangle_out`); without a way it is
 * dropped, and the sender told.
 */
function rerouting(walk: HookFunction): HookFunction {
  return (packet: Packet, state): Verdict => {
    const { src, dst, mark, tos } = packet;
    const verdict = walk(packet, state);
    if (verdict.kind === 'drop' || verdict.kind === 'stolen') return verdict;
    if (packet.src === src && packet.dst === dst && packet.mark === mark && packet.tos === tos) return verdict;
    const errno = state.host.routeMeHarder(packet);
    return errno === undefined ? verdict : drop('reroute-failed', errno);
  };
}

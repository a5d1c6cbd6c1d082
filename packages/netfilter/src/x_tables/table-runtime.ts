import { invariant } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import type { CompiledChain, Compiler } from './compile.ts';
import { KernelRefusal } from './extension.ts';
import { type Reach, reachability } from './reachability.ts';
import type { Chain, Counters, Rule, Table } from './rule.ts';

/** What a chain has at run time on one host: its compiled form, its counters, the private state of its rules. */
export class ChainRuntime {
  readonly name: string;
  chain: Chain;
  compiled: CompiledChain;
  packets: Float64Array;
  bytes: Float64Array;
  policyPackets = 0;
  policyBytes = 0;
  /** Private state by rule, for rules that have any. */
  states: (readonly unknown[] | undefined)[] = [];
  /** Jump targets by rule, resolved when first taken. */
  links: (ChainRuntime | undefined)[] = [];
  checkedFor = '';

  constructor(chain: Chain, compiled: CompiledChain) {
    this.name = chain.name;
    this.chain = chain;
    this.compiled = compiled;
    this.packets = new Float64Array(chain.rules.length);
    this.bytes = new Float64Array(chain.rules.length);
  }
}

/** What becomes of the counters when a table is replaced. */
export interface CounterChange {
  /** Rules that stay (the same value) keep their counters; otherwise all start at zero. */
  readonly keep: boolean;
  /** Counters given explicitly, by rule; they win. */
  readonly rules?: ReadonlyMap<Rule, Counters>;
  /** Policy counters by chain; every other one starts at zero, as after any change made by iptables. */
  readonly policies?: ReadonlyMap<string, Counters>;
}

/**
 * One table of one host: the immutable value and what runs it. Replacing the value touches only the chains that changed.
 *
 * Invariant: a value in place has passed the kernel's checks; a refused one changes nothing.
 */
export class TableRuntime {
  readonly #net: Netfilter;
  readonly #compiler: Compiler;
  readonly chains: Map<string, ChainRuntime> = new Map();
  table: Table;

  constructor(net: Netfilter, compiler: Compiler, table: Table) {
    this.#net = net;
    this.#compiler = compiler;
    this.table = table;
    for (const chain of table.chains) this.chains.set(chain.name, new ChainRuntime(chain, compiler.chain(chain)));
  }

  /**
   * Puts a new value in place (`do_replace`): checked as a whole, then swapped. Private state of every rule of the table
   * is made anew, since user space always writes whole tables.
   * @throws KernelRefusal and leaves everything as it was
   */
  replace(table: Table, change: CounterChange): void {
    const reach = reachability(table);
    const checked = new Map<string, string>();
    for (const chain of table.chains) {
      const runtime = this.chains.get(chain.name);
      const key = reach.get(chain.name)!.hooks.join();
      if (runtime?.chain !== chain || runtime.checkedFor !== key) this.#check(table, chain, reach.get(chain.name)!);
      checked.set(chain.name, key);
    }
    const seen = new Set<Rule>();
    for (const chain of table.chains) {
      if (this.chains.get(chain.name)?.chain === chain) continue;
      for (const rule of chain.rules) {
        invariant(!seen.has(rule), 'one rule value stands twice in a table');
        seen.add(rule);
      }
    }

    // What the new value needs is taken before what the old one had is given back, so that nothing stops in between.
    const releases: (() => void)[] = [];
    const next = new Map<string, ChainRuntime>();
    const kept = change.keep ? this.#countersByRule(table) : undefined;
    for (const chain of table.chains) {
      const old = this.chains.get(chain.name);
      const compiled = this.#compiler.chain(chain);
      let runtime = old;
      if (runtime === undefined) {
        runtime = new ChainRuntime(chain, compiled);
        this.#net.acquire(compiled.needs);
        this.#createStates(runtime);
      } else if (runtime.chain !== chain || compiled.stateful) {
        const before = runtime.compiled;
        const states = runtime.states;
        if (runtime.chain !== chain) {
          this.#net.acquire(compiled.needs);
          releases.push(() => this.#net.release(before.needs));
        }
        releases.push(() => this.#destroyStates(before, states));
        const sameRules = runtime.chain === chain;
        runtime.chain = chain;
        runtime.compiled = compiled;
        this.#createStates(runtime);
        if (!sameRules) {
          runtime.packets = new Float64Array(chain.rules.length);
          runtime.bytes = new Float64Array(chain.rules.length);
          for (const [index, rule] of chain.rules.entries()) {
            const counters = kept?.get(rule);
            if (counters === undefined) continue;
            runtime.packets[index] = counters.packets;
            runtime.bytes[index] = counters.bytes;
          }
        }
      }
      if (!change.keep) {
        runtime.packets.fill(0);
        runtime.bytes.fill(0);
      }
      if (change.rules !== undefined && change.rules.size > 0) {
        for (const [index, rule] of chain.rules.entries()) {
          const counters = change.rules.get(rule);
          if (counters === undefined) continue;
          runtime.packets[index] = counters.packets;
          runtime.bytes[index] = counters.bytes;
        }
      }
      const policy = change.policies?.get(chain.name);
      runtime.policyPackets = policy?.packets ?? 0;
      runtime.policyBytes = policy?.bytes ?? 0;
      runtime.checkedFor = checked.get(chain.name)!;
      runtime.links = [];
      next.set(chain.name, runtime);
    }
    for (const [name, runtime] of this.chains) {
      if (next.has(name)) continue;
      releases.push(() => {
        this.#net.release(runtime.compiled.needs);
        this.#destroyStates(runtime.compiled, runtime.states);
      });
    }
    this.chains.clear();
    for (const [name, runtime] of next) this.chains.set(name, runtime);
    this.table = table;
    for (const release of releases) release();
  }

  /** Counters of the chains that change, by rule: rules move within a chain and between chains of one edit. */
  #countersByRule(next: Table): ReadonlyMap<Rule, Counters> {
    const counters = new Map<Rule, Counters>();
    const unchanged = new Map(next.chains.map((chain) => [chain.name, chain]));
    for (const runtime of this.chains.values()) {
      if (unchanged.get(runtime.name) === runtime.chain) continue;
      for (const [index, rule] of runtime.chain.rules.entries()) {
        const packets = runtime.packets[index]!;
        if (packets !== 0) counters.set(rule, { packets, bytes: runtime.bytes[index]! });
      }
    }
    return counters;
  }

  /** Asks every extension of a chain (`find_check_entry`). Rules that no packet can reach are reached from no hook. */
  #check(table: Table, chain: Chain, reach: Reach): void {
    for (const [index, rule] of chain.rules.entries()) {
      const hooks = index < reach.end ? reach.hooks : [];
      const context = {
        table: table.name,
        chain: chain.name,
        ip: rule.ip,
        matches: rule.matches,
        hooks,
        net: this.#net,
      };
      for (const match of rule.matches) this.#compiler.registry.match(match.name)?.check?.(match.info, context);
      if (rule.target?.kind !== 'extension') continue;
      const target = this.#compiler.registry.target(rule.target.name);
      if (target === undefined) throw new KernelRefusal('ENOENT', `there is no target ${rule.target.name}`);
      if (target.tables !== undefined && !target.tables.includes(table.name)) {
        throw new KernelRefusal('EINVAL', `${target.name} is allowed only in the table ${target.tables.join(', ')}`);
      }
      const wrong = hooks.find((hook) => target.hooks?.includes(hook) === false);
      if (wrong !== undefined) throw new KernelRefusal('EINVAL', `${target.name} cannot be used where ${wrong} leads`);
      target.check?.(rule.target.info, context);
    }
  }

  #createStates(runtime: ChainRuntime): void {
    runtime.states = [];
    if (!runtime.compiled.stateful) return;
    for (const [index, rule] of runtime.compiled.rules.entries()) {
      if (rule.stateful.length > 0) runtime.states[index] = rule.stateful.map((code) => code.createState!(this.#net));
    }
  }

  #destroyStates(compiled: CompiledChain, states: ChainRuntime['states']): void {
    for (const [index, rule] of compiled.rules.entries()) {
      const list = states[index];
      if (list === undefined) continue;
      for (const [slot, code] of rule.stateful.entries())
        (code.destroyState as ((state: unknown, net: Netfilter) => void) | undefined)?.(list[slot], this.#net);
    }
  }
}

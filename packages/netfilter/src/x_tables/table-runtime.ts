import { ACCEPT, drop, HOOK_NAMES, invariant, type Verdict } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import type { CompiledChain, Compiler } from './compile.ts';
import { KernelRefusal } from './extension.ts';
import { type Reach, reachability } from './reachability.ts';
import type { Chain, Counters, Rule, Table } from './rule.ts';
import type { WalkMemo } from './walk-memo.ts';

/** What `-j DROP` and a policy DROP decide. */
export const DROP: Verdict = drop('netfilter-drop');

/** What a rule has at run time on one host. */
export class RuleRuntime {
  packets = 0;
  bytes = 0;
  /** The chain that it jumps to, resolved when first taken. */
  link: ChainRuntime | undefined = undefined;
  /** Private state of its extensions, by slot, if they have any. */
  states: readonly unknown[] | undefined = undefined;
}

/** What a chain has at run time on one host: its compiled form, its counters, the private state of its rules. */
export class ChainRuntime {
  readonly name: string;
  chain: Chain;
  compiled: CompiledChain;
  rules: readonly RuleRuntime[];
  policyPackets = 0;
  policyBytes = 0;
  checkedFor = '';
  /** Of a built-in chain: what its walks do, as far as that is known for this version of the table. */
  memo: WalkMemo | undefined = undefined;

  /** What its policy decides; ACCEPT for chains without one, which are never asked. */
  get policyVerdict(): Verdict {
    return this.chain.policy === 'DROP' ? DROP : ACCEPT;
  }

  constructor(chain: Chain, compiled: CompiledChain) {
    this.name = chain.name;
    this.chain = chain;
    this.compiled = compiled;
    this.rules = chain.rules.map(() => new RuleRuntime());
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
  /** The built-in chains, by the number of their hook. */
  bases: readonly (ChainRuntime | undefined)[];
  table: Table;

  constructor(net: Netfilter, compiler: Compiler, table: Table) {
    this.#net = net;
    this.#compiler = compiler;
    this.table = table;
    for (const chain of table.chains) this.chains.set(chain.name, new ChainRuntime(chain, compiler.chain(chain)));
    this.bases = this.#bases();
  }

  #bases(): readonly (ChainRuntime | undefined)[] {
    return HOOK_NAMES.map((name) => this.chains.get(name));
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
        const states = runtime.rules.map((rule) => rule.states);
        if (runtime.chain !== chain) {
          this.#net.acquire(compiled.needs);
          releases.push(() => this.#net.release(before.needs));
        }
        releases.push(() => this.#destroyStates(before, states));
        const sameRules = runtime.chain === chain;
        runtime.chain = chain;
        runtime.compiled = compiled;
        if (!sameRules) {
          runtime.rules = chain.rules.map((rule) => {
            const fresh = new RuleRuntime();
            const counters = kept?.get(rule);
            if (counters !== undefined) setCounters(fresh, counters);
            return fresh;
          });
        }
        this.#createStates(runtime);
      }
      const given = change.rules !== undefined && change.rules.size > 0 ? change.rules : undefined;
      for (let index = 0; index < runtime.rules.length; index++) {
        const rule = runtime.rules[index]!;
        // Chains may be gone, or others by the same name.
        rule.link = undefined;
        if (!change.keep) setCounters(rule, ZERO);
        const counters = given?.get(chain.rules[index]!);
        if (counters !== undefined) setCounters(rule, counters);
      }
      const policy = change.policies?.get(chain.name);
      runtime.policyPackets = policy?.packets ?? 0;
      runtime.policyBytes = policy?.bytes ?? 0;
      runtime.checkedFor = checked.get(chain.name)!;
      runtime.memo = undefined;
      next.set(chain.name, runtime);
    }
    for (const [name, runtime] of this.chains) {
      if (next.has(name)) continue;
      releases.push(() => {
        this.#net.release(runtime.compiled.needs);
        this.#destroyStates(
          runtime.compiled,
          runtime.rules.map((rule) => rule.states),
        );
      });
    }
    this.chains.clear();
    for (const [name, runtime] of next) this.chains.set(name, runtime);
    this.bases = this.#bases();
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
        const { packets, bytes } = runtime.rules[index]!;
        if (packets !== 0) counters.set(rule, { packets, bytes });
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
    if (!runtime.compiled.stateful) return;
    for (const [index, { stateful }] of runtime.compiled.rules.entries()) {
      const rule = runtime.rules[index]!;
      rule.states = stateful.length === 0 ? undefined : stateful.map((code) => code.createState!(this.#net));
    }
  }

  #destroyStates(compiled: CompiledChain, states: readonly (readonly unknown[] | undefined)[]): void {
    for (const [index, rule] of compiled.rules.entries()) {
      const list = states[index];
      if (list === undefined) continue;
      for (const [slot, code] of rule.stateful.entries())
        (code.destroyState as ((state: unknown, net: Netfilter) => void) | undefined)?.(list[slot], this.#net);
    }
  }
}

const ZERO: Counters = { packets: 0, bytes: 0 };

function setCounters(rule: RuleRuntime, { packets, bytes }: Counters): void {
  rule.packets = packets;
  rule.bytes = bytes;
}

import { HOOK_NAMES, type HookName, invariant } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import { ChainRuntime } from './chain-runtime.ts';
import { bothDemands, type Compiler } from './compile.ts';
import { type CheckContext, type Demands, type ExtensionRegistry, KernelRefusal, NO_DEMANDS } from './extension.ts';
import { hooksOfMask, reachability } from './reachability.ts';
import type { Chain, Counters, Rule, Table } from './rule.ts';
import { FIRST, KIND, LENGTH, LINK, ROW, RuleRows, VERB, verbOf } from './rule-rows.ts';

/** The chains of a table, in its order and by name. */
class ChainRuntimes {
  readonly list: readonly ChainRuntime[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(list: readonly ChainRuntime[], places: ReadonlyMap<string, number>) {
    this.list = list;
    this.#places = places;
    for (let place = 0; place < list.length; place++) list[place]!.place = place;
  }

  get size(): number {
    return this.list.length;
  }

  get(name: string): ChainRuntime | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : this.list[place];
  }

  /** The place of a chain; -1 if there is none. */
  placeOf(name: string): number {
    return this.#places.get(name) ?? -1;
  }
}

/** Chains that are made ready one by one before all others are. */
const ONE_BY_ONE = 64;

/** What becomes of the counters when a table is replaced. */
export interface CounterChange {
  /** Whoever made the table vouches that no rule value stands in it twice, so that nobody has to look. */
  readonly distinct?: true;
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
  chains: ChainRuntimes;
  #rows = new RuleRows();
  /** Whether no packet has come since the last change. */
  #isNew = true;
  /** Chains that were made ready one by one since then. */
  #madeReady = 0;
  /** The built-in chains, by the number of their hook. */
  bases: readonly (ChainRuntime | undefined)[];
  table: Table;

  constructor(net: Netfilter, compiler: Compiler, table: Table) {
    this.#net = net;
    this.#compiler = compiler;
    this.table = table;
    this.chains = new ChainRuntimes(
      table.chains.map((chain) => new ChainRuntime(chain, compiler, compiler.demands(chain), this.#rows)),
      new Map(table.chains.map(({ name }, place) => [name, place])),
    );
    this.bases = this.#bases();
  }

  /** The rows of all chains: for walks, which see to it that the chains that they come to are ready. */
  get rows(): RuleRows {
    if (this.#isNew) this.#settle();
    return this.#rows;
  }

  #settle(): void {
    this.#isNew = false;
    this.#madeReady = 0;
    if (!this.#rows.isWasteful) return this.#rows.forgetLinks();
    this.#rows = new RuleRows();
    for (const chain of this.chains.list) chain.moveTo(this.#rows);
  }

  /**
   * Makes a chain ready for walks. The first few one by one, so that a single packet need not wait for a hundred thousand
   * rules; then all the others at once, which costs the least for each.
   */
  makeReady(chain: ChainRuntime): void {
    if (++this.#madeReady < ONE_BY_ONE) {
      chain.prepare();
      return;
    }
    const { list } = this.chains;
    for (const each of this.#byWay()) each.prepare();
    for (let place = 0; place < list.length; place++) this.#link(list[place]!);
  }

  /** Finds where the rules of a chain lead to. Precondition: all chains are ready. */
  #link(chain: ChainRuntime): void {
    const { words } = this.#rows;
    for (let index = 0; index < chain.length; index++) {
      const verb = verbOf(words[(chain.first + index) * ROW + KIND]!);
      if (verb === VERB.jump || verb === VERB.goto) this.leadsTo(chain, index);
    }
  }

  /**
   * All chains, those that a rule leads to behind its own: where a packet goes on is then near to where it was. Rows get
   * their places in this order.
   */
  *#byWay(): IterableIterator<ChainRuntime> {
    const { list } = this.chains;
    const isMet = new Uint8Array(list.length);
    const waiting: number[] = [];
    for (let start = 0; start < list.length; start++) {
      waiting.push(start);
      for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
        if (isMet[place] === 1) continue;
        isMet[place] = 1;
        const chain = list[place]!;
        yield chain;
        const { rules } = chain.chain;
        for (let i = rules.length - 1; i >= 0; i--) {
          const { target } = rules[i]!;
          if (target?.kind === 'jump' || target?.kind === 'goto') waiting.push(this.chains.placeOf(target.chain));
        }
      }
    }
  }

  /**
   * The chain that a jump or goto of a chain leads to, ready; from now on its row says where that is. Rows may have moved to
   * other memory behind it.
   */
  leadsTo(chain: ChainRuntime, index: number): ChainRuntime {
    const { target } = chain.chain.rules[index]!;
    invariant(target?.kind === 'jump' || target?.kind === 'goto', 'the rule leads to a chain');
    const next = this.chains.get(target.chain)!;
    if (!next.isReady) this.makeReady(next);
    const at = (chain.first + index) * ROW;
    const { words } = this.#rows;
    words[at + FIRST] = Math.max(next.first, 0);
    words[at + LENGTH] = next.length;
    words[at + LINK] = next.place;
    return next;
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
    const { chains } = table;
    const before = chains.map((chain) => this.chains.get(chain.name));
    const { places, masks, ends } = reachability(table);
    const demands: (Demands | undefined)[] = [];
    for (let place = 0; place < chains.length; place++) {
      const chain = chains[place]!;
      const old = before[place];
      const isChecked = old?.chain === chain && old.checkedFor === masks[place];
      demands.push(isChecked ? undefined : this.#check(table, chain, hooksOfMask(masks[place]!), ends[place]!));
    }
    if (change.distinct !== true) checkDistinct(chains, before);

    // What the new value needs is taken before what the old one had is given back, so that nothing stops in between.
    const releases: (() => void)[] = [];
    const gone = this.#gone(before);
    const kept = change.keep ? countersByRule(chains, before, gone) : undefined;
    const given = change.rules !== undefined && change.rules.size > 0 ? change.rules : undefined;
    const next: ChainRuntime[] = [];
    for (let place = 0; place < chains.length; place++) {
      const chain = chains[place]!;
      const runtime = before[place] ?? new ChainRuntime(chain, this.#compiler, demands[place]!, this.#rows);
      if (runtime !== before[place]) this.#begin(runtime);
      else if (runtime.chain !== chain) this.#exchange(runtime, chain, demands[place]!, kept, releases);
      else this.#beginAnew(runtime, change.keep, releases);
      if (given !== undefined) giveCounters(runtime, given);
      const policy = change.policies?.get(chain.name);
      runtime.policyPackets = policy?.packets ?? 0;
      runtime.policyBytes = policy?.bytes ?? 0;
      runtime.checkedFor = masks[place]!;
      runtime.memo = undefined;
      next.push(runtime);
    }
    for (const runtime of gone) {
      releases.push(this.#release(runtime));
      runtime.leave();
    }
    this.chains = new ChainRuntimes(next, places);
    this.#isNew = true;
    this.bases = this.#bases();
    this.table = table;
    for (const release of releases) release();
  }

  /** The chains that have no place in the next value. */
  #gone(before: readonly (ChainRuntime | undefined)[]): readonly ChainRuntime[] {
    let stay = 0;
    for (let place = 0; place < before.length; place++) if (before[place] !== undefined) stay++;
    const { list } = this.chains;
    if (stay === list.length) return [];
    const staying = new Set(before);
    return list.filter((runtime) => !staying.has(runtime));
  }

  #begin(runtime: ChainRuntime): void {
    const { demands } = runtime;
    this.#net.acquire(demands.needs);
    if (demands.keepsState) this.#createStates(runtime);
  }

  /** Puts another value in the place of a chain. */
  #exchange(
    runtime: ChainRuntime,
    chain: Chain,
    demands: Demands,
    kept: ReadonlyMap<Rule, Counters> | undefined,
    releases: (() => void)[],
  ): void {
    releases.push(this.#release(runtime));
    runtime.become(chain, demands);
    if (kept !== undefined && kept.size > 0) giveCounters(runtime, kept);
    this.#begin(runtime);
  }

  /** The chain stays as it is; the private state of its rules does not. */
  #beginAnew(runtime: ChainRuntime, keep: boolean, releases: (() => void)[]): void {
    if (runtime.demands.keepsState) {
      releases.push(this.#destroyStates(runtime));
      this.#createStates(runtime);
    }
    if (keep || runtime.first < 0) return;
    for (let index = 0; index < runtime.length; index++) runtime.setCounters(index, ZERO);
  }

  /**
   * Asks every extension of a chain (`find_check_entry`). Rules that no packet can reach are reached from no hook.
   * @param end the number of rules that can be reached
   * @returns what the chain demands
   */
  #check(table: Table, chain: Chain, hooks: readonly HookName[], end: number): Demands {
    const { rules } = chain;
    let demands = NO_DEMANDS;
    const { registry } = this.#compiler;
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index]!;
      const { matches, target } = rule;
      const ways = index < end ? hooks : NO_HOOKS;
      let context: CheckContext | undefined;
      for (let i = 0; i < matches.length; i++) {
        const { name, info } = matches[i]!;
        const match = registry.match(name);
        if (match?.check !== undefined) match.check(info, (context ??= contextOf(table, chain, rule, ways, this.#net)));
      }
      if (target?.kind === 'extension') {
        checkTarget(registry, target, (context ??= contextOf(table, chain, rule, ways, this.#net)));
      }
      demands = bothDemands(demands, this.#compiler.demandsOf(rule));
    }
    return demands;
  }

  #createStates(runtime: ChainRuntime): void {
    runtime.states = runtime.chain.rules.map((_, index) => {
      const { stateful } = runtime.code(index);
      return stateful.length === 0 ? undefined : stateful.map((code) => code.createState!(this.#net));
    });
  }

  /** To be called when what comes next has begun: gives back what a chain as it is now has. */
  #release(runtime: ChainRuntime): () => void {
    const { needs } = runtime.demands;
    const destroy = this.#destroyStates(runtime);
    return () => {
      this.#net.release(needs);
      destroy();
    };
  }

  #destroyStates(runtime: ChainRuntime): () => void {
    const { states } = runtime;
    if (states === undefined) return nothing;
    const codes = states.map((_, index) => runtime.code(index));
    return () => {
      for (const [index, { stateful }] of codes.entries()) {
        const list = states[index];
        if (list === undefined) continue;
        for (const [slot, code] of stateful.entries())
          (code.destroyState as ((state: unknown, net: Netfilter) => void) | undefined)?.(list[slot], this.#net);
      }
    };
  }
}

function nothing(): void {}

const NO_HOOKS: readonly HookName[] = [];

function contextOf(table: Table, chain: Chain, rule: Rule, hooks: readonly HookName[], net: Netfilter): CheckContext {
  return { table: table.name, chain: chain.name, ip: rule.ip, matches: rule.matches, hooks, net };
}

/** What the kernel asks of a target besides its own check. */
function checkTarget(
  registry: ExtensionRegistry,
  use: Extract<Rule['target'], { readonly kind: 'extension' }>,
  context: CheckContext,
): void {
  const target = registry.target(use.name);
  if (target === undefined) throw new KernelRefusal('ENOENT', `there is no target ${use.name}`);
  if (target.tables !== undefined && !target.tables.includes(context.table)) {
    throw new KernelRefusal('EINVAL', `${target.name} is allowed only in the table ${target.tables.join(', ')}`);
  }
  const allowed = target.hooks;
  const wrong = allowed === undefined ? undefined : context.hooks.find((hook) => !allowed.includes(hook));
  if (wrong !== undefined) throw new KernelRefusal('EINVAL', `${target.name} cannot be used where ${wrong} leads`);
  target.check?.(use.info, context);
}

/** Counters, state and compiled forms go by the identity of rules. */
function checkDistinct(chains: readonly Chain[], before: readonly (ChainRuntime | undefined)[]): void {
  const seen = new Set<Rule>();
  for (let place = 0; place < chains.length; place++) {
    const chain = chains[place]!;
    if (before[place]?.chain === chain) continue;
    for (const rule of chain.rules) {
      invariant(!seen.has(rule), 'one rule value stands twice in a table');
      seen.add(rule);
    }
  }
}

/** Counters of the chains that change or go, by rule: rules move within a chain and between chains of one edit. */
function countersByRule(
  chains: readonly Chain[],
  before: readonly (ChainRuntime | undefined)[],
  gone: readonly ChainRuntime[],
): ReadonlyMap<Rule, Counters> {
  const counters = new Map<Rule, Counters>();
  const add = (runtime: ChainRuntime): void => {
    if (runtime.first < 0) return;
    for (let index = 0; index < runtime.length; index++) {
      const counted = runtime.counters(index);
      if (counted.packets !== 0 || counted.bytes !== 0) counters.set(runtime.chain.rules[index]!, counted);
    }
  };
  for (let place = 0; place < chains.length; place++) {
    const runtime = before[place];
    if (runtime !== undefined && runtime.chain !== chains[place]) add(runtime);
  }
  for (const runtime of gone) add(runtime);
  return counters;
}

function giveCounters(runtime: ChainRuntime, counters: ReadonlyMap<Rule, Counters>): void {
  const { rules } = runtime.chain;
  for (let index = 0; index < rules.length; index++) {
    const given = counters.get(rules[index]!);
    if (given !== undefined) runtime.setCounters(index, given);
  }
}

const ZERO: Counters = { packets: 0, bytes: 0 };

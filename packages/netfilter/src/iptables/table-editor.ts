import type { ChainCounters } from '../netfilter.ts';
import { type ExtensionRegistry, KernelRefusal } from '../x_tables/extension.ts';
import type { Chain, Counters, Policy, Rule, RuleTarget, Table, TableName } from '../x_tables/rule.ts';
import type { CounterChange } from '../x_tables/table-runtime.ts';
import { utf8Length } from '../x_tables/utf8.ts';
import { IptcError, type IptcFunction } from './libiptc-error.ts';
import { sameRule } from './same-rule.ts';
import type { TableStore } from './table-store.ts';
import { isPiece, TextTable } from './text-table.ts';

/** Longest name that `-E` takes, and what the kernel keeps of it, in bytes. */
const MAX_NEW_NAME = 31;
const KEPT_OF_NAME = 29;
/**
 * More rules than this are more than the 512 MiB that the kernel allows a table (`XT_MAX_TABLE_SIZE`), whatever they
 * say. Lists of addresses make hundreds of thousands of them in one line.
 */
const MAX_RULES = Math.floor((512 * 1024 * 1024) / 152);
const ZERO: Counters = { packets: 0, bytes: 0 };
const STANDARD = new Set(['ACCEPT', 'DROP', 'QUEUE', 'RETURN']);

/** A chain while its table is edited. Only the editor changes it. */
export class EditedChain {
  readonly name: string;
  policy: Policy | undefined;
  rules: readonly Rule[];
  /** The rules again while they belong to this edit alone, and may be changed in place. */
  own: Rule[] | undefined = undefined;
  /** The value that the edit began with, while nothing of it has changed. */
  original: Chain | undefined;
  /** What readers of many lines have found out about its name. */
  hasPlainName: boolean | undefined = undefined;
  isOnlyChain = false;
  #jump: RuleTarget | undefined = undefined;
  #goto: RuleTarget | undefined = undefined;

  constructor(name: string, policy: Policy | undefined, rules: readonly Rule[], original: Chain | undefined) {
    this.name = name;
    this.policy = policy;
    this.rules = rules;
    this.original = original;
  }

  /** The rules, to be changed in place. */
  ownRules(): Rule[] {
    if (this.own === undefined) {
      this.rules = this.own = this.rules.slice();
      this.original = undefined;
    }
    return this.own;
  }

  push(rule: Rule): void {
    const { rules } = this;
    if (rules.length > 2) this.ownRules().push(rule);
    else {
      // Most chains have no more than a few rules, for which a list that grows would make far too much room.
      this.rules = this.own =
        rules.length === 0 ? [rule] : rules.length === 1 ? [rules[0]!, rule] : [rules[0]!, rules[1]!, rule];
      this.original = undefined;
    }
  }

  /** What leads to it: one value for all rules. */
  get jump(): RuleTarget {
    return (this.#jump ??= { kind: 'jump', chain: this.name });
  }

  get goto(): RuleTarget {
    return (this.#goto ??= { kind: 'goto', chain: this.name });
  }
}

const NO_RULES: readonly Rule[] = [];

/** What a finished edit hands over to be put in place. */
export interface TableEdit {
  readonly table: Table;
  readonly change: CounterChange;
}

/**
 * A table while commands change it: libiptc's handle. It begins with the value in place, which it never touches, and
 * ends with a new one; chains that no command changed are the same value in both.
 *
 * What becomes of counters is decided here, as libiptc does it: rules that stay keep theirs, new ones begin with what
 * was given or zero, and the counters of all policies fall to zero unless set, whatever the change was.
 */
export class TableEditor {
  readonly name: TableName;
  readonly #store: TableStore;
  /** By name. */
  readonly #chains = new TextTable<EditedChain>();
  #lastFound: EditedChain | undefined = undefined;
  /** The chains as they were; made when first asked for. */
  #before: ReadonlyMap<string, Chain> | undefined = undefined;
  readonly #ruleCounters = new Map<Rule, Counters>();
  readonly #policyCounters = new Map<string, Counters>();
  /** How many rules lead to each chain; worked out when first asked for, kept afterwards. */
  #references: Map<string, number> | undefined = undefined;
  #changed = false;
  /** Rules that this edit made; those that it deleted again are counted as well. */
  #rulesMade = 0;
  #old: Set<Rule> | undefined = undefined;
  readonly #renamed: Rule[] = [];

  constructor(store: TableStore, name: TableName) {
    this.#store = store;
    this.name = name;
    for (const chain of store.table(name).chains) {
      this.#chains.set(chain.name, new EditedChain(chain.name, chain.policy, chain.rules, chain));
    }
  }

  /** Whether anything was changed: if not, there is nothing to commit, and counters stay. */
  get changed(): boolean {
    return this.#changed;
  }

  get registry(): ExtensionRegistry {
    return this.#store.registry;
  }

  // ---------------------------------------------------------------- looking

  isChain(name: string): boolean {
    return this.#chains.get(name) !== undefined;
  }

  /** The chain with the name `text.slice(from, to)`. */
  findChain(text: string, from: number, to: number): EditedChain | undefined {
    return this.#chains.find(text, from, to);
  }

  /** The same where it is often the one that was found before. */
  findChainAgain(text: string, from: number, to: number): EditedChain | undefined {
    const last = this.#lastFound;
    if (last !== undefined && isPiece(last.name, text, from, to)) return last;
    this.#lastFound = this.#chains.find(text, from, to);
    return this.#lastFound;
  }

  isBuiltin(name: string): boolean {
    return this.#chains.get(name)?.policy !== undefined;
  }

  /** The chains in the order in which they are printed. */
  chains(): readonly { readonly name: string; readonly policy: Policy | undefined; readonly rules: readonly Rule[] }[] {
    return sortedChains(this.#chains.values());
  }

  references(name: string): number {
    if (this.#references === undefined) {
      const references = new Map<string, number>();
      for (const chain of this.#chains.values()) for (const rule of chain.rules) count(references, rule, 1);
      this.#references = references;
    }
    return this.#references.get(name) ?? 0;
  }

  /**
   * Counters as the handle shows them: what was there when it was opened, and what commands have set since.
   */
  counters(name: string): ChainCounters {
    const chain = this.#chains.get(name)!;
    const old = this.#chainsBefore().get(name);
    const before = old === undefined ? undefined : this.#store.counters(this.name, name);
    const byRule = new Map<Rule, Counters>();
    if (chain.original === undefined) {
      for (const [index, rule] of (old?.rules ?? []).entries()) byRule.set(rule, before!.rules[index]!);
    }
    return {
      rules: chain.rules.map((rule, index) => {
        const set = this.#ruleCounters.get(rule);
        return set ?? (chain.original === undefined ? byRule.get(rule) : before!.rules[index]) ?? ZERO;
      }),
      policy: this.#policyCounters.get(name) ?? before?.policy ?? ZERO,
    };
  }

  // ---------------------------------------------------------------- changing

  append(chainName: string, rule: Rule, counters: Counters | undefined): void {
    const chain = this.#chain(chainName, 'append');
    this.#checkTarget(rule.target, 'append');
    this.appendRule(chain, rule, counters);
  }

  /** The same with a chain of this editor at hand. Precondition: the rule leads to no built-in chain. */
  appendRule(chain: EditedChain, rule: Rule, counters: Counters | undefined): void {
    this.#checkRoom('append');
    chain.push(rule);
    this.#added(rule, counters);
  }

  /** @param index from 0 */
  insert(chainName: string, rule: Rule, index: number, counters: Counters | undefined): void {
    const chain = this.#chain(chainName, 'insert');
    if (index > chain.rules.length)
      throw new IptcError('E2BIG', 'insert', `${chainName} has ${chain.rules.length} rules`);
    this.#checkTarget(rule.target, 'insert');
    this.#checkRoom('insert');
    chain.ownRules().splice(index, 0, rule);
    this.#added(rule, counters);
  }

  replace(chainName: string, rule: Rule, index: number, counters: Counters | undefined): void {
    const chain = this.#chain(chainName, 'replace');
    if (index >= chain.rules.length)
      throw new IptcError('E2BIG', 'replace', `${chainName} has ${chain.rules.length} rules`);
    this.#checkTarget(rule.target, 'replace');
    this.#removed(chain.rules[index]!);
    chain.ownRules()[index] = rule;
    this.#added(rule, counters);
  }

  deleteNumber(chainName: string, index: number): void {
    const chain = this.#chain(chainName, 'delete-number');
    if (index >= chain.rules.length) {
      throw new IptcError('E2BIG', 'delete-number', `${chainName} has ${chain.rules.length} rules`);
    }
    this.#removed(chain.rules[index]!);
    chain.ownRules().splice(index, 1);
    this.#changed = true;
  }

  /** Removes the first rule that is the same; with `dryRun` only says whether there is one (`-C`). */
  deleteRule(chainName: string, rule: Rule, dryRun: boolean): void {
    const chain = this.#chain(chainName, 'delete');
    this.#checkTarget(rule.target, 'delete');
    const index = chain.rules.findIndex((other) => sameRule(rule, other, this.registry));
    if (index < 0) throw new IptcError('ENOENT', 'delete');
    if (dryRun) return;
    this.#removed(chain.rules[index]!);
    chain.ownRules().splice(index, 1);
    this.#changed = true;
  }

  flush(chainName: string): void {
    const chain = this.#chain(chainName, 'flush');
    for (const rule of chain.rules) this.#removed(rule);
    if (chain.rules.length > 0) {
      chain.original = undefined;
      chain.rules = chain.own = [];
    }
    this.#changed = true;
  }

  /** Zeroes the counters of a chain's rules. Rules that this edit made keep what they were given. */
  zero(chainName: string): void {
    const chain = this.#chain(chainName, 'zero');
    for (const rule of chain.rules) this.#zeroRule(rule);
    this.#changed = true;
  }

  /** @param number from 1 */
  zeroCounter(chainName: string, number: number): void {
    const chain = this.#chain(chainName, 'zero-counter');
    const rule = chain.rules[number - 1];
    if (rule === undefined)
      throw new IptcError('E2BIG', 'zero-counter', `${chainName} has ${chain.rules.length} rules`);
    this.#zeroRule(rule);
    this.#changed = true;
  }

  createChain(name: string): void {
    if (this.isChain(name) || STANDARD.has(name)) throw new IptcError('EEXIST', 'create-chain', name);
    this.#chains.set(name, new EditedChain(name, undefined, NO_RULES, undefined));
    this.#changed = true;
  }

  /** Creates the chain `text.slice(from, to)` and answers its name; does nothing if that is taken or refused. */
  createMissingChain(text: string, from: number, to: number): string | undefined {
    if (this.#chains.find(text, from, to) !== undefined) return undefined;
    const name = text.slice(from, to);
    if (STANDARD.has(name)) return undefined;
    this.#chains.setFound(name, new EditedChain(name, undefined, NO_RULES, undefined));
    this.#changed = true;
    return name;
  }

  deleteChain(name: string): void {
    const chain = this.#chain(name, 'delete-chain');
    if (chain.policy !== undefined) throw new IptcError('EINVAL', 'delete-chain', name);
    if (this.references(name) > 0) throw new IptcError('EMLINK', 'delete-chain', name);
    if (chain.rules.length > 0) throw new IptcError('ENOTEMPTY', 'delete-chain', name);
    this.#chains.set(name, undefined);
    this.#lastFound = undefined;
    this.#changed = true;
  }

  /** Renames a chain, and every rule that leads to it. */
  renameChain(name: string, wanted: string): void {
    if (this.isChain(wanted) || STANDARD.has(wanted)) throw new IptcError('EEXIST', 'rename-chain', wanted);
    const chain = this.#chain(name, 'rename-chain');
    if (chain.policy !== undefined) throw new IptcError('ENOENT', 'rename-chain', `${name} is a built-in chain`);
    if (utf8Length(wanted) > MAX_NEW_NAME) throw new IptcError('EINVAL', 'rename-chain', wanted);
    let newName = wanted;
    while (utf8Length(newName) > KEPT_OF_NAME) newName = newName.slice(0, -1);
    if (this.isChain(newName)) throw new IptcError('EEXIST', 'rename-chain', newName);
    const counters = this.counters(name).rules;
    for (const [index, rule] of chain.rules.entries()) this.#carry(rule, counters[index]!);
    this.#chains.set(name, undefined);
    const renamedChain = new EditedChain(newName, undefined, chain.rules, undefined);
    renamedChain.own = chain.own;
    this.#chains.set(newName, renamedChain);
    this.#lastFound = undefined;
    for (const other of this.#chains.values()) {
      if (!other.rules.some((rule) => leadsTo(rule, name))) continue;
      const before = other === renamedChain ? counters : this.counters(other.name).rules;
      const rules = other.ownRules();
      for (const [index, rule] of rules.entries()) {
        if (!leadsTo(rule, name)) continue;
        const renamed: Rule = { ...rule, target: { ...(rule.target as { kind: 'jump' }), chain: newName } };
        this.#ruleCounters.delete(rule);
        rules[index] = renamed;
        this.#renamed.push(renamed);
        this.#carry(renamed, before[index]!);
      }
    }
    this.#references = undefined;
    this.#old = undefined;
    this.#changed = true;
  }

  setPolicy(chainName: string, policy: string, counters: Counters | undefined): void {
    const chain = this.#chains.get(chainName);
    if (chain?.policy === undefined) throw new IptcError('ENOENT', 'set-policy', chainName);
    if (policy !== 'ACCEPT' && policy !== 'DROP') throw new IptcError('EINVAL', 'set-policy', policy);
    if (chain.policy !== policy) {
      chain.policy = policy;
      chain.original = undefined;
    }
    this.#policyCounters.set(chainName, counters ?? ZERO);
    this.#changed = true;
  }

  // ---------------------------------------------------------------- the end

  /** The new value. The editor is used up. */
  finish(): TableEdit {
    const chains = sortedChains(this.#chains.values()).map(
      ({ original, name, policy, rules, own }): Chain =>
        // A long list that was built up one by one has room for more: not so its copy.
        original ?? { name, policy, rules: own === undefined || own.length <= 3 ? rules : own.slice() },
    );
    return {
      table: { name: this.name, chains },
      change: { distinct: true, keep: true, rules: this.#ruleCounters, policies: this.#policyCounters },
    };
  }

  /**
   * Puts the changes in place, if there are any.
   * @throws IptcError with the kernel's errno
   */
  commit(): void {
    if (!this.#changed) return;
    const { table, change } = this.finish();
    try {
      this.#store.replaceTable(table, change);
    } catch (error) {
      if (error instanceof KernelRefusal) throw new IptcError(error.errno, 'commit', error.message);
      throw error;
    }
  }

  // ---------------------------------------------------------------- helpers

  #chainsBefore(): ReadonlyMap<string, Chain> {
    this.#before ??= new Map(this.#store.table(this.name).chains.map((chain) => [chain.name, chain]));
    return this.#before;
  }

  /** The rules that were there when the edit began, and their renamed forms. */
  #oldRules(): Set<Rule> {
    if (this.#old === undefined) {
      this.#old = new Set(this.#store.table(this.name).chains.flatMap(({ rules }) => rules));
      for (const rule of this.#renamed) this.#old.add(rule);
    }
    return this.#old;
  }

  #chain(name: string, fn: IptcFunction): EditedChain {
    const chain = this.#chains.get(name);
    if (chain === undefined) throw new IptcError('ENOENT', fn, `there is no chain ${name} in ${this.name}`);
    return chain;
  }

  #checkTarget(target: RuleTarget | undefined, fn: IptcFunction): void {
    if (target === undefined || (target.kind !== 'jump' && target.kind !== 'goto')) return;
    if (this.isBuiltin(target.chain)) throw new IptcError('EINVAL', fn, `${target.chain} is a built-in chain`);
  }

  #checkRoom(fn: IptcFunction): void {
    if (this.#rulesMade++ >= MAX_RULES) throw new IptcError('ENOMEM', fn, 'the table would have more than 512 MiB');
  }

  #added(rule: Rule, counters: Counters | undefined): void {
    if (counters !== undefined && (counters.packets > 0 || counters.bytes > 0)) this.#ruleCounters.set(rule, counters);
    if (this.#references !== undefined) count(this.#references, rule, 1);
    this.#changed = true;
  }

  #removed(rule: Rule): void {
    this.#ruleCounters.delete(rule);
    if (this.#references !== undefined) count(this.#references, rule, -1);
  }

  #carry(rule: Rule, counters: Counters): void {
    if (counters.packets > 0 || counters.bytes > 0) this.#ruleCounters.set(rule, counters);
  }

  #zeroRule(rule: Rule): void {
    if (this.#oldRules().has(rule)) this.#ruleCounters.set(rule, ZERO);
  }
}

function leadsTo(rule: Rule, chain: string): boolean {
  const { target } = rule;
  return (target?.kind === 'jump' || target?.kind === 'goto') && target.chain === chain;
}

function count(references: Map<string, number>, rule: Rule, by: number): void {
  const { target } = rule;
  if (target?.kind !== 'jump' && target?.kind !== 'goto') return;
  references.set(target.chain, (references.get(target.chain) ?? 0) + by);
}

/** Built-in chains as they are, then the others by `strcmp`. */
function sortedChains<C extends { readonly name: string; readonly policy: Policy | undefined }>(chains: C[]): C[] {
  const builtin = chains.filter(({ policy }) => policy !== undefined);
  const own = chains.filter(({ policy }) => policy === undefined);
  own.sort((a, b) => strcmp(a.name, b.name));
  return [...builtin, ...own];
}

/** The order of the bytes of two texts in UTF-8, which is that of their code points. */
export function strcmp(a: string, b: string): number {
  if (a === b) return 0;
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    // Halves of a surrogate pair stand for code points above all others.
    const leftHigh = left >= 0xd800 && left < 0xe000;
    const rightHigh = right >= 0xd800 && right < 0xe000;
    return leftHigh !== rightHigh ? (leftHigh ? 1 : -1) : left - right;
  }
  return a.length - b.length;
}

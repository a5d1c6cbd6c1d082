import { ACCEPT, drop, invariant, type Verdict } from '@chainwalk/core';
import { ChainIndex } from './chain-index.ts';
import { type Columns, columnsOf, LONG_FROM } from './columns.ts';
import type { CompiledRule, Compiler, TargetCode } from './compile.ts';
import type { Demands } from './extension.ts';
import type { Chain, Counters } from './rule.ts';
import { BYTES, BYTES_THROUGH, countersOf, FIRST, LENGTH, LINK, PACKETS, ROW, type RuleRows } from './rule-rows.ts';
import type { WalkMemo } from './walk-memo.ts';

/** What `-j DROP` and a policy DROP decide. */
export const DROP: Verdict = drop('netfilter-drop');

const UNCOUNTED: Counters = { packets: 0, bytes: 0 };

/**
 * What a chain has at run time on one host: rows for its rules, their private state, and, where it is long, an index.
 *
 * A node has tens of thousands of chains, and only what a packet comes to is made ready.
 */
export class ChainRuntime {
  /** Its place in the table. */
  place = -1;
  /** The row of its first rule; -1 as long as it has none. */
  first = -1;
  /** Whether its rows say all that walks need. */
  isReady = false;
  /** The number of its rules. */
  length: number;
  /** Of a long chain that is ready: what a plain walk reads. */
  columns: Columns | undefined = undefined;
  readonly name: string;
  /** What its policy decides; ACCEPT for chains without one, which are never asked. */
  policyVerdict: Verdict;
  policyPackets = 0;
  policyBytes = 0;
  /** The hooks for which its rules were checked, as a mask; -1 before that. */
  checkedFor = -1;
  /** Of a built-in chain: what its walks do, as far as that is known for this version of the table. */
  memo: WalkMemo | undefined = undefined;
  /** Private state of the extensions of each rule, by slot, if any rule has some. */
  states: readonly (readonly unknown[] | undefined)[] | undefined = undefined;
  readonly #compiler: Compiler;
  #chain: Chain;
  #demands: Demands;
  #rows: RuleRows;
  #index: ChainIndex | undefined = undefined;
  #codes: Map<number, CompiledRule> | undefined = undefined;

  constructor(chain: Chain, compiler: Compiler, demands: Demands, rows: RuleRows) {
    this.name = chain.name;
    this.length = chain.rules.length;
    this.policyVerdict = verdictOf(chain);
    this.#compiler = compiler;
    this.#chain = chain;
    this.#demands = demands;
    this.#rows = rows;
  }

  get chain(): Chain {
    return this.#chain;
  }

  get demands(): Demands {
    return this.#demands;
  }

  get rows(): RuleRows {
    return this.#rows;
  }

  /** Writes down what walks need, if that was not done yet, but for where its rules lead to. */
  prepare(): void {
    if (this.isReady) return;
    this.isReady = true;
    const { rules } = this.#chain;
    if (rules.length === 0) return;
    const first = this.#place();
    const { words } = this.#rows;
    let bytes = 0;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!;
      const at = (first + i) * ROW;
      this.#compiler.fill(rule, this.#rows, first + i, bytes, this.#codes?.get(i));
      bytes = words[at + BYTES_THROUGH]!;
      if (rule.target?.kind !== 'extension') continue;
      const target = this.#targetOf(i);
      words[at + LINK] = this.#rows.placeOfTarget(target);
      if (target.numbers === undefined) continue;
      words[at + FIRST] = target.numbers[0];
      words[at + LENGTH] = target.numbers[1];
    }
    this.columns = rules.length < LONG_FROM ? undefined : columnsOf(this.#rows, first, rules.length);
  }

  #place(): number {
    if (this.first < 0) this.first = this.#rows.allocate(this.length);
    return this.first;
  }

  /** Finds the rules of a long chain that can match a packet. Precondition: it is ready. */
  get index(): ChainIndex {
    return (this.#index ??= new ChainIndex(this));
  }

  /** What a row cannot hold of a rule. */
  code(index: number): CompiledRule {
    this.#codes ??= new Map();
    let code = this.#codes.get(index);
    if (code === undefined) {
      code = this.#compiler.rule(this.#chain.rules[index]!);
      this.#codes.set(index, code);
    }
    return code;
  }

  #targetOf(index: number): TargetCode {
    const target = this.#codes?.get(index)?.target ?? this.#compiler.target(this.#chain.rules[index]!);
    invariant(target !== undefined, 'the target is an extension');
    return target;
  }

  /** The counters of a rule. */
  counters(index: number): Counters {
    if (this.first < 0) return UNCOUNTED;
    const at = countersOf(this.first + index);
    const { counters } = this.#rows;
    return { packets: counters[at + PACKETS]!, bytes: counters[at + BYTES]! };
  }

  setCounters(index: number, { packets, bytes }: Counters): void {
    if (this.first < 0 && packets === 0 && bytes === 0) return;
    const at = countersOf(this.#place() + index);
    const { counters } = this.#rows;
    counters[at + PACKETS] = packets;
    counters[at + BYTES] = bytes;
  }

  /** Its policy decides about a packet of so many bytes. */
  countPolicy(length: number): Verdict {
    this.policyPackets++;
    this.policyBytes += length;
    return this.policyVerdict;
  }

  /** Another value takes the place of the chain: its rules begin with nothing. */
  become(chain: Chain, demands: Demands): void {
    this.leave();
    this.#chain = chain;
    this.#demands = demands;
    this.length = chain.rules.length;
    this.policyVerdict = verdictOf(chain);
    this.states = undefined;
    this.#codes = undefined;
  }

  /** Gives its rows back. */
  leave(): void {
    if (this.first >= 0) this.#rows.release(this.length);
    this.first = -1;
    this.isReady = false;
    this.columns = undefined;
    this.#index = undefined;
  }

  /** Goes on in other rows, with the same counters. */
  moveTo(rows: RuleRows): void {
    const { first } = this;
    const { counters } = this.#rows;
    this.#rows = rows;
    if (first < 0) return;
    this.first = -1;
    this.isReady = false;
    this.#place();
    for (let index = 0; index < this.length; index++) {
      const at = countersOf(first + index);
      this.setCounters(index, { packets: counters[at + PACKETS]!, bytes: counters[at + BYTES]! });
    }
  }
}

function verdictOf({ policy }: Chain): Verdict {
  return policy === 'DROP' ? DROP : ACCEPT;
}

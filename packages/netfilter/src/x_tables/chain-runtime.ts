import { ACCEPT, drop, type Verdict } from '@chainwalk/core';
import type { Columns, CompiledChain, CompiledRule, Compiler } from './compile.ts';
import type { Demands } from './extension.ts';
import type { Chain } from './rule.ts';
import type { WalkMemo } from './walk-memo.ts';

/** What `-j DROP` and a policy DROP decide. */
export const DROP: Verdict = drop('netfilter-drop');

/**
 * What a rule has at run time on one host: its counters and private state, and a copy of what walks read of its compiled
 * form. Most of the cost of a rule is waiting for memory, so all of it lies in one place.
 */
export class RuleRuntime {
  /** As of {@link CompiledRule}, whose fields these are; they say nothing before {@link prepare}. */
  kind = 0;
  srcNetwork = 0;
  srcMask = 0;
  dstNetwork = 0;
  dstMask = 0;
  protocol = 0;
  size = 0;
  tests: CompiledRule['tests'] = [];
  verb: CompiledRule['verb'] = 'none';
  /** The chain that it jumps to, resolved when first taken. */
  link: ChainRuntime | undefined = undefined;
  packets = 0;
  bytes = 0;
  calls = 0;
  comments = 0;
  /** Private state of its extensions, by slot, if they have any. */
  states: readonly unknown[] | undefined = undefined;
  code: CompiledRule | undefined = undefined;

  /** Takes over what walks read. */
  prepare(code: CompiledRule): void {
    this.code = code;
    this.kind = code.kind;
    this.srcNetwork = code.srcNetwork;
    this.srcMask = code.srcMask;
    this.dstNetwork = code.dstNetwork;
    this.dstMask = code.dstMask;
    this.protocol = code.protocol;
    this.size = code.size;
    this.tests = code.tests;
    this.verb = code.verb;
    this.calls = code.calls;
    this.comments = code.comments;
  }
}

/**
 * What a chain has at run time on one host: its compiled form, its counters, the private state of its rules.
 *
 * A node has tens of thousands of chains, most of which no packet ever comes to: the compiled form and what the rules have
 * are made when they are first asked for.
 */
export class ChainRuntime {
  /** Its rules as walks need them, see {@link prepare}. */
  ready: readonly RuleRuntime[] | undefined = undefined;
  /** Of a long chain that is ready: as of its compiled form. */
  columns: Columns | undefined = undefined;
  readonly name: string;
  policyPackets = 0;
  policyBytes = 0;
  /** The hooks for which its rules were checked, as a mask; -1 before that. */
  checkedFor = -1;
  /** Of a built-in chain: what its walks do, as far as that is known for this version of the table. */
  memo: WalkMemo | undefined = undefined;
  readonly #compiler: Compiler;
  #chain: Chain;
  #demands: Demands;
  #compiled: CompiledChain | undefined = undefined;
  /** Of the value that this one took the place of, as long as it may be of use. */
  #earlier: CompiledChain | undefined = undefined;
  #rules: readonly RuleRuntime[] | undefined = undefined;

  constructor(chain: Chain, compiler: Compiler, demands: Demands) {
    this.name = chain.name;
    this.#compiler = compiler;
    this.#chain = chain;
    this.#demands = demands;
  }

  get chain(): Chain {
    return this.#chain;
  }

  get demands(): Demands {
    return this.#demands;
  }

  get compiled(): CompiledChain {
    if (this.#compiled === undefined) {
      this.#compiled = this.#compiler.chain(this.#chain, this.#earlier);
      this.#earlier = undefined;
    }
    return this.#compiled;
  }

  /** Makes the rules ready for walks, when a packet first comes to the chain. */
  prepare(): readonly RuleRuntime[] {
    const { compiled, rules } = this;
    for (let i = 0; i < rules.length; i++) rules[i]!.prepare(compiled.rules[i]!);
    this.columns = compiled.columns;
    this.ready = rules;
    return rules;
  }

  get rules(): readonly RuleRuntime[] {
    return (this.#rules ??= this.#chain.rules.map(() => new RuleRuntime()));
  }

  /** The same, unless nothing has asked for them: then every counter is zero, and there is no state. */
  get rulesMade(): readonly RuleRuntime[] | undefined {
    return this.#rules;
  }

  /** Another value takes the place of the chain: its rules begin with nothing. */
  become(chain: Chain, demands: Demands): void {
    this.#chain = chain;
    this.#demands = demands;
    this.#earlier = this.#compiled ?? this.#earlier;
    this.#compiled = undefined;
    this.#rules = undefined;
    this.ready = undefined;
    this.columns = undefined;
  }

  /** What its policy decides; ACCEPT for chains without one, which are never asked. */
  get policyVerdict(): Verdict {
    return this.#chain.policy === 'DROP' ? DROP : ACCEPT;
  }
}

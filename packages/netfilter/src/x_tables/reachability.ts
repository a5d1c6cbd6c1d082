import { HOOK_NAMES, type HookName } from '@chainwalk/core';
import { KernelRefusal } from './extension.ts';
import { endsChain } from './layout.ts';
import type { Chain, Table } from './rule.ts';

/** From where the chains of a table can be reached, by their places in the table. */
export interface Reachability {
  /** The place of each chain in the table, by its name. */
  readonly places: ReadonlyMap<string, number>;
  /** The built-in chains from which each can be reached, as bits; see {@link hooksOfMask}. */
  readonly masks: Uint8Array;
  /**
   * How many rules of each chain can be reached: those behind come after an unconditional verdict and are never visited.
   * 0 for chains that are not reached themselves.
   */
  readonly ends: Int32Array;
}

const NEW = 0;
const OPEN = 1;
const DONE = 2;

/** Every set of hooks, by its mask. */
const HOOK_LISTS: readonly (readonly HookName[])[] = Array.from({ length: 1 << HOOK_NAMES.length }, (_, mask) =>
  HOOK_NAMES.filter((__, hook) => (mask & (1 << hook)) !== 0),
);

/** The built-in chains that a mask of {@link Reachability} stands for, in the order of the hooks. */
export function hooksOfMask(mask: number): readonly HookName[] {
  return HOOK_LISTS[mask]!;
}

/**
 * Follows every jump and goto from the built-in chains (`mark_source_chains`).
 *
 * What is not reachable from one may hold anything, loops included; the command that links it is the one that fails.
 * @throws KernelRefusal ELOOP if a chain can reach itself, EINVAL if a jump leads nowhere
 */
export function reachability(table: Table): Reachability {
  return new Search(table.chains).run();
}

/**
 * Depth first, without recursion: a hostile ruleset may nest a hundred thousand chains. Each chain is looked into once,
 * whichever chains lead to it; who reaches it is worked out from the order in which chains were left.
 */
class Search {
  readonly #chains: readonly Chain[];
  readonly #places = new Map<string, number>();
  readonly #states: Uint8Array;
  readonly #masks: Uint8Array;
  readonly #ends: Int32Array;
  /** Where each chain's own targets begin and end among the targets of all. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  /** Places of chains that rules lead to; -1 for one that does not exist. */
  readonly #targets: number[] = [];
  /** The chains in the order in which they were left: each after all that it leads to. */
  readonly #left: number[] = [];

  constructor(chains: readonly Chain[]) {
    const count = chains.length;
    this.#chains = chains;
    for (let place = 0; place < count; place++) this.#places.set(chains[place]!.name, place);
    this.#states = new Uint8Array(count);
    this.#masks = new Uint8Array(count);
    this.#ends = new Int32Array(count);
    this.#first = new Int32Array(count);
    this.#last = new Int32Array(count);
  }

  run(): Reachability {
    const chains = this.#chains;
    const masks = this.#masks;
    for (let place = 0; place < chains.length; place++) {
      const chain = chains[place]!;
      if (chain.policy === undefined) continue;
      masks[place]! |= 1 << HOOK_NAMES.indexOf(chain.name as HookName);
      if (this.#states[place] === NEW) this.#visit(place);
    }
    for (let i = this.#left.length - 1; i >= 0; i--) {
      const place = this.#left[i]!;
      const mask = masks[place]!;
      for (let t = this.#first[place]!; t < this.#last[place]!; t++) masks[this.#targets[t]!]! |= mask;
    }
    return { places: this.#places, masks, ends: this.#ends };
  }

  #visit(base: number): void {
    const states = this.#states;
    const stack: number[] = [base];
    /** The target of each chain on the stack that comes next. */
    const next: number[] = [this.#enter(base)];
    while (stack.length > 0) {
      const top = stack.length - 1;
      const place = stack[top]!;
      const at = next[top]!;
      if (at === this.#last[place]) {
        stack.pop();
        next.pop();
        states[place] = DONE;
        this.#left.push(place);
        continue;
      }
      next[top] = at + 1;
      const target = this.#targets[at]!;
      if (target < 0) this.#leadsNowhere(place, at);
      const state = states[target];
      if (state === DONE) continue;
      if (state === OPEN) {
        const { name } = this.#chains[target]!;
        throw new KernelRefusal('ELOOP', `chain ${name} can reach itself through ${this.#chains[place]!.name}`);
      }
      stack.push(target);
      next.push(this.#enter(target));
    }
  }

  /** Opens a chain and finds where its rules lead. Answers the first of these targets. */
  #enter(place: number): number {
    const { rules } = this.#chains[place]!;
    const targets = this.#targets;
    this.#states[place] = OPEN;
    const first = targets.length;
    let end = 0;
    while (end < rules.length) {
      const rule = rules[end++]!;
      const { target } = rule;
      if (target === undefined) continue;
      if (target.kind === 'jump' || target.kind === 'goto') targets.push(this.#places.get(target.chain) ?? -1);
      else if (target.kind === 'verdict' && endsChain(rule)) break;
    }
    this.#ends[place] = end;
    this.#first[place] = first;
    this.#last[place] = targets.length;
    return first;
  }

  #leadsNowhere(place: number, at: number): never {
    const chain = this.#chains[place]!;
    const names = chain.rules.flatMap(({ target }) =>
      target?.kind === 'jump' || target?.kind === 'goto' ? [target.chain] : [],
    );
    const name = names[at - this.#first[place]!]!;
    throw new KernelRefusal('EINVAL', `chain ${chain.name} jumps to ${name}, which does not exist`);
  }
}

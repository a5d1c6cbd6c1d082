import type { HookName } from '@chainwalk/core';
import { KernelRefusal } from './extension.ts';
import { endsChain } from './layout.ts';
import type { Chain, Table } from './rule.ts';

/** From which built-in chains a chain can be reached, and how many of its rules can be. */
export interface Reach {
  readonly hooks: readonly HookName[];
  /** Rules from this index on come after an unconditional verdict and are never visited. */
  readonly end: number;
}

/**
 * Follows every jump and goto from the built-in chains (`mark_source_chains`).
 *
 * What is not reachable from one may hold anything, loops included; the command that links it is the one that fails.
 * @throws KernelRefusal ELOOP if a chain can reach itself, EINVAL if a jump leads nowhere
 */
export function reachability(table: Table): ReadonlyMap<string, Reach> {
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  const edges = new Map<string, readonly string[]>();
  const hooks = new Map<string, HookName[]>();
  for (const base of table.chains) {
    if (base.policy === undefined) continue;
    visit(base, chains, edges, base.name as HookName, hooks);
  }
  return new Map(
    table.chains.map((chain) => [chain.name, { hooks: hooks.get(chain.name) ?? [], end: reachableEnd(chain) }]),
  );
}

function reachableEnd(chain: Chain): number {
  const at = chain.rules.findIndex(endsChain);
  return at < 0 ? chain.rules.length : at + 1;
}

function edgesOf(chain: Chain): readonly string[] {
  const names = new Set<string>();
  for (const rule of chain.rules) {
    const target = rule.target;
    if (target !== undefined && (target.kind === 'jump' || target.kind === 'goto')) names.add(target.chain);
    else if (endsChain(rule)) break;
  }
  return [...names];
}

/** Depth first without recursion: a hostile ruleset may nest a hundred thousand chains. */
function visit(
  base: Chain,
  chains: ReadonlyMap<string, Chain>,
  edges: Map<string, readonly string[]>,
  hook: HookName,
  hooks: Map<string, HookName[]>,
): void {
  const done = new Set<string>();
  const open = new Set<string>([base.name]);
  const stack: { name: string; next: number }[] = [{ name: base.name, next: 0 }];
  mark(hooks, base.name, hook);
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    let targets = edges.get(top.name);
    if (targets === undefined) edges.set(top.name, (targets = edgesOf(chains.get(top.name)!)));
    const target = targets[top.next++];
    if (target === undefined) {
      stack.pop();
      open.delete(top.name);
      done.add(top.name);
      continue;
    }
    if (open.has(target)) throw new KernelRefusal('ELOOP', `chain ${target} can reach itself through ${top.name}`);
    if (done.has(target)) continue;
    if (!chains.has(target))
      throw new KernelRefusal('EINVAL', `chain ${top.name} jumps to ${target}, which does not exist`);
    mark(hooks, target, hook);
    open.add(target);
    stack.push({ name: target, next: 0 });
  }
}

function mark(hooks: Map<string, HookName[]>, chain: string, hook: HookName): void {
  const list = hooks.get(chain);
  if (list === undefined) hooks.set(chain, [hook]);
  else list.push(hook);
}

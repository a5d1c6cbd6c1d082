import type { HookName } from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KernelRefusal } from '../../src/x_tables/extension.ts';
import { builtinChains, endsChain } from '../../src/x_tables/layout.ts';
import { hooksOfMask, reachability } from '../../src/x_tables/reachability.ts';
import type { Chain, Rule, RuleTarget, Table } from '../../src/x_tables/rule.ts';

/** The same by asking anew for each built-in chain, rule by rule. */
function plainReach(table: Table): Map<string, HookName[]> {
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  const reached = new Map<string, HookName[]>();
  for (const base of table.chains) {
    if (base.policy === undefined) continue;
    const seen = new Set<string>();
    const visit = (chain: Chain, callers: readonly string[]): void => {
      if (seen.has(chain.name)) return;
      seen.add(chain.name);
      reached.set(chain.name, [...(reached.get(chain.name) ?? []), base.name as HookName]);
      const path = [...callers, chain.name];
      for (const rule of chain.rules) {
        const { target } = rule;
        if (endsChain(rule)) break;
        if (target?.kind !== 'jump' && target?.kind !== 'goto') continue;
        const name = target.chain;
        if (path.includes(name)) {
          throw new KernelRefusal('ELOOP', `chain ${name} can reach itself through ${chain.name}`);
        }
        const next = chains.get(name);
        if (next === undefined) {
          throw new KernelRefusal('EINVAL', `chain ${chain.name} jumps to ${name}, which does not exist`);
        }
        visit(next, path);
      }
    };
    visit(base, []);
  }
  return reached;
}

const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G'];
const arbTarget = (targets: readonly string[]): fc.Arbitrary<RuleTarget | undefined> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...targets).map((chain): RuleTarget => ({ kind: 'jump', chain })) },
    { weight: 2, arbitrary: fc.constantFrom(...targets).map((chain): RuleTarget => ({ kind: 'goto', chain })) },
    { weight: 1, arbitrary: fc.constant<RuleTarget>({ kind: 'verdict', verdict: 'RETURN' }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
const arbRules = (targets: readonly string[]): fc.Arbitrary<Rule[]> =>
  fc.array(
    fc.record({
      ip: fc.constantFrom({}, { protocol: { number: 6, inverted: false } }),
      matches: fc.constant([]),
      target: arbTarget(targets),
    }),
    { maxLength: 4 },
  );

/** @param loops whether chains may lead to any other, itself and one that is missing among them */
function arbTable(loops: boolean): fc.Arbitrary<Table> {
  const builtin = builtinChains('mangle').map((name) => ({ name, policy: 'ACCEPT' as const, targets: names }));
  const own = names.map((name, index) => ({ name, policy: undefined, targets: names.slice(index + 1) }));
  const chains = [...builtin, ...own].map(({ name, policy, targets }) => {
    const allowed = loops ? [...names, ...names, ...names, 'INPUT', 'MISSING'] : targets;
    const rules = allowed.length === 0 ? fc.constant([]) : arbRules(allowed);
    return rules.map((list): Chain => ({ name, policy, rules: list }));
  });
  return fc.tuple(...chains).map((list): Table => ({ name: 'mangle', chains: list }));
}

function answer(work: () => Map<string, readonly HookName[]>): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof KernelRefusal) return [error.errno, error.message];
    throw error;
  }
}

describe('reachability', () => {
  it.each([
    ['without loops', false],
    ['of any chains', true],
  ])('of a table %s is what a walk from each built-in chain finds, faults included', (_, loops) => {
    fc.assert(
      fc.property(arbTable(loops), (table) => {
        const found = answer(() => {
          const { masks } = reachability(table);
          const all = table.chains.map(({ name }, place) => [name, hooksOfMask(masks[place]!)] as const);
          return new Map(all.filter(([, hooks]) => hooks.length > 0));
        });
        expect(found).toEqual(answer(() => plainReach(table)));
      }),
      { numRuns: 500 },
    );
  });

  it('ends a chain with its first unconditional verdict', () => {
    const rule = (target: RuleTarget | undefined, test = false): Rule => ({
      ip: test ? { protocol: { number: 6, inverted: false } } : {},
      matches: [],
      target,
    });
    const accept: RuleTarget = { kind: 'verdict', verdict: 'ACCEPT' };
    const rules = [rule(accept, true), rule(undefined), rule(accept), rule({ kind: 'jump', chain: 'MISSING' })];
    const chains: Chain[] = [
      { name: 'INPUT', policy: 'ACCEPT', rules },
      { name: 'LONE', policy: undefined, rules: [rule(undefined)] },
    ];
    expect([...reachability({ name: 'filter', chains }).ends]).toEqual([3, 0]);
  });
});

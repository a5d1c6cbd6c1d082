import type { Patch } from 'immer';
import type { Chain, Ruleset, Table } from '../x_tables/rule.ts';

type Path = (string | number)[];

/**
 * The difference between two rulesets as immer's patches: `applyPatches(before, patches)` is `after`. Their number is
 * that of the rules, chains and tables that changed, wherever in a chain they stand; what is the same value in both
 * is not looked into.
 */
export function rulesetPatches(before: Ruleset, after: Ruleset): readonly Patch[] {
  const patches: Patch[] = [];
  if (before !== after) listPatches(before.tables, after.tables, ['tables'], ({ name }) => name, tablePatches, patches);
  return patches;
}

function tablePatches(before: Table, after: Table, path: Path, patches: Patch[]): void {
  listPatches(before.chains, after.chains, [...path, 'chains'], ({ name }) => name, chainPatches, patches);
}

function chainPatches(before: Chain, after: Chain, path: Path, patches: Patch[]): void {
  if (before.policy !== after.policy) patches.push({ op: 'replace', path: [...path, 'policy'], value: after.policy });
  listPatches(before.rules, after.rules, [...path, 'rules'], undefined, undefined, patches);
}

/**
 * Patches of a list: what is equal at both ends stays, the rest is replaced, removed from its end, or added in order.
 * @param nameOf what makes two items versions of one thing, if anything but identity does
 */
function listPatches<T>(
  before: readonly T[],
  after: readonly T[],
  path: Path,
  nameOf: ((item: T) => string) | undefined,
  inside: ((before: T, after: T, path: Path, patches: Patch[]) => void) | undefined,
  patches: Patch[],
): void {
  if (before === after) return;
  const same = (a: T, b: T): boolean => a === b || (nameOf !== undefined && nameOf(a) === nameOf(b));
  let start = 0;
  while (start < before.length && start < after.length && same(before[start]!, after[start]!)) start++;
  let endBefore = before.length;
  let endAfter = after.length;
  while (endBefore > start && endAfter > start && same(before[endBefore - 1]!, after[endAfter - 1]!)) {
    endBefore--;
    endAfter--;
  }
  const common = Math.min(endBefore, endAfter) - start;
  if (common > 0 && nameOf === undefined) {
    for (let i = start; i < start + common; i++) patches.push({ op: 'replace', path: [...path, i], value: after[i] });
    start += common;
  }
  for (let i = endBefore - 1; i >= start; i--) patches.push({ op: 'remove', path: [...path, i] });
  for (let i = start; i < endAfter; i++) patches.push({ op: 'add', path: [...path, i], value: after[i] });
  if (inside === undefined) return;
  // Now the lists are equal in length and names: what is left differs inside its items.
  for (let index = 0; index < after.length; index++) {
    const item = after[index]!;
    const old = index < start ? before[index] : index >= endAfter ? before[index - endAfter + endBefore] : undefined;
    if (old !== undefined && old !== item) inside(old, item, [...path, index], patches);
  }
}

import { invariant } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import {
  badOption,
  type CheckContext,
  KernelRefusal,
  type OptionUse,
  type RuleContext,
} from '../x_tables/extension.ts';
import { DIM_SRC, MAX_DIMENSIONS } from './ip-set.ts';
import { byteLength } from './parse-element.ts';

/** A set as a rule names it: `hosts src,dst`. */
export interface SetReference {
  readonly name: string;
  /** What each dimension is taken from; one to six of them. */
  readonly directions: readonly ('src' | 'dst')[];
}

const MAX_NAME = 31;

/** Reads the two words of `--match-set`, `--add-set` and so on. The set has to be there if the host is known. */
export function parseReference(option: OptionUse, rule: RuleContext): SetReference {
  const [name = '', words = ''] = option.values;
  if (byteLength(name) > MAX_NAME) badOption(option, `setname \`${name}' too long, max ${MAX_NAME} characters.`);
  const set = rule.net?.sets.find(name);
  if (rule.net !== undefined && set === undefined) {
    badOption(option, `Set ${name} doesn't exist.`, 'create it first, with ipset');
  }
  if (set?.family === 'inet6')
    badOption(option, `The protocol family of set ${name} is IPv6, which is not applicable.`);
  const directions: ('src' | 'dst')[] = [];
  for (const word of words.split(',')) {
    if (directions.length === MAX_DIMENSIONS) {
      badOption(option, `Can't be more src/dst options than ${MAX_DIMENSIONS}.`);
    }
    // Only the first three letters are looked at.
    const direction = word.slice(0, 3);
    if (direction !== 'src' && direction !== 'dst') {
      badOption(option, "You must spefify (the comma separated list of) 'src' or 'dst'.");
    }
    directions.push(direction);
  }
  return { name, directions };
}

/** `hosts src,dst` */
export function formatReference({ name, directions }: SetReference): string {
  return `${name} ${directions.join(',')}`;
}

/** The directions as the kernel has them. Only three dimensions are ever looked at. */
export function directionFlags({ directions }: SetReference): { readonly dim: number; readonly flags: number } {
  let flags = 0;
  for (const [index, direction] of directions.entries()) {
    if (direction === 'src' && index < 3) flags |= DIM_SRC[(index + 1) as 1 | 2 | 3];
  }
  return { dim: directions.length, flags };
}

/** What the kernel checks when a table with the rule is put in place. @throws KernelRefusal */
export function checkReference(reference: SetReference | undefined, context: CheckContext): void {
  if (reference !== undefined && context.net.sets.indexOf(reference.name) === undefined) {
    throw new KernelRefusal('ENOENT', `there is no set ${reference.name}`);
  }
}

/** Takes a reference to the set, as long as the rule exists. The answer is its index. */
export function acquireReference(reference: SetReference, net: Netfilter): number {
  const index = net.sets.indexOf(reference.name);
  invariant(index !== undefined && net.sets.acquire(index), `set ${reference.name} is gone since the rule was checked`);
  return index;
}

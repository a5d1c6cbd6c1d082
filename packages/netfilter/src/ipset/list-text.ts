import type { IpSet, MemberText } from './ip-set.ts';
import { compareMembers } from './sorted.ts';

/** How sets are listed. */
export interface ListOptions {
  readonly mode: 'plain' | 'save';
  readonly names: boolean;
  readonly terse: boolean;
  readonly sorted: boolean;
}

/** The text of `ipset list` or `ipset save` of these sets; lists come last, since they refer to the others. */
export function listText(sets: readonly IpSet[], options: ListOptions): string {
  const ordered = [
    ...sets.filter((set) => set.type.name !== 'list:set'),
    ...sets.filter((set) => set.type.name === 'list:set'),
  ];
  if (options.mode === 'save') return ordered.map((set) => saveText(set, options.sorted)).join('');
  if (options.names) return ordered.map((set) => `${set.name}\n`).join('');
  return ordered.map((set) => plainText(set, options)).join('\n');
}

function saveText(set: IpSet, sorted: boolean): string {
  const lines = [`create ${set.name} ${set.type.name} ${set.header()}\n`];
  for (const { element, options } of membersOf(set, sorted)) lines.push(`add ${set.name} ${element}${options}\n`);
  return lines.join('');
}

function plainText(set: IpSet, { terse, sorted }: ListOptions): string {
  const lines = [
    `Name: ${set.name}\n`,
    `Type: ${set.type.name}\n`,
    `Revision: ${set.type.revision}\n`,
    `Header: ${set.header()}\n`,
    `Size in memory: ${set.memorySize()}\n`,
    `References: ${set.references}\n`,
    `Number of entries: ${set.elementCount()}\n`,
  ];
  if (terse) return lines.join('');
  lines.push('Members:\n');
  for (const { element, options } of membersOf(set, sorted)) lines.push(`${element}${options}\n`);
  return lines.join('');
}

function membersOf(set: IpSet, sorted: boolean): Iterable<MemberText> {
  return sorted ? [...set.members()].sort((a, b) => compareMembers(a.element, b.element)) : set.members();
}

import { didYouMean, nearestName } from '@chainwalk/core';
import { utf8Length } from '../x_tables/utf8.ts';
import { IPTABLES_TARGETS, STANDARD_TARGETS } from './known-names.ts';
import type { OptionReader } from './option-reader.ts';
import { isSpace } from './scan-counter.ts';

/** Longest name of a chain, match or target that is read, in bytes. */
export const MAX_NAME = 28;
/** Longest name of a device, in bytes. */
export const MAX_DEVICE = 15;

/** Whether a name has more than `max` bytes. Most names are too short for that to be counted. */
export function tooLong(name: string, max: number): boolean {
  return name.length * 3 > max && utf8Length(name) > max;
}

/** Whether a name has nothing that is looked at twice: some printable ASCII characters, at most `max`. */
export function isPlainName(name: string, max: number): boolean {
  if (name.length === 0 || name.length > max) return false;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}

/** Checks the word after `-j` and `-g` (`xt_parse_target`). @throws InputError */
export function checkTargetName(reader: OptionReader, name: string, word: number): void {
  if (name === '') reader.bad(word, 'bad-target', 'Invalid target name (too short)');
  if (tooLong(name, MAX_NAME)) reader.bad(word, 'bad-target', `Invalid target name \`${name}' (${MAX_NAME} chars max)`);
  if (hasSpace(name)) reader.bad(word, 'bad-target', `Invalid target name \`${name}'`);
}

/**
 * Checks the word after `-N`: no name of a target, modelled or not.
 * @param isTarget whether the registry has a target of a name
 * @throws InputError
 */
export function checkNewChain(
  reader: OptionReader,
  name: string,
  word: number,
  isTarget: (name: string) => boolean,
): void {
  if (tooLong(name, MAX_NAME)) {
    reader.bad(word, 'bad-chain', `chain name \`${name}' too long (must be under ${MAX_NAME + 1} chars)`);
  }
  if (name.startsWith('-') || name.startsWith('!')) {
    reader.bad(word, 'bad-chain', `chain name not allowed to start with \`${name[0]}'`);
  }
  if (
    name === '' ||
    name === 'standard' ||
    STANDARD_TARGETS.has(name) ||
    IPTABLES_TARGETS.has(name) ||
    isTarget(name)
  ) {
    reader.bad(word, 'bad-chain', 'chain name may not clash with target name', 'choose another name');
  }
  if (hasSpace(name)) reader.bad(word, 'bad-chain', `Invalid chain name \`${name}'`);
}

/** Checks the word after `-i` and `-o`. @throws InputError */
export function checkDevice(reader: OptionReader, name: string, word: number): void {
  if (!tooLong(name, MAX_DEVICE)) return;
  reader.bad(word, 'bad-device', `interface name \`${name}' must be shorter than IFNAMSIZ (${MAX_DEVICE})`);
}

/** A hint with the nearest of the names that would have been right. */
export function hintFor(word: string, names: Iterable<string>): string | undefined {
  return didYouMean(nearestName(word, names));
}

function hasSpace(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (isSpace(name.charCodeAt(i))) return true;
  return false;
}

import { InputError, nearestName, type Place } from '@chainwalk/core';
import type { MatchExtension, OptionSpec, OptionUse, TargetExtension } from '../x_tables/extension.ts';
import { LONG_BY_NAME, LONG_OPTIONS, type LongOption } from './core-options.ts';
import { placeOfWord, type WordList } from './words.ts';

/** An option as it was used; its place is worked out only when somebody asks for it. */
export class ParsedOption implements OptionUse {
  readonly name: string;
  readonly values: readonly string[];
  readonly inverted: boolean;
  /** Index of its word in the line. */
  readonly word: number;
  readonly #source: string;
  readonly #line: number;
  readonly #column: number;

  constructor(name: string, values: readonly string[], inverted: boolean, words: WordList, index: number) {
    this.name = name;
    this.values = values;
    this.inverted = inverted;
    this.word = index;
    this.#source = words.source;
    this.#line = words.line;
    this.#column = words.columns[index] ?? 1;
  }

  get place(): Place {
    return { source: this.#source, line: this.#line, column: this.#column };
  }
}

/** One match or target of the rule that is being read, with the options given to it so far. */
export interface Loaded {
  readonly kind: 'match' | 'target';
  readonly extension: MatchExtension | TargetExtension;
  readonly uses: ParsedOption[];
  /** Where it was named, for faults of the extension as a whole. */
  readonly word: number;
  /** Whether `-p` stood before its first option: extensions see only what iptables has read by then. */
  knowsProtocol: boolean;
}

type OptionMap = ReadonlyMap<string, OptionSpec>;

/** What a long option turned out to be. */
export type FoundOption =
  | { readonly kind: 'core'; readonly option: LongOption }
  | { readonly kind: 'extension'; readonly loaded: Loaded; readonly spec: OptionSpec }
  | { readonly kind: 'ambiguous'; readonly names: readonly string[] }
  | undefined;

/** Options of an extension by every name they have; made once for each extension. */
const OPTION_MAPS = new WeakMap<readonly OptionSpec[], OptionMap>();

function optionMap(options: readonly OptionSpec[]): OptionMap {
  let map = OPTION_MAPS.get(options);
  if (map === undefined) {
    const made = new Map<string, OptionSpec>();
    for (const spec of options) for (const name of [spec.name, ...(spec.aliases ?? [])]) made.set(name, spec);
    OPTION_MAPS.set(options, (map = made));
  }
  return map;
}

/**
 * The options that are known while a rule is read: iptables' own, then those of each match and target from the moment
 * it is named, the newest first (`xtables_merge_options`). A match that is named twice has its options once; they go to
 * its newest use.
 */
export class OptionScope {
  /** Matches and at most one target, in the order in which they were named. */
  readonly matches: Loaded[] = [];
  target: Loaded | undefined = undefined;
  readonly #newestFirst: { readonly map: OptionMap; readonly extension: MatchExtension | TargetExtension }[] = [];

  /** Adds a match (`-m`, or a protocol's by itself). */
  addMatch(extension: MatchExtension, word: number, knowsProtocol: boolean): void {
    const known = this.matches.some((loaded) => loaded.extension === extension);
    this.matches.push({ kind: 'match', extension, uses: [], word, knowsProtocol });
    if (!known) this.#newestFirst.unshift({ map: optionMap(extension.options), extension });
  }

  /** Sets the target. */
  setTarget(extension: TargetExtension, word: number, knowsProtocol: boolean): void {
    this.target = { kind: 'target', extension, uses: [], word, knowsProtocol };
    this.#newestFirst.unshift({ map: optionMap(extension.options), extension });
  }

  /** The option of a long name, which may be cut short as long as it stays the only one (`getopt_long`). */
  find(name: string): FoundOption {
    const core = LONG_BY_NAME.get(name);
    if (core !== undefined) return { kind: 'core', option: core };
    for (const { map, extension } of this.#newestFirst) {
      const spec = map.get(name);
      if (spec !== undefined) return { kind: 'extension', loaded: this.#holder(extension), spec };
    }
    return this.#findAbbreviated(name);
  }

  #findAbbreviated(name: string): FoundOption {
    let found: FoundOption;
    const names: string[] = [];
    let same: unknown;
    const add = (full: string, identity: unknown, make: () => FoundOption): void => {
      if (!full.startsWith(name)) return;
      names.push(full);
      if (found === undefined) {
        found = make();
        same = identity;
      } else if (identity !== same) found = { kind: 'ambiguous', names };
    };
    for (const option of LONG_OPTIONS) add(option.name, option.option, () => ({ kind: 'core', option }));
    for (const { map, extension } of this.#newestFirst) {
      for (const [full, spec] of map) {
        add(full, spec, () => ({ kind: 'extension', loaded: this.#holder(extension), spec }));
      }
    }
    return found;
  }

  #holder(extension: MatchExtension | TargetExtension): Loaded {
    if (this.target?.extension === extension) return this.target;
    for (let i = this.matches.length - 1; i >= 0; i--) {
      if (this.matches[i]!.extension === extension) return this.matches[i]!;
    }
    return this.target!;
  }

  /** The known long option nearest to a misspelled one. */
  suggest(name: string): string | undefined {
    const names = [...LONG_BY_NAME.keys(), ...this.#newestFirst.flatMap(({ map }) => [...map.keys()])];
    return nearestName(name, names);
  }
}

/** Throws the fault of one word. */
export function badWord(words: WordList, index: number, code: string, message: string, hint?: string): never {
  throw new InputError([
    { severity: 'error', code, message, place: placeOfWord(words, index), ...(hint === undefined ? {} : { hint }) },
  ]);
}

/**
 * Applies what libxtables checks by itself when all options of an extension have been read (`xtables_options_fcheck`).
 * @throws InputError
 */
export function checkOptions(loaded: Loaded, words: WordList): void {
  const { extension, uses, word } = loaded;
  for (const spec of extension.options) {
    const use = uses.find(({ name }) => name === spec.name);
    if (use === undefined) {
      if (spec.mandatory !== true) continue;
      badWord(words, word, 'missing-option', `${extension.name}: option "--${spec.name}" must be specified`);
    }
    for (const other of spec.requires ?? []) {
      if (uses.some(({ name }) => name === other)) continue;
      badUse(use, `${extension.name}: option "--${spec.name}" also requires "--${other}".`);
    }
    for (const other of spec.excludes ?? []) {
      if (other === spec.name || !uses.some(({ name }) => name === other)) continue;
      badUse(use, `${extension.name}: option "--${spec.name}" cannot be used together with "--${other}".`);
    }
  }
}

function badUse(use: OptionUse, message: string): never {
  throw new InputError([
    { severity: 'error', code: 'bad-option', message, ...(use.place === undefined ? {} : { place: use.place }) },
  ]);
}

import { type CoreOption, type CountedOption, SHORT_OPTIONS } from './core-options.ts';
import type { WordRole } from './line-shapes.ts';
import { badWord, OptionScope, ParsedOption } from './option-scope.ts';
import type { WordList } from './words.ts';

/** What is done with the options that an {@link OptionReader} finds. */
export interface OptionHandler {
  /**
   * One of iptables' own options. Answers false if the rest of the line is for another family.
   * @param index the option's word; the last word taken is `reader.at - 1`
   */
  readonly core: (option: CoreOption, value: string | undefined, index: number) => boolean;
  /** Loads the match of the protocol, whose option an unknown one may be. Answers whether it did. */
  readonly loadProtocol: (index: number) => boolean;
}

/**
 * Takes the words of a command apart as `getopt_long` does for iptables: options and values in the order in which they
 * stand, letters in bundles, long names cut short, `!` before an option. Options of matches and targets are collected
 * with their uses in {@link OptionReader.scope}; iptables' own go to a handler.
 */
export class OptionReader {
  readonly words: WordList;
  readonly scope: OptionScope = new OptionScope();
  /** Next word to look at. */
  at = 0;
  /** Whether a `!` stands before the option at hand. */
  invert = false;
  /** Whether `-p` has been read. */
  protocolKnown = false;
  /** Letters of iptables' own options given so far. */
  given: string;
  readonly #roles: (WordRole | undefined)[] | undefined;

  /** @param roles if present, takes the roles of words whose place others may take, by index */
  constructor(words: WordList, given: string, roles?: (WordRole | undefined)[]) {
    this.words = words;
    this.given = given;
    this.#roles = roles;
  }

  /** Reads all words. Answers false if the handler stopped it. @throws InputError */
  read(handler: OptionHandler): boolean {
    const { texts } = this.words;
    const count = texts.length;
    while (this.at < count) {
      const index = this.at++;
      const word = texts[index]!;
      if (word.charCodeAt(0) !== DASH || word.length === 1) {
        if (word !== '!') this.bad(index, 'bad-argument', `Bad argument \`${word}'`, 'quote values that hold blanks');
        if (this.invert) this.bad(index, 'bad-argument', 'multiple consecutive ! not allowed');
        this.invert = true;
        continue;
      }
      if (word.charCodeAt(1) !== DASH) {
        if (!this.#letters(word, index, handler)) return false;
      } else if (word.length === 2) {
        if (this.at < count) this.bad(this.at, 'bad-argument', 'unknown arguments found on commandline');
        return true;
      } else if (!this.#longOption(word, index, handler)) return false;
      this.invert = false;
    }
    return true;
  }

  /** Whether the word at hand is a value that an option may take by itself (`xs_has_arg`). */
  hasArgument(): boolean {
    const next = this.words.texts[this.at];
    return next !== undefined && !next.startsWith('-') && !next.startsWith('!');
  }

  /** Takes the word at hand. Precondition: there is one. */
  take(): string {
    return this.words.texts[this.at++]!;
  }

  /** The last word taken, whole: what iptables looks at where others look at the option's value. */
  get lastWord(): string {
    return this.words.texts[this.at - 1]!;
  }

  /** Notes the role of the last word taken, unless it is that of the option itself, with the value attached. */
  note(role: WordRole, index: number): void {
    if (this.#roles !== undefined && this.at - 1 > index) this.#roles[this.at - 1] = role;
  }

  /** Notes an option of iptables' own that may be given once. */
  once(letter: CountedOption, index: number, invertible: boolean): void {
    if (this.given.includes(letter)) this.bad(index, 'twice', `multiple -${letter} flags not allowed`);
    this.given += letter;
    if (this.invert && !invertible) this.bad(index, 'bad-argument', `cannot have ! before -${letter}`);
  }

  bad(index: number, code: string, message: string, hint?: string): never {
    badWord(this.words, index, code, message, hint);
  }

  #letters(word: string, index: number, handler: OptionHandler): boolean {
    for (let i = 1; i < word.length; i++) {
      const letter = word[i]!;
      const option = SHORT_OPTIONS.get(letter);
      if (option === undefined) this.#unknown(`-${letter}`, index);
      let value: string | undefined;
      if (option.argument !== 'none' && i + 1 < word.length) value = word.slice(i + 1);
      else if (option.argument === 'required') value = this.#value(index, `-${letter}`);
      if (!handler.core(option.option, value, index)) return false;
      if (value !== undefined) break;
      if (i + 1 < word.length) this.invert = false;
    }
    return true;
  }

  #longOption(word: string, index: number, handler: OptionHandler): boolean {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    let value = equals < 0 ? undefined : word.slice(equals + 1);
    const found = this.scope.find(name);
    if (found === undefined || found.kind === 'ambiguous') {
      if (handler.loadProtocol(index)) return this.#longOption(word, index, handler);
      if (found === undefined) this.#unknown(word, index);
      const hint = `it could be --${found.names.join(', --')}`;
      this.bad(index, 'ambiguous-option', `unknown option "${word}"`, hint);
    }
    const { takes, full } =
      found.kind === 'core'
        ? { takes: found.option.argument, full: found.option.name }
        : { takes: found.spec.args === 0 ? 'none' : 'required', full: found.spec.name };
    if (value !== undefined && takes === 'none') this.bad(index, 'bad-option', `--${full} takes no value`);
    if (value === undefined && takes === 'required') value = this.#value(index, word);
    if (found.kind === 'core') return handler.core(found.option.option, value, index);
    const values = value === undefined ? [] : [value];
    if (found.spec.args === 1) this.note('value', index);
    if (found.spec.args === 2) {
      if (!this.hasArgument()) this.bad(index, 'bad-option', `--${full} requires two args.`);
      values.push(this.take());
    }
    this.#use(found, values, index);
    return true;
  }

  /** Notes the use of an option of a match or target, as far as libxtables checks it at once. */
  #use({ loaded, spec }: ExtensionOption, values: string[], index: number): void {
    const { extension, uses } = loaded;
    if (spec.repeatable !== true && uses.some((use) => use.name === spec.name)) {
      this.bad(index, 'bad-option', `${extension.name}: option "--${spec.name}" can only be used once.`);
    }
    if (this.invert && spec.invertible !== true) {
      this.bad(index, 'bad-option', `${extension.name}: option "--${spec.name}" cannot be inverted.`);
    }
    if (uses.length === 0) loaded.knowsProtocol = this.protocolKnown;
    uses.push(new ParsedOption(spec.name, values, this.invert, this.words, index));
  }

  #value(index: number, option: string): string {
    if (this.at >= this.words.texts.length) {
      this.bad(index, 'missing-value', `option "${option}" requires an argument`);
    }
    return this.take();
  }

  #unknown(option: string, index: number): never {
    const suggestion = this.scope.suggest(option.replace(/^-+/, '').replace(/=.*/s, ''));
    const hint = suggestion === undefined ? undefined : `did you mean --${suggestion}?`;
    this.bad(index, 'unknown-option', `unknown option "${option}"`, hint);
  }
}

type ExtensionOption = Extract<ReturnType<OptionScope['find']>, { kind: 'extension' }>;

const DASH = 0x2d;

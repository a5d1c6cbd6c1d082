import { type Diagnostic, InputError, nearestName, type Place } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import type { ExtensionRegistry } from '../x_tables/extension.ts';
import { isTableName } from '../x_tables/layout.ts';
import { type Counters, type Rule, type Ruleset, TABLE_NAMES, type TableName } from '../x_tables/rule.ts';
import { utf8Length } from '../x_tables/utf8.ts';
import { parseCommand } from './command-line.ts';
import { execute } from './execute.ts';
import { IptcError } from './libiptc-error.ts';
import type { WordRole } from './line-shapes.ts';
import { hintFor } from './names.ts';
import { ParseCache } from './parse-cache.ts';
import { EarlyExit, type ParsedCommand } from './parsed-command.ts';
import { parsePolicyCounters, parseRuleCounters, splitRuleCounters, tokens } from './restore-line.ts';
import { ShapedRules } from './rule-shape.ts';
import { TableEditor } from './table-editor.ts';
import { MemoryStore, type TableStore } from './table-store.ts';
import { emptyWords, splitRestoreLine, type WordList } from './words.ts';

export interface RestoreOptions {
  /** Name of the text, for places. Default `stdin`. */
  readonly source?: string;
  /** `-n`: what is there stays. */
  readonly noflush?: boolean;
  /** `-c`: counters in the text are set. With it iptables wants them behind every policy; `if-given` does not. */
  readonly counters?: boolean | 'if-given';
  /** `-t`: read everything, put nothing in place. */
  readonly test?: boolean;
  /** `-T`: skip all other tables. */
  readonly table?: string;
  readonly verbose?: number;
}

/** How a restore ended. Tables that were committed before a fault stay so. */
export interface RestoreResult {
  readonly status: 0 | 1 | 2;
  readonly stdout: string;
  /** What was wrong; nothing if the status is 0. */
  readonly diagnostics: readonly Diagnostic[];
  /** The tables put in place, in order. */
  readonly committed: readonly TableName[];
}

/** Longest line, its end included, in bytes: what is beyond would be taken for another line. */
const MAX_LINE = 10239;
/** Longest name of a chain, in bytes. */
const MAX_CHAIN = 28;

/**
 * `iptables-restore`: reads a text line by line and puts each table in place at its COMMIT, whole or not at all.
 *
 * The first fault ends it. Status 2 is a line that cannot be read, 1 what libiptc or the kernel refuses.
 */
export function restore(text: string, store: TableStore, options: RestoreOptions = {}): RestoreResult {
  return new Restorer(text, store, options).run();
}

/** A ruleset read from text, with the counters that the text gives. */
export interface ParsedRuleset {
  readonly ruleset: Ruleset;
  /** Counters of rules that are not zero. */
  readonly counters: ReadonlyMap<Rule, Counters>;
  /** Everything as a store that prints and takes commands. */
  readonly store: TableStore;
}

/**
 * Reads the text of a ruleset (`iptables-save`), counters and all.
 * @param source name of the text, for places
 * @throws InputError with the first fault; `checkRuleset` finds them all
 */
export function parseRestore(
  text: string,
  source: string,
  environment: { readonly registry: ExtensionRegistry; readonly net?: Netfilter },
): ParsedRuleset {
  const store = new MemoryStore(environment.registry, environment.net);
  const result = restore(text, store, { source, counters: 'if-given' });
  if (result.status !== 0) throw new InputError(result.diagnostics);
  return { ruleset: store.ruleset, counters: store.ruleCounters, store };
}

/** Stops a restore; carries the status. */
class RestoreFault extends Error {
  readonly status: 1 | 2;
  readonly diagnostic: Diagnostic;

  constructor(status: 1 | 2, diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.status = status;
    this.diagnostic = diagnostic;
  }
}

/** Who wants to know everything about a text, not only its first fault: reading goes on after each. */
export interface RestoreWatcher {
  /** Answers whether to go on. */
  readonly fault: (diagnostic: Diagnostic) => boolean;
  readonly chain: (table: TableName, name: string, place: Place) => void;
  readonly rules: (rules: readonly Rule[], place: Place) => void;
  /** A table is complete, and about to be put in place. */
  readonly table: (editor: TableEditor) => void;
}

/** Reads a text for a {@link RestoreWatcher}. */
export function watchRestore(text: string, store: TableStore, source: string, watcher: RestoreWatcher): void {
  const { diagnostics } = new Restorer(text, store, { source, counters: 'if-given' }, watcher).run();
  for (const diagnostic of diagnostics) watcher.fault(diagnostic);
}

class Restorer {
  readonly #text: string;
  readonly #store: TableStore;
  readonly #options: RestoreOptions;
  readonly #source: string;
  readonly #cache = new ParseCache();
  /** The words of the line at hand: one list serves all lines. */
  readonly #words: WordList;
  /** Chains with the names of targets that were declared so far, in any table: they hide those. */
  readonly #announced = new Set<string>();
  /** Lines like others before them are read by these. */
  readonly #shaped: ShapedRules;
  /** Roles of the words of the line at hand. */
  readonly #roles: (WordRole | undefined)[] = [];
  readonly #committed: TableName[] = [];
  /** What was printed so far, and the rules of the line at hand. */
  readonly #output = { stdout: '', added: [] as Rule[] };
  #editor: TableEditor | undefined = undefined;
  #current = '';
  #line = 0;
  readonly #watcher: RestoreWatcher | undefined;
  /** For a watcher: in a table that could not be opened, up to its COMMIT. */
  #skipping = false;

  constructor(text: string, store: TableStore, options: RestoreOptions, watcher?: RestoreWatcher) {
    this.#watcher = watcher;
    this.#text = text;
    this.#store = store;
    this.#options = options;
    this.#source = options.source ?? 'stdin';
    this.#words = emptyWords(this.#source);
    this.#shaped = new ShapedRules({ registry: store.registry, cache: this.#cache, announced: this.#announced });
  }

  run(): RestoreResult {
    const faults: { status: 0 | 1 | 2; diagnostics: readonly Diagnostic[] } = { status: 0, diagnostics: [] };
    try {
      this.#lines();
    } catch (error) {
      Object.assign(faults, this.#faultsOf(error));
    }
    return { ...faults, stdout: this.#output.stdout, committed: this.#committed };
  }

  /** What an error says of the text; throws it on if it is none of the text's. */
  #faultsOf(error: unknown): { status: 0 | 1 | 2; diagnostics: readonly Diagnostic[] } {
    if (error instanceof RestoreFault) return { status: error.status, diagnostics: [error.diagnostic] };
    if (error instanceof InputError) return { status: 2, diagnostics: error.diagnostics };
    if (error instanceof EarlyExit) {
      this.#output.stdout += error.stdout;
      return { status: error.status === 0 ? 0 : 2, diagnostics: [] };
    }
    throw error;
  }

  #lines(): void {
    const text = this.#text;
    for (let start = 0; start < text.length; ) {
      const newline = text.indexOf('\n', start);
      const end = newline < 0 ? text.length : newline;
      this.#line++;
      if (this.#watcher === undefined) this.#readLine(start, end, newline >= 0);
      else if (!this.#watchLine(start, end, newline >= 0, this.#watcher)) return;
      start = end + 1;
    }
    if (this.#editor !== undefined) {
      this.#line++;
      this.#fail(1, 'no-commit', `COMMIT expected at line ${this.#line}`, 1, 'end the table with a line COMMIT');
    }
  }

  /** Answers whether to go on. */
  #watchLine(start: number, end: number, ended: boolean, watcher: RestoreWatcher): boolean {
    if (this.#skipping) {
      this.#skipping = this.#text.slice(start, end).trim() !== 'COMMIT';
      return true;
    }
    try {
      this.#readLine(start, end, ended);
      return true;
    } catch (error) {
      this.#skipping = this.#editor === undefined && this.#text.charCodeAt(start) === STAR;
      const { diagnostics } = this.#faultsOf(error);
      return diagnostics.every((diagnostic) => watcher.fault(diagnostic));
    }
  }

  #readLine(start: number, end: number, ended: boolean): void {
    const text = this.#text;
    if (start === end) return;
    if ((end - start) * 3 >= MAX_LINE && utf8Length(text.slice(start, end)) >= MAX_LINE) {
      this.#fail(2, 'line-too-long', `the line is longer than ${MAX_LINE - 1} bytes`, MAX_LINE, 'split it');
    }
    const first = text.charCodeAt(start);
    if (first === HASH) {
      if ((this.#options.verbose ?? 0) > 0) this.#output.stdout += `${text.slice(start, end)}${ended ? '\n' : ''}`;
      return;
    }
    const editor = this.#editor;
    if (editor === undefined) {
      if (first === STAR) this.#beginTable(start, end);
      // With -T, lines of other tables are skipped, whatever they hold.
      else if (this.#options.table === undefined || this.#options.table === this.#current) {
        this.#fail(1, 'no-table', `line ${this.#line} failed`, 1, 'lines belong between *TABLE and COMMIT');
      }
      return;
    }
    if (first === LETTER_C && ended && end - start === 6 && text.startsWith('COMMIT', start)) {
      this.#commit(editor);
    } else if (first === COLON) this.#chainLine(editor, start, end);
    else this.#ruleLine(editor, first, start, end, ended);
  }

  #beginTable(start: number, end: number): void {
    const name = tokens(this.#text.slice(start + 1, end))[0];
    if (name === undefined) this.#fail(2, 'unknown-table', `line ${this.#line} table name invalid`, 1, 'write *filter');
    this.#current = name;
    if (this.#options.table !== undefined && this.#options.table !== name) return;
    if (!isTableName(name)) {
      const near = nearestName(name, TABLE_NAMES);
      const hint = name.includes('\r')
        ? 'the file has CRLF line ends: convert it'
        : near === undefined
          ? `the tables are ${TABLE_NAMES.join(', ')}`
          : `did you mean "${near}"?`;
      this.#fail(2, 'unknown-table', `unable to initialize table '${name}'`, 2, hint);
    }
    const editor = new TableEditor(this.#store, name);
    this.#editor = editor;
    if (this.#options.noflush === true) return;
    const verbose = (this.#options.verbose ?? 0) > 0;
    for (const chain of editor.chains()) {
      if (verbose) this.#output.stdout += `Flushing chain \`${chain.name}'\n`;
      editor.flush(chain.name);
    }
    for (const chain of editor.chains()) {
      if (chain.policy !== undefined) continue;
      if (verbose) this.#output.stdout += `Deleting chain \`${chain.name}'\n`;
      editor.deleteChain(chain.name);
    }
  }

  #commit(editor: TableEditor): void {
    this.#editor = undefined;
    if (this.#options.test === true) return;
    this.#watcher?.table(editor);
    this.#iptc(() => editor.commit());
    this.#committed.push(editor.name);
  }

  /** `:CHAIN POLICY [PACKETS:BYTES]`. */
  #chainLine(editor: TableEditor, start: number, end: number): void {
    if (this.#plainChainLine(editor, start, end)) return;
    const [chain, policy, counters] = tokens(this.#text.slice(start + 1, end));
    if (chain === undefined)
      this.#fail(2, 'bad-chain', `line ${this.#line} chain name invalid`, 1, 'write :NAME POLICY [0:0]');
    if (utf8Length(chain) > MAX_CHAIN)
      this.#fail(2, 'bad-chain', `Invalid chain name \`${chain}' (${MAX_CHAIN} chars max)`, 2);
    this.#watcher?.chain(editor.name, chain, this.#place(2));
    if (!editor.isBuiltin(chain)) {
      if (this.#options.noflush === true && editor.isChain(chain)) editor.flush(chain);
      else {
        try {
          editor.createChain(chain);
        } catch (error) {
          if (!(error instanceof IptcError)) throw error;
          this.#fail(
            2,
            'bad-chain',
            `error creating chain '${chain}':File exists`,
            2,
            'declare each chain once, and none like a verdict',
          );
        }
      }
    }
    if (policy === undefined)
      this.#fail(2, 'bad-policy', `line ${this.#line} policy invalid`, 2, 'write :NAME POLICY [0:0]');
    if (policy !== '-') {
      let set: Counters | undefined;
      const wanted = this.#options.counters ?? false;
      if (wanted === true || (wanted === 'if-given' && counters !== undefined)) {
        set = counters === undefined ? undefined : parsePolicyCounters(counters);
        if (set === undefined)
          this.#fail(2, 'bad-number', `invalid policy counters for chain '${chain}'`, 2, 'write [packets:bytes]');
      }
      try {
        editor.setPolicy(chain, policy, set);
      } catch (error) {
        if (!(error instanceof IptcError)) throw error;
        const hint = editor.isBuiltin(chain) ? 'a policy is ACCEPT or DROP' : 'a chain of your own has the policy "-"';
        this.#fail(
          1,
          'bad-policy',
          `Can't set policy \`${policy}' on \`${chain}' line ${this.#line}: ${error.message}`,
          2,
          hint,
        );
      }
    }
    this.#announce(chain);
  }

  /** `:CHAIN - ...` for a chain that is not there yet. Answers false and does nothing for anything else. */
  #plainChainLine(editor: TableEditor, start: number, end: number): boolean {
    const text = this.#text;
    const from = start + 1;
    let to = from;
    for (; to < end; to++) {
      const code = text.charCodeAt(to);
      if (code === BLANK) break;
      if (code < BLANK || code >= DELETE) return false;
    }
    if (to === from || to - from > MAX_CHAIN || !text.startsWith(' -', to) || to + 2 > end) return false;
    if (to + 2 < end && text.charCodeAt(to + 2) !== BLANK) return false;
    const name = this.#watcher === undefined ? editor.createMissingChain(text, from, to) : undefined;
    if (name === undefined) return false;
    this.#announce(name);
    return true;
  }

  /** Notes that a chain has been declared. Names that no target has cannot hide one. */
  #announce(chain: string): void {
    if (this.#store.registry.target(chain) === undefined) return;
    this.#announced.add(chain);
    this.#shaped.clear();
  }

  #ruleLine(editor: TableEditor, first: number, start: number, end: number, ended: boolean): void {
    const { counters, verbose } = this.#options;
    const text = this.#text;
    let from = start;
    let given: Counters | undefined;
    if (first === BRACKET) {
      // Only within the line: a search to the end of the file for each line would take quadratic time.
      const bracket = splitRuleCounters(text.slice(start, end));
      if (bracket === undefined) {
        this.#fail(2, 'bad-number', `Bad line ${this.#line}: need ]`, 1, 'write [packets:bytes]');
      }
      from = start + bracket.length;
      if (counters !== undefined && counters !== false) {
        given = parseRuleCounters(bracket);
        if (given === undefined) this.#fail(2, 'bad-number', '-c counter not numeric', 1, 'write numbers up to 2^53');
      }
    }
    const quiet = this.#watcher === undefined && (verbose ?? 0) === 0;
    if (quiet && this.#shaped.append(editor, text, from, end, given)) return;
    this.#readRuleLine(editor, start, from, end, ended, given, quiet);
  }

  /**
   * Has the whole parser read a line.
   * @param quiet whether lines like it may be read without it
   */
  #readRuleLine(
    editor: TableEditor,
    start: number,
    from: number,
    end: number,
    ended: boolean,
    given: Counters | undefined,
    quiet: boolean,
  ): void {
    const { verbose, noflush } = this.#options;
    const text = this.#text;
    const words = this.#words;
    words.texts.length = words.columns.length = 0;
    words.line = this.#line;
    const { openQuote } = splitRestoreLine(text, from, end, start, ended, words);
    const watcher = this.#watcher;
    if (openQuote !== undefined && watcher !== undefined) {
      const message = 'this quote is not closed: iptables-restore takes the rest of the line as one word';
      watcher.fault({
        severity: 'warning',
        code: 'open-quote',
        message,
        place: this.#place(openQuote),
        hint: 'add a "',
      });
    }
    const nul = words.texts.findIndex((word) => word.includes('\0'));
    if (nul >= 0) this.#fail(2, 'bad-character', 'the line holds a NUL character', words.columns[nul]!, 'remove it');
    const roles = this.#roles;
    roles.length = 0;
    roles.length = words.texts.length;
    const command = parseCommand(words, {
      registry: this.#store.registry,
      net: this.#store.net,
      cache: this.#cache,
      restore: {
        table: editor.name,
        verbose: noflush === true ? 0 : (verbose ?? 0),
        counters: given,
        announced: this.#announced,
        roles: quiet ? roles : undefined,
      },
    });
    const { added } = this.#output;
    added.length = 0;
    this.#iptc(() => execute(command, editor, this.#cache, this.#output), command, editor);
    if (quiet) this.#shaped.learn(editor.name, command, added, roles, given);
    watcher?.rules(added, this.#place(words.columns[0] ?? 1));
  }

  /** Runs what libiptc may refuse; iptables-restore says no more than which line failed. */
  #iptc(action: () => void, command?: ParsedCommand, editor?: TableEditor): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof IptcError)) throw error;
      const chain = command?.chain;
      if (command !== undefined && editor !== undefined && chain !== undefined && !editor.isChain(chain)) {
        const names = editor.chains().map(({ name }) => name);
        const message = `line ${this.#line} failed: there is no chain ${chain} in ${editor.name}`;
        const hint = hintFor(chain, names) ?? `declare it with a line ":${chain} - [0:0]"`;
        this.#fail(1, 'unknown-chain', message, command.words.columns[command.chainWord] ?? 1, hint);
      }
      this.#fail(1, 'refused', `line ${this.#line} failed: ${error.message}`, 1);
    }
  }

  #place(column: number): Place {
    return { source: this.#source, line: this.#line, column };
  }

  #fail(status: 1 | 2, code: string, message: string, column: number, hint?: string): never {
    const place = { source: this.#source, line: this.#line, column };
    throw new RestoreFault(status, {
      severity: 'error',
      code,
      message,
      place,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

const BLANK = 0x20;
const DELETE = 0x7f;
const HASH = 0x23;
const STAR = 0x2a;
const COLON = 0x3a;
const BRACKET = 0x5b;
const LETTER_C = 0x43;

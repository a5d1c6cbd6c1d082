import { type Diagnostic, formatDiagnostic, InputError } from '@chainwalk/core';
import type { Patch } from 'immer';
import type { Netfilter } from '../netfilter.ts';
import type { ExtensionRegistry } from '../x_tables/extension.ts';
import { isTableName } from '../x_tables/layout.ts';
import type { Ruleset } from '../x_tables/rule.ts';
import { parseCommand } from './command-line.ts';
import { execute } from './execute.ts';
import { IptcError } from './libiptc-error.ts';
import { badWord } from './option-scope.ts';
import { ParseCache } from './parse-cache.ts';
import { EarlyExit } from './parsed-command.ts';
import { type RestoreOptions, restore } from './restore.ts';
import { rulesetPatches } from './ruleset-patches.ts';
import { ctime, saveRuleset } from './save.ts';
import { TableEditor } from './table-editor.ts';
import { MemoryStore, storeOf, type TableStore } from './table-store.ts';
import { IPTABLES_VERSION } from './version.ts';
import { splitShellCommand, type WordList } from './words.ts';

/** What a command printed, how it ended, and what it changed. */
export interface ToolResult {
  /** As the tool's: 0 done, 1 refused by libiptc or the kernel, 2 not understood. */
  readonly status: number;
  readonly stdout: string;
  /** Close to what the tool says, not equal to it. */
  readonly stderr: string;
  /** The faults with their places. */
  readonly diagnostics: readonly Diagnostic[];
  /** What became of the ruleset, as immer's patches; empty if nothing changed. */
  readonly patches: readonly Patch[];
}

/** A command: the tool's name and its arguments, or a line for a shell. */
export type ToolCommand = string | readonly string[];

/** Names under which the tools are called. */
const TOOLS: Readonly<Record<string, 'iptables' | 'iptables-restore' | 'iptables-save'>> = {
  iptables: 'iptables',
  'iptables-legacy': 'iptables',
  'iptables-restore': 'iptables-restore',
  'iptables-legacy-restore': 'iptables-restore',
  'iptables-save': 'iptables-save',
  'iptables-legacy-save': 'iptables-save',
};

/**
 * Runs `iptables`, `iptables-restore` or `iptables-save` on a host's tables, as 1.8.9 (legacy) does: what is printed,
 * what the exit status is, and what becomes of rules and counters. Nothing throws for bad input.
 * @param stdin what a restore reads
 */
export function runIptables(net: Netfilter, command: ToolCommand, stdin = ''): ToolResult {
  return runTool(storeOf(net), command, { stdin, now: () => epochSeconds(net) });
}

/** `iptables-restore`; the command may leave out the tool's name. */
export function runIptablesRestore(net: Netfilter, stdin: string, args: readonly string[] = []): ToolResult {
  return runIptables(net, ['iptables-restore', ...args], stdin);
}

/** `iptables-save`; the command may leave out the tool's name. */
export function runIptablesSave(net: Netfilter, args: readonly string[] = []): ToolResult {
  return runIptables(net, ['iptables-save', ...args]);
}

/**
 * What a command makes of a ruleset that no host uses: the new value, which shares with the old one all that did not
 * change, and the patches between them. Pure; counters are not kept, and what only a kernel checks is not checked.
 */
export function editRuleset(
  ruleset: Ruleset,
  command: ToolCommand,
  options: { readonly registry: ExtensionRegistry; readonly stdin?: string },
): ToolResult & { readonly ruleset: Ruleset } {
  const store = new MemoryStore(options.registry, undefined, ruleset);
  const result = runTool(store, command, { stdin: options.stdin ?? '' });
  return { ...result, ruleset: result.patches.length === 0 ? ruleset : store.ruleset };
}

/** What a tool has besides the tables. */
export interface ToolWorld {
  readonly stdin?: string;
  /** Seconds since 1970, for the comment lines of `iptables-save`. Default 0. */
  readonly now?: () => number;
}

/** The same on any store of tables. */
export function runTool(store: TableStore, command: ToolCommand, world: ToolWorld = {}): ToolResult {
  const before = store.ruleset;
  let outcome: Omit<ToolResult, 'patches'>;
  let name = 'iptables';
  try {
    const words = typeof command === 'string' ? splitShellCommand(command) : wordsOf(command);
    const given = words.texts.shift() ?? '';
    words.columns.shift();
    name = given.slice(given.lastIndexOf('/') + 1);
    outcome = dispatch(name, words, store, world);
  } catch (error) {
    outcome = failed(name, error);
  }
  return { ...outcome, patches: rulesetPatches(before, store.ruleset) };
}

function dispatch(name: string, words: WordList, store: TableStore, world: ToolWorld): Omit<ToolResult, 'patches'> {
  switch (Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined) {
    case 'iptables':
      return runCommand(words, store);
    case 'iptables-restore':
      return runRestore(words, store, world);
    case 'iptables-save':
      return { ...DONE, stdout: runSave(words, store, world) };
    case undefined: {
      const hint = /^ip6tables/.test(name)
        ? 'IPv6 tables are not modelled'
        : `the tools are ${Object.keys(TOOLS).join(', ')}`;
      throw new InputError([
        { severity: 'error', code: 'unknown-tool', message: `"${name}" is no tool that is modelled here`, hint },
      ]);
    }
  }
}

const DONE = { status: 0, stdout: '', stderr: '', diagnostics: [] } as const;

function runCommand(words: WordList, store: TableStore): Omit<ToolResult, 'patches'> {
  const cache = new ParseCache();
  const output = { stdout: '' };
  try {
    const parsed = parseCommand(words, { registry: store.registry, net: store.net, cache });
    const editor = new TableEditor(store, parsed.table);
    execute(parsed, editor, cache, output);
    editor.commit();
  } catch (error) {
    const outcome = failed('iptables', error);
    return { ...outcome, stdout: output.stdout + outcome.stdout };
  }
  return { ...DONE, stdout: output.stdout };
}

function failed(name: string, error: unknown): Omit<ToolResult, 'patches'> {
  if (error instanceof EarlyExit) return { ...DONE, status: error.status, stdout: error.stdout };
  if (error instanceof IptcError) {
    const end = error.errno === 'EINVAL' ? ". Run `dmesg' for more information." : '.';
    const diagnostic: Diagnostic = { severity: 'error', code: 'refused', message: error.message };
    return { status: 1, stdout: '', stderr: `${name}: ${error.message}${end}\n`, diagnostics: [diagnostic] };
  }
  if (error instanceof InputError) {
    const { diagnostics } = error;
    const stderr = `${name} v${IPTABLES_VERSION} (legacy): ${diagnostics[0]?.message ?? ''}\nTry \`${name} -h' or '${name} --help' for more information.\n`;
    // A table that the kernel does not have is not the command line's fault, but that of its version. Of bad switches the
    // simple tools say no more than that they failed.
    const code = diagnostics[0]?.code;
    const status = code === 'unknown-table' ? 3 : code === 'bad-switch' ? 1 : 2;
    return { status, stdout: '', stderr, diagnostics };
  }
  throw error;
}

// ---------------------------------------------------------------- iptables-restore

/** The switches that a tool takes, by letter and by long name; true if a value follows. */
type Switches = readonly (readonly [letter: string, name: string, value: boolean])[];

const RESTORE_SWITCHES: Switches = [
  ['b', 'binary', false],
  ['c', 'counters', false],
  ['v', 'verbose', false],
  ['V', 'version', false],
  ['t', 'test', false],
  ['h', 'help', false],
  ['n', 'noflush', false],
  ['M', 'modprobe', true],
  ['T', 'table', true],
  ['w', 'wait', false],
  ['W', 'wait-interval', false],
];

function runRestore(words: WordList, store: TableStore, world: ToolWorld): Omit<ToolResult, 'patches'> {
  const options: { -readonly [K in keyof RestoreOptions]: RestoreOptions[K] } = { source: 'stdin', verbose: 0 };
  for (const { letter, value, index } of readSwitches(words, RESTORE_SWITCHES)) {
    switch (letter) {
      case 'c':
        options.counters = true;
        break;
      case 'v':
        options.verbose = (options.verbose ?? 0) + 1;
        break;
      case 'V':
        throw new EarlyExit(0, `iptables-restore v${IPTABLES_VERSION} (legacy)\n`);
      case 'h':
        throw new EarlyExit(0, 'iptables-restore [-c] [-v] [-t] [-n] [-T table]\n');
      case 't':
        options.test = true;
        break;
      case 'n':
        options.noflush = true;
        break;
      case 'T':
        options.table = value!;
        break;
      case '':
        badSwitch(
          words,
          index,
          `"${words.texts[index]}": files cannot be read here`,
          'give the text as standard input',
        );
    }
  }
  const { status, stdout, diagnostics } = restore(world.stdin ?? '', store, options);
  const stderr = diagnostics.map((fault) => `iptables-restore: ${formatDiagnostic(fault)}\n`).join('');
  return { status, stdout, stderr, diagnostics };
}

// ---------------------------------------------------------------- iptables-save

const SAVE_SWITCHES: Switches = [
  ['b', 'binary', false],
  ['c', 'counters', false],
  ['d', 'dump', false],
  ['V', 'version', false],
  ['t', 'table', true],
  ['M', 'modprobe', true],
  ['f', 'file', true],
];

function runSave(words: WordList, store: TableStore, world: ToolWorld): string {
  let ruleCounters = false;
  let table: string | undefined;
  let tableIndex = 0;
  for (const { letter, value, index } of readSwitches(words, SAVE_SWITCHES)) {
    if (letter === 'c') ruleCounters = true;
    if (letter === 't') {
      table = value!;
      tableIndex = index;
    }
    if (letter === 'V') throw new EarlyExit(0, `iptables-save v${IPTABLES_VERSION} (legacy)\n`);
    if (letter === 'f') badSwitch(words, index, 'files cannot be written here', 'take standard output');
    if (letter === '') badSwitch(words, index, 'Unknown arguments found on commandline');
  }
  let ruleset: Ruleset = store.ruleset;
  if (table !== undefined) {
    if (!isTableName(table)) badSwitch(words, tableIndex, `Cannot initialize: there is no table ${table}`);
    ruleset = { tables: [store.table(table)] };
  }
  return saveRuleset(ruleset, {
    registry: store.registry,
    counters: (name, chain) => store.counters(name, chain),
    ruleCounters,
    time: ctime(world.now?.() ?? 0),
  });
}

// ---------------------------------------------------------------- switches

interface GivenSwitch {
  /** '' for a word that is no switch. */
  readonly letter: string;
  readonly value: string | undefined;
  readonly index: number;
}

/** Reads simple switches with getopt's habits: bundles of letters, long names cut short, `--name=value`. */
function* readSwitches(words: WordList, switches: Switches): Iterable<GivenSwitch> {
  const { texts } = words;
  for (let index = 0; index < texts.length; index++) {
    const word = texts[index]!;
    if (word === '--' || word === '-' || !word.startsWith('-')) {
      if (word !== '--') yield { letter: '', value: undefined, index };
      continue;
    }
    const start = index;
    if (word.startsWith('--')) {
      const [name = '', attached] = splitOnce(word.slice(2), '=');
      const exact = switches.filter((one) => one[1] === name);
      const found = exact.length > 0 ? exact : switches.filter((one) => one[1].startsWith(name));
      if (found.length !== 1) badSwitch(words, index, `unrecognized option '${word}'`);
      const [letter, , takesValue] = found[0]!;
      const value = takesValue ? (attached ?? texts[++index]) : attached;
      if (takesValue && value === undefined) badSwitch(words, start, `option '${word}' requires an argument`);
      if (letter === 'w' || letter === 'W') index = skipWait(texts, index, attached);
      yield { letter, value, index: start };
      continue;
    }
    for (let i = 1; i < word.length; i++) {
      const found = switches.find((one) => one[0] === word[i]);
      if (found === undefined) badSwitch(words, index, `invalid option -- '${word[i]}'`);
      const [letter, , takesValue] = found;
      let value: string | undefined;
      if (takesValue) {
        value = i + 1 < word.length ? word.slice(i + 1) : texts[++index];
        if (value === undefined) badSwitch(words, start, `option requires an argument -- '${letter}'`);
        i = word.length;
      } else if (letter === 'w' || letter === 'W')
        index = skipWait(texts, index, i + 1 < word.length ? word : undefined);
      yield { letter, value, index: start };
    }
  }
}

/** `-w` takes the seconds that may follow it. */
function skipWait(texts: readonly string[], index: number, attached: string | undefined): number {
  const next = texts[index + 1];
  return attached === undefined && next !== undefined && /^\d/.test(next) ? index + 1 : index;
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function badSwitch(words: WordList, index: number, message: string, hint?: string): never {
  badWord(words, index, 'bad-switch', message, hint);
}

function wordsOf(argv: readonly string[]): WordList {
  let column = 1;
  const columns = argv.map((word) => {
    const at = column;
    column += word.length + 1;
    return at;
  });
  return { texts: [...argv], columns, source: 'command', line: 1 };
}

function epochSeconds(net: Netfilter): number {
  const { simulation } = net.host;
  return simulation.epoch + Math.floor(simulation.now / 1_000_000_000);
}

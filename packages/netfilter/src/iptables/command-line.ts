import { isTableName } from '../x_tables/layout.ts';
import { type Counters, TABLE_NAMES, type TableName } from '../x_tables/rule.ts';
import { parseUnsigned } from '../x_tables/values.ts';
import { type CommandLetter, type CoreOption, LEGAL } from './core-options.ts';
import type { WordRole } from './line-shapes.ts';
import { checkNewChain, hintFor, MAX_NAME, tooLong } from './names.ts';
import { OptionReader } from './option-reader.ts';
import { EarlyExit, type ParsedCommand } from './parsed-command.ts';
import { type RuleEnvironment, RuleOptions } from './rule-options.ts';
import { scanCounter } from './scan-counter.ts';
import { USAGE } from './usage.ts';
import { IPTABLES_VERSION } from './version.ts';
import type { WordList } from './words.ts';

/** Where a command is read, and what it may know. */
export interface CommandEnvironment extends Omit<RuleEnvironment, 'announced'> {
  /** What iptables-restore puts in front of a line; absent for a command. */
  readonly restore?: {
    readonly table: TableName;
    readonly verbose: number;
    readonly counters: Counters | undefined;
    /** Chains that the file has declared: they hide targets of their names. */
    readonly announced: ReadonlySet<string>;
    /** Takes the roles of words, if anybody wants to know. */
    readonly roles: (WordRole | undefined)[] | undefined;
  };
}

const MAX_INT = 0x7fffffff;

/**
 * Reads a command of iptables (`do_parse`), from its first option on: options in any order, long ones cut short, letters
 * in bundles, `!` before what can be inverted.
 *
 * Where iptables takes the whole word instead of the option's value (`-s1.2.3.4`, `--jump=DROP`), so does this.
 * @throws InputError for what iptables refuses to read (it exits with 2), EarlyExit for `-V` and `-h`
 */
export function parseCommand(words: WordList, environment: CommandEnvironment): ParsedCommand {
  return new CommandParser(words, environment).parse();
}

class CommandParser {
  readonly #env: CommandEnvironment;
  readonly #reader: OptionReader;
  readonly #rule: RuleOptions;
  #command: CommandLetter | undefined = undefined;
  #byNumber = false;
  #zero: ParsedCommand['zero'] = 'no';
  #table: string;
  #tableWord = 0;
  #chain: string | undefined = undefined;
  #chainWord = 0;
  #ruleNumber = 0;
  #newName: string | undefined = undefined;
  #policy: string | undefined = undefined;
  #policyWord = 0;
  #verbose: number;
  #counters: Counters | undefined;
  #waits = false;
  #waitsInSteps = false;

  constructor(words: WordList, environment: CommandEnvironment) {
    const { registry, net, cache, restore } = environment;
    this.#env = environment;
    this.#table = restore?.table ?? 'filter';
    this.#verbose = restore?.verbose ?? 0;
    this.#counters = restore?.counters;
    const given = (this.#verbose > 0 ? 'v' : '') + (this.#counters === undefined ? '' : 'c');
    this.#reader = new OptionReader(words, given, restore?.roles);
    this.#rule = new RuleOptions(this.#reader, { registry, net, cache, announced: restore?.announced });
  }

  parse(): ParsedCommand {
    const complete = this.#reader.read({
      core: (option, value, index) => this.#core(option, value, index),
      loadProtocol: (index) => this.#rule.loadProtocol(index),
    });
    // A line of iptables-restore with -6 is for ip6tables-restore: nothing of it is done.
    return complete ? this.#finish() : this.#result(undefined, 'no', undefined);
  }

  // ---------------------------------------------------------------- options

  #core(option: CoreOption, value: string | undefined, index: number): boolean {
    const reader: OptionReader = this.#reader;
    switch (option) {
      case 's':
      case 'd':
      case 'p':
      case 'i':
      case 'o':
      case 'f':
      case 'j':
      case 'g':
      case 'm':
        this.#rule.set(option, value, index);
        break;
      case 'c':
        reader.once('c', index, false);
        this.#counters = this.#readCounters(value!, index);
        break;
      case 't':
        if (reader.invert) reader.bad(index, 'bad-argument', 'unexpected ! flag before --table');
        if (this.#env.restore !== undefined) {
          reader.bad(index, 'bad-option', 'The -t option cannot be used in iptables-restore.');
        }
        this.#table = value!;
        this.#tableWord = reader.at - 1;
        break;
      case 'n':
      case 'x':
      case '0':
        reader.once(option, index, false);
        break;
      case 'v':
        if (this.#verbose === 0) reader.once('v', index, false);
        this.#verbose++;
        break;
      case 'w':
      case 'W':
        this.#wait(option, value, index);
        break;
      case 'M':
      case '4':
        break;
      case '6':
        if (this.#env.restore !== undefined) return false;
        reader.bad(index, 'wrong-family', 'iptables does not take -6', 'leave it out');
        break;
      case 'V':
        throw new EarlyExit(0, this.#version());
      case 'h':
        throw new EarlyExit(0, USAGE);
      default:
        this.#setCommand(option, value, index);
    }
    return true;
  }

  #version(): string {
    if (this.#reader.invert) return `Not ${IPTABLES_VERSION} (legacy) ;-)\n`;
    return `iptables${this.#env.restore === undefined ? '' : '-restore'} v${IPTABLES_VERSION} (legacy)\n`;
  }

  #setCommand(command: CommandLetter, value: string | undefined, index: number): void {
    const reader: OptionReader = this.#reader;
    if (reader.invert) reader.bad(index, 'bad-argument', "unexpected '!' flag");
    // Only -Z goes with another command, and only with a listing.
    const goesWith = command === 'Z' ? 'LS' : '';
    const zeroToo = command === 'L' || command === 'S';
    if ((this.#command !== undefined && !goesWith.includes(this.#command)) || (this.#zero !== 'no' && !zeroToo)) {
      reader.bad(index, 'two-commands', `Cannot use -${command} with -${this.#command ?? 'Z'}`);
    }
    if (value === undefined && reader.hasArgument()) value = reader.take();
    if (value !== undefined) {
      this.#chain = value;
      this.#chainWord = reader.at - 1;
      if (command === 'A') reader.note('chain', index);
    }
    if (command === 'Z') {
      this.#zero = 'chain';
      if (!reader.hasArgument()) return;
      // iptables then forgets a listing that was asked for before.
      this.#ruleNumber = this.#readRuleNumber();
      this.#command = undefined;
      this.#zero = 'rule';
      return;
    }
    this.#command = command;
    this.#readCommandArguments(command, index);
  }

  #readCommandArguments(command: CommandLetter, index: number): void {
    const reader: OptionReader = this.#reader;
    switch (command) {
      case 'D':
        if (!reader.hasArgument()) break;
        this.#ruleNumber = this.#readRuleNumber();
        this.#byNumber = true;
        break;
      case 'R':
        if (!reader.hasArgument()) reader.bad(index, 'missing-value', '-R requires a rule number');
        this.#ruleNumber = this.#readRuleNumber();
        break;
      case 'I':
        this.#ruleNumber = reader.hasArgument() ? this.#readRuleNumber() : 1;
        break;
      case 'L':
      case 'S':
        if (reader.hasArgument()) this.#ruleNumber = this.#readRuleNumber();
        break;
      case 'N': {
        const { registry, restore } = this.#env;
        checkNewChain(reader, this.#chain!, this.#chainWord, (name) => {
          return restore?.announced.has(name) !== true && registry.target(name) !== undefined;
        });
        break;
      }
      case 'E':
        if (!reader.hasArgument()) {
          reader.bad(index, 'missing-value', '-E requires old-chain-name and new-chain-name');
        }
        this.#newName = reader.take();
        break;
      case 'P':
        if (!reader.hasArgument()) reader.bad(index, 'missing-value', '-P requires a chain and a policy');
        this.#policyWord = reader.at;
        this.#policy = reader.take();
        break;
    }
  }

  #readRuleNumber(): number {
    const reader: OptionReader = this.#reader;
    const text = reader.take();
    const number = parseUnsigned(text, MAX_INT);
    if (number === undefined || number === 0) {
      reader.bad(reader.at - 1, 'bad-number', `Invalid rule number \`${text}'`, 'rules count from 1');
    }
    return number;
  }

  #readCounters(packetsText: string, index: number): Counters {
    const reader: OptionReader = this.#reader;
    const comma = packetsText.indexOf(',', 1);
    let bytesText = comma < 0 ? undefined : packetsText.slice(comma + 1);
    if (bytesText === undefined && reader.hasArgument()) bytesText = reader.take();
    if (bytesText === undefined) reader.bad(index, 'missing-value', '-c requires packet and byte counter');
    const number = (text: string, which: string): number => {
      const value = scanCounter(text);
      if (value !== undefined) return value;
      return reader.bad(index, 'bad-number', `-c ${which} counter not numeric`, 'write two numbers, up to 2^53');
    };
    return { packets: number(packetsText, 'packet'), bytes: number(bytesText, 'byte') };
  }

  #wait(option: 'w' | 'W', attached: string | undefined, index: number): void {
    const reader: OptionReader = this.#reader;
    if (this.#env.restore !== undefined) {
      reader.bad(index, 'bad-option', `You cannot use \`-${option}' from iptables-restore`);
    }
    const value = attached ?? (reader.hasArgument() ? reader.take() : undefined);
    if (option === 'W' && value === undefined) reader.bad(index, 'missing-value', 'wait interval value required');
    if (value !== undefined && scanCounter(value) === undefined) {
      reader.bad(index, 'bad-number', `wait ${option === 'w' ? 'seconds' : 'interval'} not numeric`);
    }
    if (option === 'w') this.#waits = true;
    else this.#waitsInSteps = true;
  }

  // ---------------------------------------------------------------- the end of the line

  #finish(): ParsedCommand {
    const reader: OptionReader = this.#reader;
    const last = reader.words.texts.length - 1;
    this.#checkNatDrop();
    if (this.#waitsInSteps && !this.#waits) {
      reader.bad(last, 'bad-option', '--wait-interval only makes sense with --wait');
    }
    if (this.#command === undefined && this.#zero === 'no') {
      reader.bad(0, 'no-command', 'no command specified', 'start with -A, -I, -N, ...');
    }
    if (reader.invert) reader.bad(last, 'bad-argument', 'nothing appropriate following !');
    this.#checkLegal();
    if (this.#chain !== undefined && tooLong(this.#chain, MAX_NAME)) {
      const message = `chain name \`${this.#chain}' too long (must be under ${MAX_NAME + 1} chars)`;
      reader.bad(this.#chainWord, 'bad-chain', message);
    }
    if (this.#verbose > 1) {
      reader.bad(last, 'not-modelled', '-v given twice would dump the blob, which is not modelled', 'give it once');
    }
    const hasRule = this.#command !== undefined && 'ACDIR'.includes(this.#command);
    if (hasRule) this.#checkDevices();
    const rule =
      hasRule && !this.#byNumber ? this.#rule.finish(this.#table as TableName, this.#command === 'R') : undefined;
    this.#checkTable();
    return this.#result(this.#command, this.#zero, rule);
  }

  #checkNatDrop(): void {
    if (this.#table !== 'nat' || (this.#policy !== 'DROP' && this.#rule.jump !== 'DROP')) return;
    const word = this.#policy === 'DROP' ? this.#policyWord : this.#rule.jumpWord;
    const message = 'The "nat" table is not intended for filtering, the use of DROP is therefore inhibited.';
    this.#reader.bad(word, 'nat-drop', message, 'drop in filter, mangle or raw');
  }

  /** Everything that the command does not allow (`generic_opt_check`). */
  #checkLegal(): void {
    let legal = this.#command === undefined ? '' : LEGAL[this.#byNumber ? 'Dn' : this.#command];
    if (this.#zero !== 'no') legal += LEGAL[this.#zero === 'rule' ? 'Zn' : 'Z'];
    for (const letter of this.#reader.given) {
      if (!legal.includes(letter)) {
        this.#reader.bad(0, 'illegal-option', `Illegal option \`-${letter}' with this command`);
      }
    }
  }

  #checkDevices(): void {
    const chain = this.#chain;
    if (this.#rule.hasOutDevice && (chain === 'PREROUTING' || chain === 'INPUT')) {
      const hint = 'packets have no outgoing device here';
      this.#reader.bad(this.#chainWord, 'bad-device', `Can't use -o with ${chain}`, hint);
    }
    if (this.#rule.hasInDevice && (chain === 'POSTROUTING' || chain === 'OUTPUT')) {
      const hint = 'use a chain where packets have an incoming device';
      this.#reader.bad(this.#chainWord, 'bad-device', `Can't use -i with ${chain}`, hint);
    }
  }

  /** Comes last: iptables looks for the table only when it has read everything. */
  #checkTable(): void {
    if (isTableName(this.#table)) return;
    const hint = hintFor(this.#table, TABLE_NAMES) ?? `the tables are ${TABLE_NAMES.join(', ')}`;
    this.#reader.bad(this.#tableWord, 'unknown-table', `can't initialize iptables table \`${this.#table}'`, hint);
  }

  #result(command: CommandLetter | undefined, zero: ParsedCommand['zero'], rule: ParsedCommand['rule']): ParsedCommand {
    const { given, words } = this.#reader;
    return {
      command,
      byNumber: this.#byNumber,
      zero,
      table: this.#table as TableName,
      chain: this.#chain,
      chainWord: this.#chainWord,
      ruleNumber: this.#ruleNumber,
      newName: this.#newName,
      policy: this.#policy,
      verbose: this.#verbose,
      numeric: given.includes('n'),
      exact: given.includes('x'),
      lineNumbers: given.includes('0'),
      counters: this.#counters,
      rule,
      words,
    };
  }
}

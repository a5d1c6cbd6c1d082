import type { Netfilter } from '../netfilter.ts';
import type { ExtensionRegistry } from '../x_tables/extension.ts';
import { isTableName } from '../x_tables/layout.ts';
import { type Counters, type IpTest, TABLE_NAMES, type TableName } from '../x_tables/rule.ts';
import { type CommandLetter, type CoreOption, type CountedOption, LEGAL, SHORT_OPTIONS } from './core-options.ts';
import { IPTABLES_MATCHES, IPTABLES_TARGETS, nearest, STANDARD_TARGETS } from './known-names.ts';
import { badWord, OptionScope, ParsedOption } from './option-scope.ts';
import type { ParseCache } from './parse-cache.ts';
import { EarlyExit, type ParsedCommand } from './parsed-command.ts';
import { parseProtocol, protocolNameOf, protocolNames } from './protocols.ts';
import { finishRule } from './rule-builder.ts';
import { isSpace, scanCounter, strtoul, utf8Length } from './strtoul.ts';
import { IPTABLES_VERSION } from './version.ts';
import type { WordList } from './words.ts';

/** Where a command is read, and what it may know. */
export interface CommandEnvironment {
  readonly registry: ExtensionRegistry;
  /** The host, for names that only it can resolve (sets). Absent when text is only read. */
  readonly net: Netfilter | undefined;
  readonly cache: ParseCache;
  /** What iptables-restore puts in front of a line; absent for a command. */
  readonly restore?: {
    readonly table: TableName;
    readonly verbose: number;
    readonly counters: Counters | undefined;
    /** Chains that the file has declared: they hide targets of their names. */
    readonly announced: ReadonlySet<string>;
  };
}

/** Longest name of a chain, match or target, and of a device, in bytes. */
const MAX_NAME = 28;
const MAX_DEVICE = 15;
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
  readonly #words: WordList;
  readonly #env: CommandEnvironment;
  readonly #scope = new OptionScope();
  /** Next word to look at. */
  #at = 0;
  #invert = false;
  #command: CommandLetter | undefined = undefined;
  #byNumber = false;
  #zero: 'no' | 'chain' | 'rule' = 'no';
  #table: string;
  #tableGiven: boolean;
  #tableWord = 0;
  #chain: string | undefined = undefined;
  #chainWord = 0;
  #ruleNumber = 0;
  #newName: string | undefined = undefined;
  #policy: string | undefined = undefined;
  #policyWord = 0;
  #verbose: number;
  #counters: Counters | undefined;
  /** Letters of the options given, for what may be given once and what a command allows. */
  #given: string;
  #protocolText: string | undefined = undefined;
  #protocolLoaded = false;
  #sources: string | undefined = undefined;
  #sourcesWord = 0;
  #sourcesInverted = false;
  #destinations: string | undefined = undefined;
  #destinationsWord = 0;
  #destinationsInverted = false;
  #protocol: IpTest['protocol'] | undefined = undefined;
  #inDevice: IpTest['inDevice'] | undefined = undefined;
  #outDevice: IpTest['outDevice'] | undefined = undefined;
  #fragment: IpTest['fragment'] | undefined = undefined;
  #jump = '';
  #isGoto = false;
  #jumpWord = 0;
  #waitInterval = false;

  constructor(words: WordList, environment: CommandEnvironment) {
    this.#words = words;
    this.#env = environment;
    const preset = environment.restore;
    this.#table = preset?.table ?? 'filter';
    this.#tableGiven = preset !== undefined;
    this.#verbose = preset?.verbose ?? 0;
    this.#counters = preset?.counters;
    this.#given = (this.#verbose > 0 ? 'v' : '') + (this.#counters === undefined ? '' : 'c');
  }

  parse(): ParsedCommand {
    const { texts } = this.#words;
    const count = texts.length;
    while (this.#at < count) {
      const index = this.#at++;
      const word = texts[index]!;
      if (word.charCodeAt(0) !== DASH || word.length === 1) {
        if (word !== '!') this.#bad(index, 'bad-argument', `Bad argument \`${word}'`, 'quote values that hold blanks');
        if (this.#invert) this.#bad(index, 'bad-argument', 'multiple consecutive ! not allowed');
        this.#invert = true;
        continue;
      }
      if (word.charCodeAt(1) !== DASH) {
        if (!this.#shortOptions(word, index)) return this.#ignored();
      } else if (word.length === 2) {
        if (this.#at < count) this.#bad(this.#at, 'bad-argument', 'unknown arguments found on commandline');
        break;
      } else if (!this.#longOption(word, index)) return this.#ignored();
      this.#invert = false;
    }
    return this.#finish();
  }

  // ---------------------------------------------------------------- options

  /** A bundle of letters. Answers false if the rest of the line is for another family. */
  #shortOptions(word: string, index: number): boolean {
    for (let i = 1; i < word.length; i++) {
      const letter = word[i]!;
      const option = SHORT_OPTIONS.get(letter);
      if (option === undefined) this.#unknownOption(`-${letter}`, index);
      let value: string | undefined;
      if (option.argument !== 'none' && i + 1 < word.length) value = word.slice(i + 1);
      else if (option.argument === 'required') value = this.#nextValue(index, `-${letter}`);
      if (!this.#core(option.option, value, index)) return false;
      if (option.argument !== 'none') break;
      if (i + 1 < word.length) this.#invert = false;
    }
    return true;
  }

  #longOption(word: string, index: number): boolean {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    let value = equals < 0 ? undefined : word.slice(equals + 1);
    const found = this.#scope.find(name);
    if (found === undefined || found.kind === 'ambiguous') {
      // An unknown option may be one of the protocol's match, which is then named by itself.
      if (this.#loadProtocol(index)) return this.#longOption(word, index);
      if (found !== undefined) {
        this.#bad(index, 'ambiguous-option', `unknown option "${word}"`, `it could be --${found.names.join(', --')}`);
      }
      return this.#unknownOption(word, index);
    }
    if (found.kind === 'core') {
      const { option } = found;
      if (value !== undefined && option.argument === 'none')
        this.#bad(index, 'bad-option', `--${option.name} takes no value`);
      if (value === undefined && option.argument === 'required') value = this.#nextValue(index, word);
      return this.#core(option.option, value, index);
    }
    const { loaded, spec } = found;
    if (spec.args === 0 && value !== undefined) this.#bad(index, 'bad-option', `--${spec.name} takes no value`);
    const values: string[] = [];
    if (spec.args > 0) values.push(value ?? this.#nextValue(index, word));
    if (spec.args === 2) {
      if (!this.#hasArgument()) this.#bad(index, 'bad-option', `--${spec.name} requires two args.`);
      values.push(this.#words.texts[this.#at++]!);
    }
    const { extension, uses } = loaded;
    if (spec.repeatable !== true && uses.some((use) => use.name === spec.name)) {
      this.#bad(index, 'bad-option', `${extension.name}: option "--${spec.name}" can only be used once.`);
    }
    if (this.#invert && spec.invertible !== true) {
      this.#bad(index, 'bad-option', `${extension.name}: option "--${spec.name}" cannot be inverted.`);
    }
    if (uses.length === 0) loaded.knowsProtocol = this.#protocolText !== undefined;
    uses.push(new ParsedOption(spec.name, values, this.#invert, this.#words, index));
    return true;
  }

  /** Whether the word at hand is a value that an option may take by itself (`xs_has_arg`). */
  #hasArgument(): boolean {
    const next = this.#words.texts[this.#at];
    return next !== undefined && !next.startsWith('-') && !next.startsWith('!');
  }

  #nextValue(index: number, option: string): string {
    const value = this.#words.texts[this.#at];
    if (value === undefined) this.#bad(index, 'missing-value', `option "${option}" requires an argument`);
    this.#at++;
    return value;
  }

  #loadProtocol(index: number): boolean {
    if (this.#protocolText === undefined || this.#protocolLoaded) return false;
    const number = strtoul(this.#protocolText, 0, 255);
    const name = number === undefined ? this.#protocolText : protocolNameOf(number);
    const extension = name === undefined ? undefined : this.#env.registry.match(name);
    if (extension === undefined) return false;
    this.#protocolLoaded = true;
    this.#scope.addMatch(extension, index, true);
    return true;
  }

  /** One of iptables' own options. Answers false if the rest of the line is for another family. */
  #core(option: CoreOption, value: string | undefined, index: number): boolean {
    switch (option) {
      case 'A':
      case 'C':
      case 'D':
      case 'R':
      case 'I':
      case 'L':
      case 'S':
      case 'F':
      case 'Z':
      case 'N':
      case 'X':
      case 'E':
      case 'P':
        this.#setCommand(option, value, index);
        break;
      case 'p':
        this.#once('p', index, true);
        this.#setProtocol();
        break;
      case 's':
        this.#once('s', index, true);
        this.#sourcesWord = this.#at - 1;
        this.#sources = this.#words.texts[this.#sourcesWord]!;
        this.#sourcesInverted = this.#invert;
        break;
      case 'd':
        this.#once('d', index, true);
        this.#destinationsWord = this.#at - 1;
        this.#destinations = this.#words.texts[this.#destinationsWord]!;
        this.#destinationsInverted = this.#invert;
        break;
      case 'i':
      case 'o': {
        if (value === '') this.#bad(index, 'bad-device', 'Empty interface is likely to be undesired');
        this.#once(option, index, true);
        const device = this.#device();
        if (option === 'i') this.#inDevice = device;
        else this.#outDevice = device;
        break;
      }
      case 'f':
        this.#once('f', index, true);
        this.#fragment = this.#invert ? INVERTED : PLAIN;
        break;
      case 'j':
        this.#once('j', index, false);
        this.#setJump(this.#words.texts[this.#at - 1]!, this.#at - 1);
        break;
      case 'g':
        this.#once('j', index, false);
        this.#jump = this.#targetName(value!, index);
        this.#jumpWord = this.#at - 1;
        this.#isGoto = true;
        break;
      case 'm':
        if (this.#invert) this.#bad(index, 'bad-argument', 'unexpected ! flag before --match');
        this.#addMatch(value!, this.#at - 1);
        break;
      case 'c':
        this.#once('c', index, false);
        this.#setCounters(value!, index);
        break;
      case 't':
        if (this.#invert) this.#bad(index, 'bad-argument', 'unexpected ! flag before --table');
        if (this.#env.restore !== undefined && this.#tableGiven) {
          this.#bad(index, 'bad-option', 'The -t option cannot be used in iptables-restore.');
        }
        this.#table = value!;
        this.#tableGiven = true;
        this.#tableWord = this.#at - 1;
        break;
      case 'n':
      case 'x':
      case '0':
        this.#once(option, index, false);
        break;
      case 'v':
        if (this.#verbose === 0) this.#once('v', index, false);
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
        this.#bad(index, 'wrong-family', 'iptables does not take -6', 'leave it out');
        break;
      case 'V':
        throw new EarlyExit(0, this.#version());
      case 'h':
        throw new EarlyExit(0, USAGE);
    }
    return true;
  }

  #version(): string {
    if (this.#invert) return `Not ${IPTABLES_VERSION} (legacy) ;-)\n`;
    return `iptables${this.#env.restore === undefined ? '' : '-restore'} v${IPTABLES_VERSION} (legacy)\n`;
  }

  #setCommand(command: CommandLetter, value: string | undefined, index: number): void {
    if (this.#invert) this.#bad(index, 'bad-argument', "unexpected '!' flag");
    const listing = command === 'L' || command === 'S';
    if (command === 'Z') {
      if (this.#zero !== 'no' || (this.#command !== undefined && this.#command !== 'L' && this.#command !== 'S')) {
        this.#twoCommands(command, index);
      }
    } else if (this.#command !== undefined || (this.#zero !== 'no' && !listing)) this.#twoCommands(command, index);

    if (value !== undefined) this.#setChain(value, this.#at - 1);
    else if (this.#hasArgument()) this.#setChain(this.#words.texts[this.#at]!, this.#at++);
    if (command === 'Z') {
      this.#zero = 'chain';
      if (!this.#hasArgument()) return;
      this.#ruleNumber = this.#parseRuleNumber();
      this.#command = undefined;
      this.#zero = 'rule';
      return;
    }
    this.#command = command;
    switch (command) {
      case 'D':
        if (!this.#hasArgument()) break;
        this.#ruleNumber = this.#parseRuleNumber();
        this.#byNumber = true;
        break;
      case 'R':
        if (!this.#hasArgument()) this.#bad(index, 'missing-value', '-R requires a rule number');
        this.#ruleNumber = this.#parseRuleNumber();
        break;
      case 'I':
        this.#ruleNumber = this.#hasArgument() ? this.#parseRuleNumber() : 1;
        break;
      case 'L':
      case 'S':
        if (this.#hasArgument()) this.#ruleNumber = this.#parseRuleNumber();
        break;
      case 'N':
        this.#checkNewChain(value!, this.#at - 1);
        break;
      case 'E':
        if (!this.#hasArgument()) this.#bad(index, 'missing-value', '-E requires old-chain-name and new-chain-name');
        this.#newName = this.#words.texts[this.#at++]!;
        break;
      case 'P':
        if (!this.#hasArgument()) this.#bad(index, 'missing-value', '-P requires a chain and a policy');
        this.#policyWord = this.#at;
        this.#policy = this.#words.texts[this.#at++]!;
        break;
    }
  }

  #setChain(name: string, word: number): void {
    this.#chain = name;
    this.#chainWord = word;
  }

  #twoCommands(command: CommandLetter, index: number): never {
    this.#bad(index, 'two-commands', `Cannot use -${command} with -${this.#command ?? 'Z'}`);
  }

  #parseRuleNumber(): number {
    const text = this.#words.texts[this.#at]!;
    const number = strtoul(text, 1, MAX_INT);
    if (number === undefined) this.#bad(this.#at, 'bad-number', `Invalid rule number \`${text}'`, 'rules count from 1');
    this.#at++;
    return number;
  }

  #checkNewChain(name: string, word: number): void {
    if (utf8Length(name) > MAX_NAME)
      this.#bad(word, 'bad-chain', `chain name \`${name}' too long (must be under 29 chars)`);
    if (name.startsWith('-') || name.startsWith('!')) {
      this.#bad(word, 'bad-chain', `chain name not allowed to start with \`${name[0]}'`);
    }
    if (name === '' || name === 'standard' || STANDARD_TARGETS.has(name) || this.#isTarget(name)) {
      this.#bad(word, 'bad-chain', 'chain name may not clash with target name', 'choose another name');
    }
    if (hasSpace(name)) this.#bad(word, 'bad-chain', `Invalid chain name \`${name}'`);
  }

  #isTarget(name: string): boolean {
    if (this.#env.restore?.announced.has(name) === true) return false;
    return this.#env.registry.target(name) !== undefined || IPTABLES_TARGETS.has(name);
  }

  #setProtocol(): void {
    const word = this.#at - 1;
    const text = this.#words.texts[word]!.toLowerCase();
    const number = parseProtocol(text);
    if (number === undefined) {
      this.#bad(
        word,
        'unknown-protocol',
        `unknown protocol "${text}" specified`,
        didYouMean(nearest(text, protocolNames())),
      );
    }
    if (number === 0 && this.#invert) this.#bad(word, 'bad-argument', 'rule would never match protocol');
    this.#protocolText = text;
    this.#protocol = number === 0 ? undefined : this.#env.cache.protocol(number, this.#invert);
  }

  #device(): NonNullable<IpTest['inDevice']> {
    const word = this.#at - 1;
    const text = this.#words.texts[word]!;
    if (text.length > MAX_DEVICE / 3 && utf8Length(text) > MAX_DEVICE) {
      this.#bad(word, 'bad-device', `interface name \`${text}' must be shorter than IFNAMSIZ (${MAX_DEVICE})`);
    }
    return this.#env.cache.device(text, this.#invert);
  }

  #targetName(name: string, word: number): string {
    if (name === '') this.#bad(word, 'bad-target', 'Invalid target name (too short)');
    if (name.length > MAX_NAME / 3 && utf8Length(name) > MAX_NAME) {
      this.#bad(word, 'bad-target', `Invalid target name \`${name}' (${MAX_NAME} chars max)`);
    }
    if (hasSpace(name)) this.#bad(word, 'bad-target', `Invalid target name \`${name}'`);
    return name;
  }

  #setJump(text: string, word: number): void {
    const name = this.#targetName(text, word);
    this.#jump = name;
    this.#jumpWord = word;
    if (STANDARD_TARGETS.has(name) || this.#env.restore?.announced.has(name) === true) return;
    const extension = this.#env.registry.target(name);
    if (extension !== undefined) this.#scope.setTarget(extension, word, this.#protocolText !== undefined);
  }

  #addMatch(name: string, word: number): void {
    const extension = this.#env.registry.match(name);
    if (extension !== undefined) {
      this.#scope.addMatch(extension, word, this.#protocolText !== undefined);
      return;
    }
    if (utf8Length(name) > MAX_NAME)
      this.#bad(word, 'unknown-match', `Invalid match name "${name}" (${MAX_NAME} chars max)`);
    if (IPTABLES_MATCHES.has(name)) {
      this.#bad(word, 'not-modelled', `the match "${name}" is not modelled`, 'register an extension of this name');
    }
    const hint = didYouMean(nearest(name, this.#env.registry.matchNames));
    this.#bad(word, 'unknown-match', `Couldn't load match \`${name}':No such file or directory`, hint);
  }

  #setCounters(packetsText: string, index: number): void {
    const comma = packetsText.indexOf(',', 1);
    let bytesText = comma < 0 ? undefined : packetsText.slice(comma + 1);
    if (bytesText === undefined && this.#hasArgument()) bytesText = this.#words.texts[this.#at++]!;
    if (bytesText === undefined) this.#bad(index, 'missing-value', '-c requires packet and byte counter');
    const packets = scanCounter(packetsText);
    if (packets === undefined)
      this.#bad(index, 'bad-number', '-c packet counter not numeric', 'write two numbers, up to 2^53');
    const bytes = scanCounter(bytesText);
    if (bytes === undefined)
      this.#bad(index, 'bad-number', '-c byte counter not numeric', 'write two numbers, up to 2^53');
    this.#counters = { packets, bytes };
  }

  #wait(option: 'w' | 'W', attached: string | undefined, index: number): void {
    if (this.#env.restore !== undefined)
      this.#bad(index, 'bad-option', `You cannot use \`-${option}' from iptables-restore`);
    const value = attached ?? (this.#hasArgument() ? this.#words.texts[this.#at++]! : undefined);
    if (option === 'W') {
      this.#waitInterval = true;
      if (value === undefined) this.#bad(index, 'missing-value', 'wait interval value required');
    }
    if (value !== undefined && scanCounter(value) === undefined)
      this.#bad(index, 'bad-number', 'wait seconds not numeric');
    if (option === 'w') this.#given += 'w';
  }

  #once(letter: CountedOption, index: number, invertible: boolean): void {
    if (this.#given.includes(letter)) this.#bad(index, 'twice', `multiple -${letter} flags not allowed`);
    this.#given += letter;
    if (this.#invert && !invertible) this.#bad(index, 'bad-argument', `cannot have ! before -${letter}`);
  }

  // ---------------------------------------------------------------- the end of the line

  #finish(): ParsedCommand {
    const { texts } = this.#words;
    const end = texts.length;
    if (this.#table === 'nat' && (this.#policy === 'DROP' || this.#jump === 'DROP')) {
      const word = this.#policy === 'DROP' ? this.#policyWord : this.#jumpWord;
      this.#bad(
        word,
        'nat-drop',
        'The "nat" table is not intended for filtering, the use of DROP is therefore inhibited.',
        'drop in filter, mangle or raw',
      );
    }
    if (this.#waitInterval && !this.#given.includes('w')) {
      this.#bad(end - 1, 'bad-option', '--wait-interval only makes sense with --wait');
    }
    if (this.#command === undefined && this.#zero === 'no')
      this.#bad(0, 'no-command', 'no command specified', 'start with -A, -I, -N, ...');
    if (this.#invert) this.#bad(end - 1, 'bad-argument', 'nothing appropriate following !');
    this.#checkLegal();
    if (this.#chain !== undefined && utf8Length(this.#chain) > MAX_NAME) {
      this.#bad(this.#chainWord, 'bad-chain', `chain name \`${this.#chain}' too long (must be under 29 chars)`);
    }
    if (this.#verbose > 1)
      this.#bad(
        end - 1,
        'not-modelled',
        '-v given twice dumps what libiptc holds, which is not modelled',
        'give it once',
      );
    const hasRule = this.#command !== undefined && 'ACDIR'.includes(this.#command);
    if (hasRule) this.#checkDevices();
    const rule = hasRule && !this.#byNumber ? this.#rule() : undefined;
    this.#checkTable();
    return this.#result(this.#command, this.#zero, rule);
  }

  /** Comes last: iptables looks for the table only when it has read everything. */
  #checkTable(): void {
    if (isTableName(this.#table)) return;
    const near = nearest(this.#table, TABLE_NAMES);
    const hint = near === undefined ? `the tables are ${TABLE_NAMES.join(', ')}` : `did you mean "${near}"?`;
    this.#bad(this.#tableWord, 'unknown-table', `can't initialize iptables table \`${this.#table}'`, hint);
  }

  #result(command: CommandLetter | undefined, zero: ParsedCommand['zero'], rule: ParsedCommand['rule']): ParsedCommand {
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
      numeric: this.#given.includes('n'),
      exact: this.#given.includes('x'),
      lineNumbers: this.#given.includes('0'),
      counters: this.#counters,
      rule,
      words: this.#words,
    };
  }

  /** A line of iptables-restore with `-6`: nothing of it is done. */
  #ignored(): ParsedCommand {
    return this.#result(undefined, 'no', undefined);
  }

  /** Everything that the command does not allow (`generic_opt_check`). */
  #checkLegal(): void {
    let legal = this.#command === undefined ? '' : LEGAL[this.#byNumber ? 'Dn' : this.#command];
    if (this.#zero !== 'no') legal += LEGAL[this.#zero === 'rule' ? 'Zn' : 'Z'];
    for (const letter of this.#given) {
      if (letter === 'w' || legal.includes(letter)) continue;
      this.#bad(0, 'illegal-option', `Illegal option \`-${letter}' with this command`);
    }
  }

  #checkDevices(): void {
    const chain = this.#chain;
    if (this.#outDevice !== undefined && (chain === 'PREROUTING' || chain === 'INPUT')) {
      this.#bad(this.#chainWord, 'bad-device', `Can't use -o with ${chain}`, 'packets have no outgoing device here');
    }
    if (this.#inDevice !== undefined && (chain === 'POSTROUTING' || chain === 'OUTPUT')) {
      this.#bad(
        this.#chainWord,
        'bad-device',
        `Can't use -i with ${chain}`,
        'use a chain where packets have an incoming device',
      );
    }
  }

  #rule(): NonNullable<ParsedCommand['rule']> {
    const words = this.#words;
    const sources = this.#addresses(this.#sources, this.#sourcesWord);
    const destinations = this.#addresses(this.#destinations, this.#destinationsWord);
    if ((sources.length > 1 || destinations.length > 1) && (this.#sourcesInverted || this.#destinationsInverted)) {
      const word = this.#sourcesInverted ? this.#sourcesWord : this.#destinationsWord;
      this.#bad(
        word,
        'bad-address',
        '! not allowed with multiple source or destination IP addresses',
        'write one rule for each',
      );
    }
    if (this.#command === 'R' && (sources.length !== 1 || destinations.length !== 1)) {
      this.#bad(
        sources.length === 1 ? this.#destinationsWord : this.#sourcesWord,
        'bad-address',
        'Replacement rule does not specify a unique address',
      );
    }
    const ip: { -readonly [K in keyof IpTest]: IpTest[K] } = {};
    const src = this.#env.cache.addressTest(sources[0]!, this.#sourcesInverted);
    const dst = this.#env.cache.addressTest(destinations[0]!, this.#destinationsInverted);
    if (src !== undefined) ip.src = src;
    if (dst !== undefined) ip.dst = dst;
    if (this.#inDevice !== undefined) ip.inDevice = this.#inDevice;
    if (this.#outDevice !== undefined) ip.outDevice = this.#outDevice;
    if (this.#protocol !== undefined) ip.protocol = this.#protocol;
    if (this.#fragment !== undefined) ip.fragment = this.#fragment;
    const { matches, target } = finishRule(this.#scope, words, this.#table as TableName, ip, this.#env.net);
    return {
      sources,
      sourcesInverted: this.#sourcesInverted,
      destinations,
      destinationsInverted: this.#destinationsInverted,
      ip,
      matches,
      jump: { name: this.#jump, isGoto: this.#isGoto, extension: target, word: this.#jumpWord },
    };
  }

  #addresses(text: string | undefined, word: number): Exclude<ReturnType<ParseCache['addresses']>, string> {
    const list = this.#env.cache.addresses(text ?? '0.0.0.0/0');
    if (typeof list !== 'string') return list;
    const hint = list.startsWith('host') ? 'write an address: names are not resolved' : undefined;
    return this.#bad(word, 'bad-address', list, hint);
  }

  #unknownOption(option: string, index: number): never {
    const name = option.replace(/^-+/, '').replace(/=.*/s, '');
    const suggestion = this.#scope.suggest(name);
    this.#bad(
      index,
      'unknown-option',
      `unknown option "${option}"`,
      suggestion === undefined ? undefined : `did you mean --${suggestion}?`,
    );
  }

  #bad(index: number, code: string, message: string, hint?: string): never {
    badWord(this.#words, index, code, message, hint);
  }
}

const DASH = 0x2d;
const PLAIN = { inverted: false } as const;
const INVERTED = { inverted: true } as const;

function hasSpace(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (isSpace(name.charCodeAt(i))) return true;
  return false;
}

function didYouMean(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `did you mean "${name}"?`;
}

const USAGE = `iptables v${IPTABLES_VERSION} (legacy), as chainwalk models it

iptables [-t table] -A|-C|-D chain rule
iptables [-t table] -I chain [number] rule
iptables [-t table] -R chain number rule
iptables [-t table] -D chain number
iptables [-t table] -L|-S [chain [number]] [-n] [-v] [-x] [--line-numbers]
iptables [-t table] -F [chain]
iptables [-t table] -Z [chain [number]]
iptables [-t table] -N chain
iptables [-t table] -X [chain]
iptables [-t table] -E old new
iptables [-t table] -P chain ACCEPT|DROP
`;

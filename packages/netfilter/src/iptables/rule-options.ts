import type { Netfilter } from '../netfilter.ts';
import type { ExtensionRegistry } from '../x_tables/extension.ts';
import type { IpTest, TableName } from '../x_tables/rule.ts';
import { parseUnsigned } from '../x_tables/values.ts';
import type { MaskedAddress } from './address-list.ts';
import { IPTABLES_MATCHES, IPTABLES_TARGETS, STANDARD_TARGETS } from './known-names.ts';
import { checkDevice, checkTargetName, hintFor, MAX_NAME, tooLong } from './names.ts';
import type { OptionReader } from './option-reader.ts';
import type { ParseCache } from './parse-cache.ts';
import type { ParsedRule } from './parsed-command.ts';
import { numberElsewhere, parseProtocol, protocolNameOf, protocolNames } from './protocols.ts';
import { finishRule } from './rule-builder.ts';

/** What the reading of a rule may know. */
export interface RuleEnvironment {
  readonly registry: ExtensionRegistry;
  /** The host, for names that only it can resolve (sets). Absent when text is only read. */
  readonly net: Netfilter | undefined;
  readonly cache: ParseCache;
  /** Chains that a file has declared: they hide targets of their names. */
  readonly announced: ReadonlySet<string> | undefined;
}

/** The options of which a rule consists, as far as they are iptables' own. */
export type RuleOption = 's' | 'd' | 'p' | 'i' | 'o' | 'f' | 'j' | 'g' | 'm';

interface GivenAddress {
  readonly text: string;
  readonly word: number;
  readonly inverted: boolean;
}

const ANYWHERE: GivenAddress = { text: '0.0.0.0/0', word: 0, inverted: false };
const PLAIN = { inverted: false } as const;
const INVERTED = { inverted: true } as const;

/** The rule part of a command while it is read. */
export class RuleOptions {
  readonly #reader: OptionReader;
  readonly #env: RuleEnvironment;
  #source = ANYWHERE;
  #destination = ANYWHERE;
  #protocolText: string | undefined = undefined;
  #protocolLoaded = false;
  #protocol: IpTest['protocol'] | undefined = undefined;
  #inDevice: IpTest['inDevice'] | undefined = undefined;
  #outDevice: IpTest['outDevice'] | undefined = undefined;
  #fragment: IpTest['fragment'] | undefined = undefined;
  #jump = '';
  #isGoto = false;
  #jumpWord = 0;

  constructor(reader: OptionReader, environment: RuleEnvironment) {
    this.#reader = reader;
    this.#env = environment;
  }

  /** The word after `-j` or `-g`, or ''. */
  get jump(): string {
    return this.#jump;
  }

  get jumpWord(): number {
    return this.#jumpWord;
  }

  get hasInDevice(): boolean {
    return this.#inDevice !== undefined;
  }

  get hasOutDevice(): boolean {
    return this.#outDevice !== undefined;
  }

  /** Takes one option. @throws InputError */
  set(option: RuleOption, value: string | undefined, index: number): void {
    const reader: OptionReader = this.#reader;
    switch (option) {
      case 's':
        reader.once('s', index, true);
        this.#source = { text: reader.lastWord, word: reader.at - 1, inverted: reader.invert };
        reader.note('source', index);
        break;
      case 'd':
        reader.once('d', index, true);
        this.#destination = { text: reader.lastWord, word: reader.at - 1, inverted: reader.invert };
        reader.note('destination', index);
        break;
      case 'p':
        reader.once('p', index, true);
        this.#setProtocol(reader.lastWord.toLowerCase(), reader.at - 1);
        break;
      case 'i':
        this.#inDevice = this.#device('i', value, index);
        reader.note('in', index);
        break;
      case 'o':
        this.#outDevice = this.#device('o', value, index);
        reader.note('out', index);
        break;
      case 'f':
        reader.once('f', index, true);
        this.#fragment = reader.invert ? INVERTED : PLAIN;
        break;
      case 'j':
        reader.once('j', index, false);
        if (this.#setJump(reader.lastWord, reader.at - 1)) reader.note('jump', index);
        break;
      case 'g':
        reader.once('j', index, false);
        checkTargetName(reader, value!, reader.at - 1);
        this.#jump = value!;
        this.#jumpWord = reader.at - 1;
        this.#isGoto = true;
        reader.note('goto', index);
        break;
      case 'm':
        if (reader.invert) reader.bad(index, 'bad-argument', 'unexpected ! flag before --match');
        this.#addMatch(value!, reader.at - 1);
        break;
    }
  }

  /** Loads the match of the protocol, once. Answers whether it did. */
  loadProtocol(index: number): boolean {
    if (this.#protocolText === undefined || this.#protocolLoaded) return false;
    const number = parseUnsigned(this.#protocolText, 255);
    const name = number === undefined ? this.#protocolText : protocolNameOf(number);
    const extension = name === undefined ? undefined : this.#env.registry.match(name);
    if (extension === undefined) return false;
    this.#protocolLoaded = true;
    this.#reader.scope.addMatch(extension, index, true);
    return true;
  }

  /**
   * The finished rule.
   * @param single whether a list of addresses is refused (`-R`)
   * @throws InputError
   */
  finish(table: TableName, single: boolean): ParsedRule {
    const reader: OptionReader = this.#reader;
    const { cache, net } = this.#env;
    const sources = this.#addresses(this.#source);
    const destinations = this.#addresses(this.#destination);
    if (sources.length > 1 || destinations.length > 1) {
      const inverted = this.#source.inverted ? this.#source : this.#destination;
      if (inverted.inverted) {
        const message = '! not allowed with multiple source or destination IP addresses';
        reader.bad(inverted.word, 'bad-address', message, 'write one rule for each');
      }
      const many = sources.length > 1 ? this.#source : this.#destination;
      if (single) reader.bad(many.word, 'bad-address', 'Replacement rule does not specify a unique address');
    }
    const ip: { -readonly [K in keyof IpTest]: IpTest[K] } = {};
    const src = cache.addressTest(sources[0]!, this.#source.inverted);
    const dst = cache.addressTest(destinations[0]!, this.#destination.inverted);
    if (src !== undefined) ip.src = src;
    if (dst !== undefined) ip.dst = dst;
    if (this.#inDevice !== undefined) ip.inDevice = this.#inDevice;
    if (this.#outDevice !== undefined) ip.outDevice = this.#outDevice;
    if (this.#protocol !== undefined) ip.protocol = this.#protocol;
    if (this.#fragment !== undefined) ip.fragment = this.#fragment;
    const { matches, target } = finishRule(reader.scope, reader.words, table, ip, net);
    return {
      sources,
      sourcesInverted: this.#source.inverted,
      destinations,
      destinationsInverted: this.#destination.inverted,
      ip,
      matches,
      jump: { name: this.#jump, isGoto: this.#isGoto, extension: target, word: this.#jumpWord },
      scope: reader.scope,
    };
  }

  #addresses({ text, word }: GivenAddress): readonly MaskedAddress[] {
    const list = this.#env.cache.addresses(text);
    if (typeof list !== 'string') return list;
    const hint = list.startsWith('host') ? 'write an address: names are not resolved' : undefined;
    this.#reader.bad(word, 'bad-address', list, hint);
  }

  #setProtocol(text: string, word: number): void {
    const reader: OptionReader = this.#reader;
    const number = parseProtocol(text);
    if (number === undefined) {
      const elsewhere = numberElsewhere(text);
      const hint =
        elsewhere === undefined
          ? hintFor(text, protocolNames())
          : `write ${elsewhere}: other distributions call ${protocolNameOf(elsewhere)} so`;
      reader.bad(word, 'unknown-protocol', `unknown protocol "${text}" specified`, hint);
    }
    if (number === 0 && reader.invert) reader.bad(word, 'bad-argument', 'rule would never match protocol');
    this.#protocolText = text;
    this.#protocol = number === 0 ? undefined : this.#env.cache.protocol(number, reader.invert);
    reader.protocolKnown = true;
  }

  #device(letter: 'i' | 'o', value: string | undefined, index: number): NonNullable<IpTest['inDevice']> {
    const reader: OptionReader = this.#reader;
    if (value === '') reader.bad(index, 'bad-device', 'Empty interface is likely to be undesired');
    reader.once(letter, index, true);
    checkDevice(reader, reader.lastWord, reader.at - 1);
    return this.#env.cache.device(reader.lastWord, reader.invert);
  }

  /** Answers whether the name can only be that of a chain. */
  #setJump(name: string, word: number): boolean {
    checkTargetName(this.#reader, name, word);
    this.#jump = name;
    this.#jumpWord = word;
    if (STANDARD_TARGETS.has(name)) return false;
    if (this.#env.announced?.has(name) === true) return true;
    const extension = this.#env.registry.target(name);
    if (extension !== undefined) this.#reader.scope.setTarget(extension, word, this.#reader.protocolKnown);
    // At once, lest one of its options be blamed: no chain can have the name of a target.
    else if (IPTABLES_TARGETS.has(name)) {
      this.#reader.bad(
        word,
        'not-modelled',
        `the target "${name}" is not modelled`,
        'register an extension of this name',
      );
    }
    return extension === undefined;
  }

  #addMatch(name: string, word: number): void {
    const reader: OptionReader = this.#reader;
    const { registry } = this.#env;
    const extension = registry.match(name);
    if (extension !== undefined) {
      reader.scope.addMatch(extension, word, reader.protocolKnown);
      return;
    }
    if (tooLong(name, MAX_NAME)) {
      reader.bad(word, 'unknown-match', `Invalid match name "${name}" (${MAX_NAME} chars max)`);
    }
    if (IPTABLES_MATCHES.has(name)) {
      reader.bad(word, 'not-modelled', `the match "${name}" is not modelled`, 'register an extension of this name');
    }
    const message = `Couldn't load match \`${name}':No such file or directory`;
    reader.bad(word, 'unknown-match', message, hintFor(name, registry.matchNames));
  }
}

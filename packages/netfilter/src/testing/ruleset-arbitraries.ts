import fc from 'fast-check';
import { DEFAULT_EXTENSIONS } from '../extensions.ts';
import { type ParsedRuleset, parseRestore } from '../iptables/restore.ts';
import type { ExtensionRegistry } from '../x_tables/extension.ts';
import { builtinChains } from '../x_tables/layout.ts';
import { type Rule, TABLE_NAMES, type TableName } from '../x_tables/rule.ts';
import { arbIpWords, MATCH_WORDS, type RuleWords, TARGET_WORDS } from './rule-words.ts';

export interface RuleTextOptions {
  /** Only extensions of this registry are used. Default: all of chainwalk's. */
  readonly registry?: ExtensionRegistry;
  /** The table that the rule is for. Default `filter`. */
  readonly table?: TableName;
  /** Chains that the rule may jump to. Default none. */
  readonly chains?: readonly string[];
  /** Most matches of the rule. Default 3. */
  readonly maxMatches?: number;
}

/** Any rule as text, without `-A CHAIN`: accepted by iptables in any chain of the table that has devices of both ways. */
export function arbRuleText(options: RuleTextOptions = {}): fc.Arbitrary<string> {
  const { registry = DEFAULT_EXTENSIONS, table = 'filter', chains = [], maxMatches = 3 } = options;
  const allowed = (words: RuleWords, protocol: string): boolean =>
    (words.protocols === undefined || words.protocols.includes(protocol)) &&
    (words.tables === undefined || words.tables.includes(table));
  const jumps =
    chains.length === 0
      ? []
      : [
          fc
            .tuple(fc.constantFrom('-j', '-j', '-g'), fc.constantFrom(...chains))
            .map(([how, chain]): RuleWords => ({ text: `${how} ${chain}` })),
        ];
  const matches = MATCH_WORDS.map((words) => words.map((use) => (hasMatch(registry, use) ? use : NOTHING)));
  const targets = [
    ...TARGET_WORDS.map((words) => words.map((use) => (hasTarget(registry, use) ? use : NOTHING))),
    ...jumps,
    ...jumps,
  ];
  return fc
    .record({
      ip: arbIpWords,
      protocol: fc.constantFrom('', '', 'tcp', 'tcp', 'udp', 'icmp', 'sctp', 'gre', '! tcp', '77'),
      matches: fc.uniqueArray(fc.oneof(...matches), { maxLength: maxMatches, selector: (words) => words.extension }),
      target: fc.oneof(...targets),
    })
    .map(({ ip, protocol, matches: uses, target }) => {
      const not = protocol.startsWith('! ');
      const name = not ? protocol.slice(2) : protocol;
      const fits = (words: RuleWords): boolean => allowed(words, not ? '' : name);
      return [
        ip,
        name === '' ? '' : `${not ? '! ' : ''}-p ${name}`,
        ...uses.filter(fits).map(({ text }) => text),
        fits(target) ? target.text : '',
      ]
        .filter((part) => part !== '')
        .join(' ');
    });
}

const NOTHING: RuleWords = { text: '' };

function hasMatch(registry: ExtensionRegistry, words: RuleWords): boolean {
  return words.extension === undefined || registry.match(words.extension) !== undefined;
}

function hasTarget(registry: ExtensionRegistry, words: RuleWords): boolean {
  return words.extension === undefined || registry.target(words.extension) !== undefined;
}

export interface RulesetTextOptions {
  readonly registry?: ExtensionRegistry;
  /** Default: raw, mangle and filter. */
  readonly tables?: readonly TableName[];
  /** Most chains of one table besides the built-in ones. Default 4. */
  readonly maxChains?: number;
  /** Most rules of one chain. Default 5. */
  readonly maxRules?: number;
}

/** Any ruleset as text for iptables-restore, with counters; the kernel accepts it. Chains never lead in circles. */
export function arbRulesetText(options: RulesetTextOptions = {}): fc.Arbitrary<string> {
  const { tables = ['raw', 'mangle', 'filter'], maxChains = 4 } = options;
  return fc
    .subarray([...TABLE_NAMES.filter((table) => tables.includes(table))], { minLength: 1 })
    .chain((names) => fc.tuple(...names.map((table) => tableText(table, maxChains, options))))
    .map((texts) => texts.join(''));
}

const counters = fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000_000)).map(([packets, bytes]) => `[${packets}:${bytes}]`);
const chainName = fc
  .string({ minLength: 1, maxLength: 28, unit: fc.constantFrom(...'ABCDEFxyz019-_.') })
  .filter((name) => /^[A-Za-z0-9]/.test(name))
  .map((name) => `u${name}`.slice(0, 28));

function tableText(table: TableName, maxChains: number, options: RulesetTextOptions): fc.Arbitrary<string> {
  const builtin = builtinChains(table);
  return fc.uniqueArray(chainName, { maxLength: maxChains }).chain((own) => {
    const names = [...builtin, ...own];
    const { registry, maxRules = 5 } = options;
    // A chain may lead only to later ones of its own kind.
    const rules = names.map((name, index) => {
      const chains = own.slice(Math.max(0, index - builtin.length + 1));
      const text = arbRuleText({ table, chains, ...(registry === undefined ? {} : { registry }) });
      return fc.array(
        fc
          .tuple(counters, text)
          .map(([count, rule]) => `${count} -A ${name} ${withoutWrongDevice(name, rule)}`.trimEnd()),
        { maxLength: maxRules },
      );
    });
    const policies = builtin.map((name) =>
      fc
        .tuple(fc.constantFrom('ACCEPT', 'ACCEPT', 'DROP'), counters)
        .map(([policy, count]) => `:${name} ${policy} ${count}`),
    );
    return fc
      .tuple(fc.tuple(...policies), fc.tuple(...rules))
      .map(([heads, lists]) =>
        [`*${table}`, ...heads, ...own.map((name) => `:${name} - [0:0]`), ...lists.flat(), 'COMMIT', ''].join('\n'),
      );
  });
}

/** iptables refuses `-i` and `-o` in the built-in chains where a packet has no such device. */
function withoutWrongDevice(chain: string, rule: string): string {
  const letter =
    chain === 'PREROUTING' || chain === 'INPUT' ? 'o' : chain === 'OUTPUT' || chain === 'POSTROUTING' ? 'i' : '';
  return letter === '' ? rule : rule.replace(new RegExp(`(^| )(! )?-${letter} \\S+ ?`), '$1');
}

/** Any ruleset as a value, with its counters. */
export function arbRuleset(options: RulesetTextOptions = {}): fc.Arbitrary<ParsedRuleset> {
  const registry = options.registry ?? DEFAULT_EXTENSIONS;
  return arbRulesetText(options).map((text) => parseRestore(text, 'arbitrary', { registry }));
}

/** Any rule as a value. */
export function arbRule(options: RuleTextOptions = {}): fc.Arbitrary<Rule> {
  const { registry = DEFAULT_EXTENSIONS, table = 'filter', chains = [] } = options;
  return arbRuleText(options).map((text) => {
    const declared = chains.map((chain) => `:${chain} - [0:0]\n`).join('');
    const file = `*${table}\n:rule - [0:0]\n${declared}-A rule ${text}\nCOMMIT\n`;
    const { ruleset } = parseRestore(file, 'arbitrary', { registry });
    return ruleset.tables[0]!.chains.find(({ name }) => name === 'rule')!.rules[0]!;
  });
}

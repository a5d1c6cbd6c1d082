import type { ExtensionRegistry, MatchExtension, RuleContext, TargetExtension } from '../x_tables/extension.ts';
import type { Counters, DeviceName, IpTest, Rule, RuleMatch, RuleTarget, TableName } from '../x_tables/rule.ts';
import { STANDARD_TARGETS } from './known-names.ts';
import { LineShapes, type WordRole } from './line-shapes.ts';
import { isPlainName, MAX_DEVICE, MAX_NAME } from './names.ts';
import type { Loaded } from './option-scope.ts';
import type { ParseCache } from './parse-cache.ts';
import type { ParsedCommand, ParsedRule } from './parsed-command.ts';
import type { EditedChain, TableEditor } from './table-editor.ts';
import { TextTable } from './text-table.ts';

/** A match or the target of a shape: its options, and what they were read as, by their text. */
interface ShapedUse<T extends RuleMatch | RuleTarget> {
  readonly kind: Loaded['kind'];
  readonly extension: MatchExtension | TargetExtension;
  readonly options: readonly ShapedOption[];
  /** The first and the last word of its options that differ, among those of the line; -1 if none does. */
  readonly first: number;
  readonly last: number;
  readonly context: RuleContext;
  /** What it is if no word differs. */
  readonly only: T;
  readonly known: TextTable<T>;
}

interface ShapedOption {
  readonly name: string;
  readonly inverted: boolean;
  /** The words behind it; a number is that of a word that differs. */
  readonly values: readonly (string | number)[];
}

/** What lines with `-A` have in common that differ only in some words; numbers are those of the words that differ. */
interface RuleShape {
  readonly chain: number;
  readonly source: number;
  readonly sourceInverted: boolean;
  readonly destination: number;
  readonly destinationInverted: boolean;
  readonly inDevice: number;
  readonly outDevice: number;
  /** The tests of the line that the shape was taken from: those of every line, as far as no word differs. */
  readonly ip: IpTest;
  readonly matches: readonly ShapedUse<RuleMatch>[];
  /** The matches of the last line: the next often has the same. */
  lastMatches: readonly RuleMatch[];
  /** The word behind `-j` or `-g` that is a chain, or what else stands there. */
  readonly jump: number;
  readonly isGoto: boolean;
  /** The word behind `-j`, if it is always the same. */
  readonly targetName: string;
  readonly target: RuleTarget | undefined;
  readonly shapedTarget: ShapedUse<RuleTarget> | undefined;
  /** Of the line's own `-c`, which is the same in every line. */
  readonly counters: Counters | undefined;
}

/** What the reading of lines may know. */
export interface ShapeEnvironment {
  readonly registry: ExtensionRegistry;
  readonly cache: ParseCache;
  /** Chains that the text has declared: they hide targets of their names. */
  readonly announced: ReadonlySet<string>;
}

/** Chains in which `-i` or `-o` is refused. */
const ONE_WAY = new Set(['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']);

/**
 * Adds rules to a table line by line, for lines that differ from one read before in a few words only: its chain, its
 * addresses and devices, the chain it leads to, values of options. Everything else is left to the whole parser, faults
 * above all, and what is added here is what that would have added.
 */
export class ShapedRules {
  readonly #env: ShapeEnvironment;
  /** By table, and whether the line has counters in front. */
  #shapes = new Map<string, LineShapes<RuleShape>>();
  /** By what the options are and what stands in all of them: shapes share what they have read. */
  #known = new Map<string, TextTable<RuleMatch | RuleTarget>>();

  constructor(environment: ShapeEnvironment) {
    this.#env = environment;
  }

  /** Forgets all shapes: a name has come to mean something else. */
  clear(): void {
    this.#shapes = new Map();
    this.#known = new Map();
  }

  /**
   * Adds the rule of the line `text.slice(from, to)`. Answers false and does nothing if that takes the whole parser.
   * @param given counters that stand before the line
   */
  append(editor: TableEditor, text: string, from: number, to: number, given: Counters | undefined): boolean {
    const shapes = this.#shapesOf(editor.name, given !== undefined);
    const shape = shapes.match(text, from, to);
    if (shape === undefined) return false;
    const { starts, ends } = shapes;
    const chain = editor.findChainAgain(text, starts[shape.chain]!, ends[shape.chain]!);
    if (chain === undefined || !this.#hasPlainName(chain)) return false;
    let { target } = shape;
    if (shape.jump >= 0) {
      const next = editor.findChain(text, starts[shape.jump]!, ends[shape.jump]!);
      if (next === undefined || next.policy !== undefined || !this.#hasPlainName(next)) return false;
      if (!shape.isGoto && !this.#isOnlyChain(next)) return false;
      target = shape.isGoto ? next.goto : next.jump;
    } else if (shape.targetName !== '' && editor.isChain(shape.targetName)) return false;
    const ip = this.#ipOf(shape, chain, text, starts, ends);
    if (ip === undefined) return false;
    try {
      const matches = matchesOf(shape, text, starts, ends);
      if (shape.shapedTarget !== undefined) target = useOf(shape.shapedTarget, text, starts, ends);
      editor.appendRule(chain, { ip, matches, target }, given ?? shape.counters);
    } catch {
      // Some value is wrong: the whole parser says which one.
      return false;
    }
    return true;
  }

  /**
   * Notes the shape of a line that the whole parser has read, unless other lines of this shape could mean something else.
   * @param added the rules that came of it
   * @param roles of the words that may differ
   */
  learn(
    table: TableName,
    command: ParsedCommand,
    added: readonly Rule[],
    roles: readonly (WordRole | undefined)[],
    given: Counters | undefined,
  ): void {
    const { rule: parsed, words } = command;
    const [rule] = added;
    if (command.command !== 'A' || command.verbose > 0 || roles[command.chainWord] !== 'chain') return;
    if (parsed === undefined || rule === undefined || added.length > 1) return;
    const { matches, target } = parsed.scope;
    if (!matches.every(({ extension }) => extension.sharesInfo === true)) return;
    if (target !== undefined && (target.extension.sharesInfo !== true || rule.target?.kind !== 'extension')) return;
    const leads = rule.target?.kind === 'jump' || rule.target?.kind === 'goto';
    if (leads !== (roles.includes('jump') || roles.includes('goto'))) return;
    this.#shapesOf(table, given !== undefined).add(words.texts, roles, () =>
      this.#shapeOf(table, command, parsed, rule, roles, given),
    );
  }

  #shapesOf(table: TableName, counted: boolean): LineShapes<RuleShape> {
    const key = counted ? `${table} counted` : table;
    let shapes = this.#shapes.get(key);
    if (shapes === undefined) this.#shapes.set(key, (shapes = new LineShapes()));
    return shapes;
  }

  #shapeOf(
    table: TableName,
    command: ParsedCommand,
    parsed: ParsedRule,
    rule: Rule,
    roles: readonly (WordRole | undefined)[],
    given: Counters | undefined,
  ): RuleShape {
    const { scope, ip, jump } = parsed;
    // From words of the line to those of them that differ.
    let slots = 0;
    const slotOfWord = roles.map((role) => (role === undefined ? -1 : slots++));
    const slotOf = (...wanted: WordRole[]): number =>
      slotOfWord[roles.findIndex((role) => role !== undefined && wanted.includes(role))] ?? -1;
    const shaped = <T extends RuleMatch | RuleTarget>(loaded: Loaded, only: T): ShapedUse<T> => {
      const options = loaded.uses.map(
        ({ name, inverted, values, word }): ShapedOption => ({
          name,
          inverted,
          values: values.map((value, i) => (roles[word + 1 + i] === 'value' ? slotOfWord[word + 1 + i]! : value)),
        }),
      );
      const own = options.flatMap(({ values }) => values.filter((value) => typeof value === 'number'));
      const { protocol } = ip;
      const seen: IpTest = loaded.knowsProtocol && protocol !== undefined ? { protocol } : {};
      const context: RuleContext = { table, ip: seen, matches: [], net: undefined };
      const known = this.#knownOf(loaded, options, seen) as TextTable<T>;
      const first = own[0] ?? -1;
      const last = own[own.length - 1] ?? -1;
      return { kind: loaded.kind, extension: loaded.extension, options, first, last, context, only, known };
    };
    const jumpSlot = slotOf('jump', 'goto');
    return {
      chain: slotOf('chain'),
      source: slotOf('source'),
      sourceInverted: parsed.sourcesInverted,
      destination: slotOf('destination'),
      destinationInverted: parsed.destinationsInverted,
      inDevice: slotOf('in'),
      outDevice: slotOf('out'),
      ip,
      matches: scope.matches.map((loaded, i) => shaped(loaded, rule.matches[i]!)),
      lastMatches: rule.matches,
      jump: jumpSlot,
      isGoto: jump.isGoto,
      targetName: jumpSlot >= 0 ? '' : jump.name,
      target: rule.target,
      shapedTarget: scope.target === undefined ? undefined : shaped(scope.target, rule.target!),
      counters: given === undefined ? command.counters : undefined,
    };
  }

  #knownOf(loaded: Loaded, options: readonly ShapedOption[], ip: IpTest): TextTable<RuleMatch | RuleTarget> {
    // Which words differ, and how far they are from each other: their text then says what each of them is.
    const { kind, extension, uses } = loaded;
    const words = options.map(({ name, inverted, values }, i) => {
      const same = values.map((value) => (typeof value === 'number' ? 0 : value));
      return [uses[i]!.word - uses[0]!.word, name, inverted, same];
    });
    const key = JSON.stringify([kind, extension.name, ip.protocol ?? '', words]);
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = new TextTable()));
    return known;
  }

  /** Whether nothing has to be asked of the name of a chain. */
  #hasPlainName(chain: EditedChain): boolean {
    return (chain.hasPlainName ??= isPlainName(chain.name, MAX_NAME));
  }

  /** Whether `-j` with the name of a chain names nothing but the chain; once it does, it does so for good. */
  #isOnlyChain(chain: EditedChain): boolean {
    if (chain.isOnlyChain) return true;
    const { name } = chain;
    const { announced, registry } = this.#env;
    chain.isOnlyChain = !STANDARD_TARGETS.has(name) && (announced.has(name) || registry.target(name) === undefined);
    return chain.isOnlyChain;
  }

  /** The tests of a line besides its matches; undefined if the whole parser has to look at them. */
  #ipOf(shape: RuleShape, chain: EditedChain, text: string, starts: Int32Array, ends: Int32Array): IpTest | undefined {
    const { source, destination, inDevice, outDevice, ip: same } = shape;
    if ((same.inDevice !== undefined || same.outDevice !== undefined) && ONE_WAY.has(chain.name)) return undefined;
    if (source < 0 && destination < 0 && inDevice < 0 && outDevice < 0) return same;
    const { cache } = this.#env;
    const ip: { -readonly [K in keyof IpTest]: IpTest[K] } = {};
    if (source >= 0) {
      const test = cache.addressOf(text, starts[source]!, ends[source]!, shape.sourceInverted);
      if (test === undefined) return undefined;
      ip.src = test;
    } else if (same.src !== undefined) ip.src = same.src;
    if (destination >= 0) {
      const test = cache.addressOf(text, starts[destination]!, ends[destination]!, shape.destinationInverted);
      if (test === undefined) return undefined;
      ip.dst = test;
    } else if (same.dst !== undefined) ip.dst = same.dst;
    if (same.inDevice !== undefined) {
      const device = this.#deviceOf(same.inDevice, inDevice, text, starts, ends);
      if (device === undefined) return undefined;
      ip.inDevice = device;
    }
    if (same.outDevice !== undefined) {
      const device = this.#deviceOf(same.outDevice, outDevice, text, starts, ends);
      if (device === undefined) return undefined;
      ip.outDevice = device;
    }
    if (same.protocol !== undefined) ip.protocol = same.protocol;
    if (same.fragment !== undefined) ip.fragment = same.fragment;
    return ip;
  }

  /** @param slot -1 if the device is the same in every line */
  #deviceOf(
    same: DeviceName,
    slot: number,
    text: string,
    starts: Int32Array,
    ends: Int32Array,
  ): DeviceName | undefined {
    if (slot < 0) return same;
    const name = text.slice(starts[slot], ends[slot]);
    return isPlainName(name, MAX_DEVICE) ? this.#env.cache.device(name, same.inverted) : undefined;
  }
}

function matchesOf(shape: RuleShape, text: string, starts: Int32Array, ends: Int32Array): readonly RuleMatch[] {
  const { matches: uses, lastMatches: last } = shape;
  for (let i = 0; i < uses.length; i++) {
    const match = useOf(uses[i]!, text, starts, ends);
    if (match === last[i]) continue;
    // The first that differs: what follows is looked up once more, or not if it never differs.
    const matches = last.slice();
    matches[i] = match;
    for (let k = i + 1; k < uses.length; k++) matches[k] = useOf(uses[k]!, text, starts, ends);
    shape.lastMatches = matches;
    return matches;
  }
  return last;
}

/** A match or target of a line: known by the text of its options, or parsed. */
function useOf<T extends RuleMatch | RuleTarget>(
  use: ShapedUse<T>,
  text: string,
  starts: Int32Array,
  ends: Int32Array,
): T {
  if (use.first < 0) return use.only;
  // What stands between the first word and the last is part of it. Quotes around them are not: no word that is recognised
  // has one inside, so that the same text cannot be other words.
  const from = starts[use.first]!;
  const to = ends[use.last]!;
  let found = use.known.find(text, from, to);
  if (found === undefined) {
    const key = text.slice(from, to);
    const [option] = use.options;
    const options =
      use.options.length === 1 && option!.values.length === 1
        ? [{ name: option!.name, inverted: option!.inverted, values: [key], place: undefined }]
        : use.options.map(({ name, inverted, values }) => {
            const words = values.map((word) =>
              typeof word === 'string' ? word : text.slice(starts[word], ends[word]),
            );
            return { name, inverted, values: words, place: undefined };
          });
    const info = use.extension.parse(options, use.context);
    const { name } = use.extension;
    found = (use.kind === 'match' ? { name, info } : { kind: 'extension', name, info }) as T;
    use.known.setFound(key, found);
  }
  return found;
}

import { type Device, type Family, invariant, type Packet } from '@chainwalk/core';
import {
  type CompiledMatch,
  type CompiledTarget,
  type Demands,
  type ExtensionRegistry,
  type MatchExtension,
  type Need,
  NO_DEMANDS,
  type TargetExtension,
} from './extension.ts';
import type { Chain, DeviceName, IpTest, Rule } from './rule.ts';
import {
  BYTES_THROUGH,
  CALLS,
  DST,
  DST_MASK,
  FIRST,
  headOf,
  KIND,
  LINK,
  PORT,
  ROW,
  type RuleRows,
  SRC,
  SRC_MASK,
  TESTS,
  VERB,
} from './rule-rows.ts';
import { valueKey } from './value-key.ts';

/** One match of a compiled rule that can fail. */
export interface MatchCode {
  readonly name: string;
  readonly test: CompiledMatch<unknown>['test'];
  /** Place in the rule's private state; -1 if the match keeps none. */
  readonly slot: number;
  /** Match calls of the rule up to and with this one: those that let everything through are counted, not made. */
  readonly calls: number;
  /** Those among them of matches that let everything through. */
  readonly comments: number;
  /** See {@link CompiledMatch.byState}. */
  readonly byState: boolean;
}

/** The target of a rule, if it is an extension. */
export interface TargetCode {
  readonly apply: CompiledTarget<unknown>['apply'];
  /** Place in the rule's private state; -1 if the target keeps none. */
  readonly slot: number;
  /** See {@link CompiledTarget.numbers}. */
  readonly numbers: readonly [first: number, second: number] | undefined;
}

/** What has to be tested of a rule before its matches: addresses and protocol, by the numbers of the rule itself. */
export const PLAIN = 0;
/** What the function in `special` tests. */
export const SPECIAL = 1;
/** Nothing. */
export const BARE = 2;
/** Addresses and protocol, some of them with `!`. */
export const INVERTED = 3;
/** The bits of a row's kind that hold one of these. */
export const KIND_MASK = 3;

/** What is inverted, as bits above the kind in a row. */
export const INVERTED_SRC = 1;
export const INVERTED_DST = 2;
export const INVERTED_PROTOCOL = 4;

/** A rule ready to run, independent of any host: what does not fit into a row of {@link RuleRows}. */
export interface CompiledRule {
  /** Its matches but for those that let everything through (`comment`). */
  readonly tests: readonly MatchCode[];
  readonly target: TargetCode | undefined;
  /** Tests beyond plain addresses and protocol; answers the name of the one that fails. */
  readonly special:
    | ((packet: Packet, inDevice: Device | undefined, outDevice: Device | undefined) => string | undefined)
    | undefined;
  /** How the private state of its extensions is made, by slot. */
  readonly stateful: readonly (CompiledMatch<unknown> | CompiledTarget<unknown>)[];
  readonly needs: readonly Need[];
}

/** `sizeof(struct ipt_entry)` and the standard target behind it. */
const ENTRY_SIZE = 112;
const STANDARD_TARGET_SIZE = 40;

/** Compiles rules and chains with one set of extensions. */
export class Compiler {
  readonly registry: ExtensionRegistry;
  /** Tests that stand in many rules, made once: what all rules share does not have to be waited for. */
  readonly #shared = new Map<string, readonly MatchCode[]>();
  /** The same of rules with one match that can fail, by its info: rules of one text have it in common. */
  readonly #byInfo = new WeakMap<object, readonly MatchCode[]>();

  constructor(registry: ExtensionRegistry) {
    this.registry = registry;
  }

  /** What the rules of a chain ask for, and whether any keeps private state. */
  demands(chain: Chain): Demands {
    let found = NO_DEMANDS;
    for (const rule of chain.rules) found = bothDemands(found, this.demandsOf(rule));
    return found;
  }

  /** The same of one rule. Extensions that do not say what they demand are compiled to see it. */
  demandsOf(rule: Rule): Demands {
    const { matches, target } = rule;
    let found: Demands | undefined = NO_DEMANDS;
    for (let i = 0; i < matches.length && found !== undefined; i++) {
      const { name, info } = matches[i]!;
      const extension = this.#matchOf(name);
      found = together(found, extension.demands, info);
    }
    if (target?.kind === 'extension' && found !== undefined) {
      const extension = this.#targetOf(target);
      found = together(found, extension.demands, target.info);
    }
    if (found !== undefined) return found;
    const { needs, stateful } = this.rule(rule);
    return { needs: [...new Set(needs)], keepsState: stateful.length > 0 };
  }

  /** Everything about a rule. Most walks need no more than {@link fill} writes down. */
  rule(rule: Rule): CompiledRule {
    const stateful: (CompiledMatch<unknown> | CompiledTarget<unknown>)[] = [];
    const needs: Need[] = [];
    const slotOf: SlotOf = (code) => {
      if (code.needs !== undefined) needs.push(...code.needs);
      return code.createState === undefined ? -1 : stateful.push(code) - 1;
    };
    const tests = this.#testsOf(rule, slotOf);
    const target = this.#targetCode(rule, slotOf);
    return {
      tests,
      target,
      special: specialTest(rule),
      stateful: stateful.length === 0 ? NONE : stateful,
      needs: needs.length === 0 ? NONE : needs,
    };
  }

  /** The target of a rule that keeps no private state, if it is an extension. */
  target(rule: Rule): TargetCode | undefined {
    return this.#targetCode(rule, stateless);
  }

  #targetCode({ target }: Rule, slotOf: SlotOf): TargetCode | undefined {
    if (target?.kind !== 'extension') return undefined;
    const code = this.#targetOf(target).compile(target.info);
    return { apply: code.apply, slot: slotOf(code), numbers: code.numbers };
  }

  /**
   * Writes what walks need of a rule into a row that has nothing but counters in it. A rule that keeps private state has
   * its tests made before that: `known`.
   * @param bytesBefore bytes of the rules before it in its chain
   */
  fill(rule: Rule, rows: RuleRows, row: number, bytesBefore: number, known?: CompiledRule): void {
    const { ip, matches, target } = rule;
    const { src, dst, protocol } = ip;
    const { words } = rows;
    const at = row * ROW;
    let size = this.#targetSize(target);
    let only = NO_TEST;
    let port = -1;
    // One pass and one look-up a match: there are hundreds of thousands.
    for (let i = 0; i < matches.length; i++) {
      const { name, info } = matches[i]!;
      const extension = this.#matchOf(name);
      size += typeof extension.size === 'number' ? extension.size : extension.size(info);
      if (extension.alwaysMatches === true) continue;
      if (only === NO_TEST) {
        only = i;
        const asked = extension.destinationPort?.(info);
        if (asked !== undefined) port = asked | ((i + 1) << 16);
      } else only = TESTS_MORE;
    }
    const tests = known?.tests ?? this.#testsAt(rule, only, stateless);
    const kind = kindOf(ip);
    const verb = verbFor(target);
    if (kind === SPECIAL) words[at + KIND] = headOf(kind, 0, 0, verb);
    else {
      const inverted =
        (src?.inverted === true ? INVERTED_SRC : 0) |
        (dst?.inverted === true ? INVERTED_DST : 0) |
        (protocol?.inverted === true ? INVERTED_PROTOCOL : 0);
      words[at + KIND] = headOf(kind, inverted, protocol === undefined ? 0 : protocol.number, verb);
      words[at + SRC] = src === undefined ? 0 : src.network;
      words[at + SRC_MASK] = src === undefined ? 0 : src.mask;
      words[at + DST] = dst === undefined ? 0 : dst.network;
      words[at + DST_MASK] = dst === undefined ? 0 : dst.mask;
    }
    words[at + FIRST] = -1;
    words[at + BYTES_THROUGH] = bytesBefore + size;
    words[at + CALLS] = matches.length | ((matches.length - tests.length) << 16);
    words[at + TESTS] = rows.placeOf(tests);
    words[at + LINK] = -1;
    words[at + PORT] = port;
  }

  /** Bytes that a rule takes in the kernel's blob without its matches. */
  #targetSize(target: Rule['target']): number {
    if (target?.kind !== 'extension') return ENTRY_SIZE + STANDARD_TARGET_SIZE;
    const extension = this.#targetOf(target);
    return ENTRY_SIZE + (typeof extension.size === 'number' ? extension.size : extension.size(target.info));
  }

  #matchOf(name: string): MatchExtension {
    const extension = this.registry.match(name);
    invariant(extension !== undefined, `a rule uses match ${name}, which is not registered`);
    return extension;
  }

  #targetOf({ name }: Extract<Rule['target'], { readonly kind: 'extension' }>): TargetExtension {
    const extension = this.registry.target(name);
    invariant(extension !== undefined, `a rule uses target ${name}, which is not registered`);
    return extension;
  }

  /** The matches of a rule that can fail, shared with every rule that has the same ones and keeps no state for them. */
  #testsOf(rule: Rule, slotOf: SlotOf): readonly MatchCode[] {
    const { matches } = rule;
    let only = NO_TEST;
    for (let i = 0; i < matches.length; i++) {
      if (this.#matchOf(matches[i]!.name).alwaysMatches === true) continue;
      only = only === NO_TEST ? i : TESTS_MORE;
    }
    return this.#testsAt(rule, only, slotOf);
  }

  /** The same, where it is known which match can fail, if it is a single one. */
  #testsAt(rule: Rule, only: number, slotOf: SlotOf): readonly MatchCode[] {
    if (only === NO_TEST) return NONE;
    const use = only < 0 ? undefined : rule.matches[only];
    const info = typeof use?.info === 'object' && use.info !== null ? use.info : undefined;
    const found = info === undefined ? undefined : this.#byInfo.get(info);
    if (found !== undefined && found[0]!.name === use!.name && found[0]!.calls === only + 1) return found;
    const { tests, isShared } = this.#makeTests(rule, slotOf);
    if (isShared && info !== undefined) this.#byInfo.set(info, tests);
    return tests;
  }

  #makeTests(rule: Rule, slotOf: SlotOf): { readonly tests: readonly MatchCode[]; readonly isShared: boolean } {
    let key: string | undefined = '';
    for (const [index, use] of rule.matches.entries()) {
      const extension = this.registry.match(use.name)!;
      if (extension.alwaysMatches === true) continue;
      const info = valueKey(use.info);
      key = key === undefined || info === undefined ? undefined : `${key}${index} ${use.name} ${info}\n`;
    }
    const known = key === undefined ? undefined : this.#shared.get(key);
    if (known !== undefined) return { tests: known, isShared: true };
    const tests: MatchCode[] = [];
    let isShared = key !== undefined && this.#shared.size < MOST_SHARED;
    for (const [index, use] of rule.matches.entries()) {
      const extension = this.registry.match(use.name)!;
      if (extension.alwaysMatches === true) continue;
      const code = extension.compile(use.info);
      const slot = slotOf(code);
      // What a rule needs or keeps is its own.
      if (slot >= 0 || (code.needs !== undefined && code.needs.length > 0)) isShared = false;
      const comments = index - tests.length;
      tests.push({ name: use.name, test: code.test, slot, calls: index + 1, comments, byState: code.byState === true });
    }
    if (isShared) this.#shared.set(key!, tests);
    return { tests, isShared };
  }
}

/** What two extensions of a rule demand; undefined if one of them does not say. */
function together(found: Demands, more: ExtensionDemands, info: unknown): Demands | undefined {
  const demands = typeof more === 'function' ? more(info) : more;
  return demands === undefined ? undefined : bothDemands(found, demands);
}

/** What two rules demand together: one of the two if that says it all. */
export function bothDemands(a: Demands, b: Demands): Demands {
  if (a === b || b === NO_DEMANDS) return a;
  if (a === NO_DEMANDS) return b;
  const needs = union(a.needs, b.needs);
  const keepsState = a.keepsState || b.keepsState;
  if (needs === a.needs && keepsState === a.keepsState) return a;
  return needs === b.needs && keepsState === b.keepsState ? b : { needs, keepsState };
}

type ExtensionDemands = Demands | ((info: unknown) => Demands) | undefined;

/** Both lists without doubles; one of them if it holds the other. */
function union(a: readonly Need[], b: readonly Need[]): readonly Need[] {
  if (a === b || b.every((need) => a.includes(need))) return a;
  return a.length === 0 ? b : [...a, ...b.filter((need) => !a.includes(need))];
}

/** Gives what a rule keeps for an extension its place; -1 if it keeps nothing. */
type SlotOf = (code: CompiledMatch<unknown> | CompiledTarget<unknown>) => number;

function stateless({ createState }: CompiledMatch<unknown> | CompiledTarget<unknown>): -1 {
  invariant(createState === undefined, 'a rule that keeps state is compiled when its chain begins');
  return -1;
}

/** That no match of a rule can fail, or several. */
const NO_TEST = -1;
const TESTS_MORE = -2;

/** Different tests that are kept to be shared; beyond that each rule has its own. */
const MOST_SHARED = 65536;
/** Most rules have no state and no needs. */
const NONE: readonly never[] = [];

function kindOf({ src, dst, protocol, inDevice, outDevice, fragment }: IpTest): number {
  if (inDevice !== undefined || outDevice !== undefined || fragment !== undefined) return SPECIAL;
  if (src?.inverted === true || dst?.inverted === true || protocol?.inverted === true) return INVERTED;
  return src === undefined && dst === undefined && protocol === undefined ? BARE : PLAIN;
}

function verbFor(target: Rule['target']): number {
  if (target === undefined) return VERB.none;
  if (target.kind === 'extension') return VERB.target;
  if (target.kind !== 'verdict') return VERB[target.kind];
  return VERB[target.verdict.toLowerCase() as 'accept' | 'drop' | 'return' | 'queue'];
}

/** The tests that plain numbers cannot hold, in the kernel's order. */
function specialTest(rule: Rule): CompiledRule['special'] {
  const { src, dst, inDevice, outDevice, protocol, fragment } = rule.ip;
  if (inDevice === undefined && outDevice === undefined && fragment === undefined) return undefined;
  return (packet, inDev, outDev) => {
    if (src !== undefined && ((Number(packet.src) & src.mask) >>> 0 !== src.network) !== src.inverted) return 'source';
    if (dst !== undefined && ((Number(packet.dst) & dst.mask) >>> 0 !== dst.network) !== dst.inverted)
      return 'destination';
    if (inDevice !== undefined && !nameMatches(inDevice, inDev)) return 'in';
    if (outDevice !== undefined && !nameMatches(outDevice, outDev)) return 'out';
    if (protocol !== undefined && (packet.protocol !== protocol.number) !== protocol.inverted) return 'protocol';
    if (fragment !== undefined && (packet.fragmentOffset === 0) !== fragment.inverted) return 'fragment';
    return undefined;
  };
}

/** A missing device is the empty name: no name matches it, and every inverted one does. */
function nameMatches(test: DeviceName, device: Device | undefined): boolean {
  const name = device?.name ?? '';
  const same = test.wildcard ? name.startsWith(test.name) : name === test.name;
  return same !== test.inverted;
}

/** The family that these tables serve. */
export const FAMILY: Family = 'ipv4';

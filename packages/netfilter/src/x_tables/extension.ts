import {
  type Device,
  type Family,
  type Hook,
  type HookName,
  type HookState,
  type Host,
  InputError,
  type Packet,
  type Place,
  type Verdict,
} from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import type { IpTest, RuleMatch, TableName } from './rule.ts';

/**
 * What a match or a target is: one file that parses its options, prints them, checks them, and compiles them to a
 * function. Users register their own in an {@link ExtensionRegistry}.
 */

/** One command-line option of an extension, as `getopt_long` and libxtables know it. */
export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  /** Other spellings of the same option. */
  readonly aliases?: readonly string[];
  /** How many words follow it (`--tcp-flags MASK COMP` has two). */
  readonly args: 0 | 1 | 2;
  /** Whether `!` may stand before it. */
  readonly invertible?: boolean;
  /** Whether it may be given more than once. */
  readonly repeatable?: boolean;
  /** Whether the extension is refused without it. */
  readonly mandatory?: boolean;
  /** Options that may not be given together with it. */
  readonly excludes?: readonly string[];
  /** Options that must be given together with it. */
  readonly requires?: readonly string[];
}

/** One use of an option in a rule. */
export interface OptionUse {
  /** The `name` of its {@link OptionSpec}, never an alias. */
  readonly name: string;
  readonly values: readonly string[];
  readonly inverted: boolean;
  /** Where it stands, if the rule came from a text. */
  readonly place: Place | undefined;
}

/** What else of the rule an extension may look at while it parses or checks. */
export interface RuleContext {
  readonly table: TableName;
  /** The tests of the rule itself: protocol, addresses, devices. */
  readonly ip: IpTest;
  /** The matches of the rule, in order (while a match parses: those before it). */
  readonly matches: readonly RuleMatch[];
  /** Names that user space can resolve: the sets of the host, for `-m set`. Absent when only text is read. */
  readonly net: Netfilter | undefined;
}

/** What the kernel knows when it checks a rule at the time a table is put in place (`checkentry`). */
export interface CheckContext extends RuleContext {
  readonly chain: string;
  /** The built-in chains from which this rule can be reached. */
  readonly hooks: readonly HookName[];
  readonly net: Netfilter;
}

/** Why the kernel refuses a rule: iptables prints the text of the error number. */
export type KernelErrno =
  | 'EINVAL'
  | 'ENOENT'
  | 'ERANGE'
  | 'EOPNOTSUPP'
  | 'ELOOP'
  | 'EEXIST'
  | 'EBUSY'
  | 'EPERM'
  | 'ENOMEM';

/** A rule that the kernel refuses. `message` is for people; iptables itself would only show the errno's text. */
export class KernelRefusal extends Error {
  override readonly name = 'KernelRefusal';
  readonly errno: KernelErrno;

  constructor(errno: KernelErrno, message: string) {
    super(message);
    this.errno = errno;
  }
}

/**
 * The world around a packet while the matches and the target of one rule look at it (`struct xt_action_param`). One
 * object serves a whole walk: do not keep it.
 */
export interface ActionParam {
  readonly host: Host;
  readonly net: Netfilter;
  readonly family: Family;
  readonly hook: Hook;
  readonly table: TableName;
  readonly inDevice: Device | undefined;
  readonly outDevice: Device | undefined;
  /** A match sets it to have the packet dropped at once, uncounted. */
  hotdrop: boolean | 'held';
}

/** What the extensions of one table are told at one hook. */
export function actionParam(net: Netfilter, table: TableName, state: HookState): ActionParam {
  const { host, family, hook, inDevice, outDevice } = state;
  return { host, net, family, hook, table, inDevice, outDevice, hotdrop: false };
}

/** What a rule decides inside its table: go on, leave the chain, or a verdict of the hook. */
export type RuleVerdict = { readonly kind: 'continue' } | { readonly kind: 'return' } | Verdict;
/** The next rule is looked at (`XT_CONTINUE`). */
export const CONTINUE: RuleVerdict = { kind: 'continue' };
/** Back to the calling chain, or to the policy (`XT_RETURN`). */
export const RETURN: RuleVerdict = { kind: 'return' };

/** What an extension can ask for as long as a rule that uses it exists. */
export type Need = 'conntrack';

/**
 * A compiled extension of one rule. `S` is private state of the rule on one host (the bucket of `limit`, the counter of
 * `statistic`): made anew each time the table is replaced by any command, as iptables does to the kernel.
 */
export interface Compiled<S> {
  readonly createState?: (net: Netfilter) => S;
  readonly destroyState?: (state: S, net: Netfilter) => void;
  readonly needs?: readonly Need[];
}

export interface CompiledMatch<S = undefined> extends Compiled<S> {
  /** Whether the packet matches. Inversion is the function's own business. */
  readonly test: (packet: Packet, par: ActionParam, state: S) => boolean;
  /**
   * Set where the test looks at nothing but the packet's mark, its `ctinfo`, whether it has a connection or a template, and
   * which sides of the connection NAT rewrites: walks of such tests are remembered.
   */
  readonly byState?: boolean;
}

export interface CompiledTarget<S = undefined> extends Compiled<S> {
  /** @param first and `second` are the rule's {@link numbers}, where it has them */
  readonly apply: (packet: Packet, par: ActionParam, state: S, first: number, second: number) => RuleVerdict;
  /**
   * Two signed 32-bit integers. They stand with the rule itself, so that thousands of rules whose targets differ by them
   * alone share one `apply`, and a packet need not wait for anything else of theirs. Such targets keep no state.
   */
  readonly numbers?: readonly [first: number, second: number];
}

/** What a rule asks for and keeps because of one of its extensions. */
export interface Demands {
  readonly needs: readonly Need[];
  /** Whether the compiled form has a `createState`. */
  readonly keepsState: boolean;
}

/** What most extensions demand. */
export const NO_DEMANDS: Demands = { needs: [], keepsState: false };
/** What extensions demand that look at connections and keep nothing themselves. */
export const NEEDS_CONNTRACK: Demands = { needs: ['conntrack'], keepsState: false };

interface ExtensionBase<Info> {
  /** As after `-m` or `-j`. */
  readonly name: string;
  readonly options: readonly OptionSpec[];
  /**
   * Bytes that the kernel needs for it in a rule's blob: `XT_ALIGN(sizeof(struct xt_entry_match) + data)`, a multiple of
   * eight, with the header of 32 bytes. Feeds the meter's `ruleBytes`.
   */
  readonly size: number | ((info: Info) => number);
  /**
   * Makes the info from the options of one use, in the order given. The generic rules of {@link OptionSpec} have been
   * applied already. @throws InputError through {@link badOption} for what user space refuses
   */
  readonly parse: (options: readonly OptionUse[], rule: RuleContext) => Info;
  /**
   * Whether `parse` makes the same of the same words under the same protocol, whatever else there is: a text that repeats
   * them thousands of times is then parsed once, and its rules share the info.
   */
  readonly sharesInfo?: true;
  /** The options as iptables-save prints them, each with a leading space: ` --dport 80`. Parses back to the same info. */
  readonly save: (info: Info) => string;
  /** The text of `iptables -L`, with its leading space (` tcp dpt:80`); '' if it prints nothing. */
  readonly list: (info: Info, numeric: boolean) => string;
  /** What the kernel checks beyond that. @throws KernelRefusal */
  readonly check?: (info: Info, context: CheckContext) => void;
  /**
   * What `compile` will ask for, where that is known without it. Rules that keep no state are then compiled when a packet
   * first comes to their chain, and not when they are loaded.
   */
  readonly demands?: Demands | ((info: Info) => Demands);
}

export interface MatchExtension<Info = unknown, S = unknown> extends ExtensionBase<Info> {
  /**
   * The one destination port without which it never matches, if there is such a port and nothing but the ports decides
   * before it. Lets a long chain be searched by port.
   */
  readonly destinationPort?: (info: Info) => number | undefined;
  /** Whether it matches every packet and changes nothing (`comment`). */
  readonly alwaysMatches?: true;
  /** Pure: what it answers depends on the info alone, is used on any host, and may be made again. */
  readonly compile: (info: Info) => CompiledMatch<S>;
}

export interface TargetExtension<Info = unknown, S = unknown> extends ExtensionBase<Info> {
  /** The tables that allow it; absent means all (a {@link KernelRefusal} EINVAL otherwise). */
  readonly tables?: readonly TableName[];
  /** The hooks from which it may be reached; absent means all. */
  readonly hooks?: readonly HookName[];
  /**
   * The name in the kernel, if it is another (NOTRACK is a CT): `iptables -L` lists it, everything else prints `name`.
   */
  readonly kernelName?: string;
  readonly compile: (info: Info) => CompiledTarget<S>;
}

/** Throws the one fault of an option, at its place. */
export function badOption(option: OptionUse | undefined, message: string, hint?: string): never {
  throw new InputError([
    {
      severity: 'error',
      code: 'bad-option',
      message: option === undefined ? message : `--${option.name}: ${message}`,
      ...(option?.place === undefined ? {} : { place: option.place }),
      ...(hint === undefined ? {} : { hint }),
    },
  ]);
}

/** A match as the registry stores it: the type of its info is its own secret. */
// biome-ignore lint/suspicious/noExplicitAny: info and state pass through untouched, from the extension to itself
export type AnyMatch = MatchExtension<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyTarget = TargetExtension<any, any>;

/** The matches and targets that rules may use, by name. Immutable: {@link with} answers a larger one. */
export class ExtensionRegistry {
  readonly #matches: ReadonlyMap<string, MatchExtension>;
  readonly #targets: ReadonlyMap<string, TargetExtension>;

  constructor(matches: readonly AnyMatch[], targets: readonly AnyTarget[]) {
    this.#matches = new Map(matches.map((match) => [match.name, match]));
    this.#targets = new Map(targets.map((target) => [target.name, target]));
  }

  match(name: string): MatchExtension | undefined {
    return this.#matches.get(name);
  }

  target(name: string): TargetExtension | undefined {
    return this.#targets.get(name);
  }

  get matchNames(): readonly string[] {
    return [...this.#matches.keys()];
  }

  get targetNames(): readonly string[] {
    return [...this.#targets.keys()];
  }

  /** This registry and more; a new one of the same name takes the old one's place. */
  with(more: { matches?: readonly AnyMatch[]; targets?: readonly AnyTarget[] }): ExtensionRegistry {
    return new ExtensionRegistry(
      [...this.#matches.values(), ...(more.matches ?? [])],
      [...this.#targets.values(), ...(more.targets ?? [])],
    );
  }
}

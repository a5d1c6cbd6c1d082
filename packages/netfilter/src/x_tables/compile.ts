import { type Device, type Family, invariant, type Packet } from '@chainwalk/core';
import type { ChainIndex } from './chain-index.ts';
import type { CompiledMatch, CompiledTarget, ExtensionRegistry, Need } from './extension.ts';
import { endsChain } from './layout.ts';
import type { Chain, DeviceName, Rule } from './rule.ts';

/** One match of a compiled rule. */
export interface MatchCode {
  readonly name: string;
  readonly code: CompiledMatch<unknown>;
  /** Place in the rule's private state; -1 if the match keeps none. */
  readonly slot: number;
}

/** What a compiled rule does: a small closed set, so that the walk is one `switch`. */
export type Action =
  | { readonly kind: 'none' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'queue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'target'; readonly name: string; readonly code: CompiledTarget<unknown>; readonly slot: number };

/** A rule ready to run, independent of any host. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly matches: readonly MatchCode[];
  readonly action: Action;
  /** How the private state of its extensions is made, by slot. */
  readonly stateful: readonly (CompiledMatch<unknown> | CompiledTarget<unknown>)[];
  readonly needs: readonly Need[];
  /** Bytes in the kernel's blob. */
  readonly size: number;
  /** Whether TRACE calls it the end of its chain. */
  readonly endsChain: boolean;
  /** The single destination port that one of its first matches asks for; -1 if none does. */
  readonly port: number;
  /** Match calls that a packet of another port costs: those before the match that asks for the port, and that one. */
  readonly portCost: number;
  /** Tests beyond plain addresses and protocol; absent for most rules. */
  readonly special:
    | ((packet: Packet, inDevice: Device | undefined, outDevice: Device | undefined) => string | undefined)
    | undefined;
}

/**
 * A chain ready to run. The tests that nearly every rule has (addresses, protocol) stand in columns, so that a rule that
 * does not apply costs a few loads; a rule with anything else carries a function in `special`.
 */
export interface CompiledChain {
  readonly rules: readonly CompiledRule[];
  readonly srcNetwork: Int32Array;
  readonly srcMask: Int32Array;
  readonly dstNetwork: Int32Array;
  readonly dstMask: Int32Array;
  /** 0 means any; -1 that `special` tests it. */
  readonly protocol: Int16Array;
  readonly isSpecial: Uint8Array;
  /** Bytes of all rules before each, and of all at the end. */
  readonly bytesBefore: Float64Array;
  readonly stateful: boolean;
  readonly needs: ReadonlySet<Need>;
  /** Finds the rules that can match a packet; made when a long chain is first walked. */
  index: ChainIndex | undefined;
}

/** `sizeof(struct ipt_entry)` and the standard target behind it. */
const ENTRY_SIZE = 112;
const STANDARD_TARGET_SIZE = 40;

/**
 * Compiles rules and chains with one set of extensions. Results are kept by identity, so a new version of a chain costs
 * only its new rules.
 */
export class Compiler {
  readonly registry: ExtensionRegistry;
  readonly #rules = new WeakMap<Rule, CompiledRule>();
  readonly #chains = new WeakMap<Chain, CompiledChain>();

  constructor(registry: ExtensionRegistry) {
    this.registry = registry;
  }

  chain(chain: Chain): CompiledChain {
    let compiled = this.#chains.get(chain);
    if (compiled === undefined) this.#chains.set(chain, (compiled = this.#compileChain(chain)));
    return compiled;
  }

  rule(rule: Rule): CompiledRule {
    let compiled = this.#rules.get(rule);
    if (compiled === undefined) this.#rules.set(rule, (compiled = this.#compileRule(rule)));
    return compiled;
  }

  #compileChain(chain: Chain): CompiledChain {
    const count = chain.rules.length;
    const rules = chain.rules.map((rule) => this.rule(rule));
    const compiled = {
      rules,
      srcNetwork: new Int32Array(count),
      srcMask: new Int32Array(count),
      dstNetwork: new Int32Array(count),
      dstMask: new Int32Array(count),
      protocol: new Int16Array(count),
      isSpecial: new Uint8Array(count),
      bytesBefore: new Float64Array(count + 1),
      stateful: rules.some((rule) => rule.stateful.length > 0),
      needs: new Set(rules.flatMap((rule) => rule.needs)),
      index: undefined,
    };
    for (const [index, rule] of rules.entries()) {
      const { ip } = rule.rule;
      if (rule.special !== undefined) compiled.isSpecial[index] = 1;
      else {
        compiled.srcNetwork[index] = ip.src?.network ?? 0;
        compiled.srcMask[index] = ip.src?.mask ?? 0;
        compiled.dstNetwork[index] = ip.dst?.network ?? 0;
        compiled.dstMask[index] = ip.dst?.mask ?? 0;
        compiled.protocol[index] = ip.protocol?.number ?? 0;
      }
      compiled.bytesBefore[index + 1] = compiled.bytesBefore[index]! + rule.size;
    }
    return compiled;
  }

  #compileRule(rule: Rule): CompiledRule {
    const stateful: (CompiledMatch<unknown> | CompiledTarget<unknown>)[] = [];
    const needs: Need[] = [];
    let size = ENTRY_SIZE;
    const slotOf = (code: CompiledMatch<unknown> | CompiledTarget<unknown>): number => {
      needs.push(...(code.needs ?? []));
      return code.createState === undefined ? -1 : stateful.push(code) - 1;
    };
    const matches = rule.matches.map((use): MatchCode => {
      const extension = this.registry.match(use.name);
      invariant(extension !== undefined, `a rule uses match ${use.name}, which is not registered`);
      size += typeof extension.size === 'number' ? extension.size : extension.size(use.info);
      const code = extension.compile(use.info);
      return { name: use.name, code, slot: slotOf(code) };
    });
    let action: Action = { kind: 'none' };
    const target = rule.target;
    if (target?.kind === 'extension') {
      const extension = this.registry.target(target.name);
      invariant(extension !== undefined, `a rule uses target ${target.name}, which is not registered`);
      size += typeof extension.size === 'number' ? extension.size : extension.size(target.info);
      const code = extension.compile(target.info);
      action = { kind: 'target', name: target.name, code, slot: slotOf(code) };
    } else {
      size += STANDARD_TARGET_SIZE;
      if (target?.kind === 'verdict')
        action = { kind: target.verdict.toLowerCase() as 'accept' | 'drop' | 'return' | 'queue' };
      else if (target !== undefined) action = { kind: target.kind, chain: target.chain };
    }
    const { port, portCost } = this.#portOf(rule);
    return {
      rule,
      matches,
      action,
      stateful,
      needs,
      size,
      endsChain: endsChain(rule),
      port,
      portCost,
      special: specialTest(rule),
    };
  }

  /** Looks past matches that let everything through for one that asks for a single port. */
  #portOf(rule: Rule): { port: number; portCost: number } {
    for (const [index, use] of rule.matches.entries()) {
      const extension = this.registry.match(use.name)!;
      const port = extension.destinationPort?.(use.info);
      if (port !== undefined) return { port, portCost: index + 1 };
      if (extension.alwaysMatches !== true) break;
    }
    return { port: -1, portCost: 0 };
  }
}

/** The tests that the columns cannot hold, in the kernel's order; answers the name of the one that fails. */
function specialTest(rule: Rule): CompiledRule['special'] {
  const { src, dst, inDevice, outDevice, protocol, fragment } = rule.ip;
  const plain =
    src?.inverted !== true &&
    dst?.inverted !== true &&
    inDevice === undefined &&
    outDevice === undefined &&
    protocol?.inverted !== true &&
    fragment === undefined;
  if (plain) return undefined;
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

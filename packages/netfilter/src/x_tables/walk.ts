import { ACCEPT, drop, type HookState, type Packet, queue, type Step, type Trace, type Verdict } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import { ChainIndex } from './chain-index.ts';
import { type ChainRuntime, DROP, type RuleRuntime } from './chain-runtime.ts';
import {
  type Action,
  BARE,
  type Columns,
  type CompiledRule,
  INVERTED,
  INVERTED_DST,
  INVERTED_PROTOCOL,
  INVERTED_SRC,
  LONG_FROM,
  type MatchCode,
  PLAIN,
  SPECIAL,
} from './compile.ts';
import { type ActionParam, actionParam } from './extension.ts';
import type { TableName } from './rule.ts';
import type { TableRuntime } from './table-runtime.ts';
import { traceLine } from './trace-log.ts';
import { WalkMemo } from './walk-memo.ts';

const HOTDROP = drop('hotdrop');
const STACK = drop('jump-stack');
/** `-j QUEUE` is NFQUEUE of queue 0 without bypass. */
const QUEUE = queue(0, false);

type Jump = Extract<Action, { kind: 'jump' | 'goto' }>;
type TargetAction = Extract<Action, { kind: 'target' }>;

/** A chain that was left by a jump, and where it goes on. */
interface Frame {
  readonly chain: ChainRuntime;
  readonly resume: number;
  readonly caller: Frame | undefined;
  readonly depth: number;
}

/**
 * Walks a packet through one table at one hook (`ipt_do_table`): rule after rule, counting a rule as soon as all its
 * tests hold and before its target runs, until something decides.
 *
 * The walk of every table that passed the loader's checks ends: chains cannot reach themselves, and the stack of callers
 * is bounded by their number.
 */
export function walkTable(net: Netfilter, runtime: TableRuntime, packet: Packet, state: HookState): Verdict {
  state.host.meter.tables++;
  const base = runtime.bases[state.hook]!;
  if ((base.ready ?? base.prepare()).length === 0 && packet.trace === undefined && !packet.nfTrace) {
    base.policyPackets++;
    base.policyBytes += packet.length;
    return base.policyVerdict;
  }
  if (net.usesIndex && packet.trace === undefined && !packet.nfTrace) {
    base.memo ??= new WalkMemo();
    const verdict = base.memo.walk(net, runtime, base, packet, state);
    if (verdict !== undefined) return verdict;
  }
  return walkRules(net, runtime, base, packet, state);
}

function walkRules(
  net: Netfilter,
  runtime: TableRuntime,
  base: ChainRuntime,
  packet: Packet,
  state: HookState,
): Verdict {
  const table = runtime.table.name;
  const meter = state.host.meter;
  const trace = packet.trace;
  let { length } = packet;
  const par = actionParam(net, table, state);
  let caller: Frame | undefined;
  let chain = base;
  let index = 0;
  for (;;) {
    const rules = chain.ready ?? chain.prepare();
    const { columns } = chain;
    index =
      columns === undefined ? nextOfShort(chain, index, packet, par) : nextOfLong(chain, columns, index, packet, par);
    if (par.hotdrop) return HOTDROP;
    if (index === rules.length) {
      // The end of a user chain is a rule of its own in the kernel: it returns, or in a base chain it is the policy.
      if (chain !== base) {
        if (packet.nfTrace) logTrace(net, packet, par, chain.name, 'return', index + 1);
        trace?.add({
          kind: 'chain-end',
          table,
          chain: chain.name,
          number: index + 1,
          how: 'return',
          verdict: 'RETURN',
        });
      }
      if (caller === undefined) return policyOf(net, base, packet, par, table);
      chain = caller.chain;
      index = caller.resume;
      caller = caller.caller;
      continue;
    }
    const rule = rules[index]!;
    rule.packets++;
    rule.bytes += length;
    if (packet.nfTrace) logTrace(net, packet, par, chain.name, kindOf(rule.code!, chain === base), index + 1);
    trace?.add({
      kind: 'rule',
      table,
      chain: chain.name,
      number: index + 1,
      outcome: 'matched',
      target: describeAction(rule.code!.action),
      text: net.ruleText(rule.code!.rule),
    });
    switch (rule.verb) {
      case 'none':
        index++;
        continue;
      case 'accept':
        return ACCEPT;
      case 'drop':
        return DROP;
      case 'queue':
        return QUEUE;
      case 'return':
        break;
      case 'jump':
      case 'goto': {
        meter.jumps++;
        if (rule.verb === 'jump') {
          const depth: number = caller === undefined ? 1 : caller.depth + 1;
          if (depth > runtime.chains.size + 1) return STACK;
          caller = { chain, resume: index + 1, caller, depth };
        }
        chain = rule.link ??= runtime.chains.get((rule.code!.action as Jump).chain)!;
        index = 0;
        continue;
      }
      case 'target': {
        meter.targets++;
        const action = rule.code!.action as TargetAction;
        const verdict = action.apply(packet, par, action.slot < 0 ? undefined : rule.states![action.slot]);
        if (par.hotdrop) return HOTDROP;
        if (verdict.kind === 'continue') {
          // TCPMSS makes packets longer.
          length = packet.length;
          index++;
          continue;
        }
        if (verdict.kind !== 'return') return verdict;
      }
    }
    // RETURN, by itself or by a target.
    if (caller === undefined) return policyOf(net, base, packet, par, table);
    chain = caller.chain;
    index = caller.resume;
    caller = caller.caller;
  }
}

/**
 * The first rule from `start` on whose tests all hold; the number of rules if there is none, or the rule at which a match
 * hotdrops. Counts the rules that it visits.
 */
function nextOfShort(chain: ChainRuntime, start: number, packet: Packet, par: ActionParam): number {
  const rules = chain.ready!;
  const src = Number(packet.src) | 0;
  const dst = Number(packet.dst) | 0;
  const { protocol, trace } = packet;
  const { meter } = par.host;
  let bytes = 0;
  let i = start;
  for (; i < rules.length; i++) {
    const rule = rules[i]!;
    bytes += rule.size;
    const { kind } = rule;
    if (kind === PLAIN) {
      if (
        (src & rule.srcMask) !== rule.srcNetwork ||
        (dst & rule.dstMask) !== rule.dstNetwork ||
        (rule.protocol !== 0 && rule.protocol !== protocol)
      ) {
        if (trace !== undefined) addFailure(trace, par, chain, i, plainFailure(rule, src, dst));
        continue;
      }
    } else if (kind !== BARE) {
      const failed = otherFailure(rule, packet, par, src, dst);
      if (failed !== undefined) {
        if (trace !== undefined) addFailure(trace, par, chain, i, failed);
        continue;
      }
    }
    const failed = failingTest(rule, packet, par);
    if (failed === undefined) break;
    if (trace !== undefined) addFailure(trace, par, chain, i, failed.name);
    if (par.hotdrop) break;
  }
  meter.rules += (i < rules.length ? i + 1 : i) - start;
  meter.ruleBytes += bytes;
  return i;
}

/** The same for a chain with columns, and from an index over it where that is allowed and of use. */
function nextOfLong(chain: ChainRuntime, columns: Columns, start: number, packet: Packet, par: ActionParam): number {
  const { compiled } = chain;
  const count = compiled.rules.length;
  let found: number;
  if (par.net.usesIndex && count - start >= LONG_FROM) {
    compiled.index ??= new ChainIndex(compiled);
    found = compiled.index.usable
      ? indexedMatch(chain, compiled.index, start, packet, par)
      : linearMatch(chain, columns, start, packet, par);
  } else found = linearMatch(chain, columns, start, packet, par);
  const end = found < count ? found + 1 : count;
  const { meter } = par.host;
  meter.rules += end - start;
  meter.ruleBytes += columns.bytesBefore[end]! - columns.bytesBefore[start]!;
  return found;
}

function linearMatch(chain: ChainRuntime, columns: Columns, start: number, packet: Packet, par: ActionParam): number {
  const rules = chain.ready!;
  const { kinds, srcNetwork, srcMask, dstNetwork, dstMask, protocol } = columns;
  const src = Number(packet.src) | 0;
  const dst = Number(packet.dst) | 0;
  const proto = packet.protocol;
  const { trace } = packet;
  const count = rules.length;
  for (let i = start; i < count; i++) {
    const kind = kinds[i];
    if (kind === PLAIN) {
      if (
        (src & srcMask[i]!) !== srcNetwork[i]! ||
        (dst & dstMask[i]!) !== dstNetwork[i]! ||
        (protocol[i]! !== 0 && protocol[i]! !== proto)
      ) {
        if (trace !== undefined) addFailure(trace, par, chain, i, plainFailure(rules[i]!, src, dst));
        continue;
      }
    } else if (kind !== BARE) {
      const failed = otherFailure(rules[i]!, packet, par, src, dst);
      if (failed !== undefined) {
        if (trace !== undefined) addFailure(trace, par, chain, i, failed);
        continue;
      }
    }
    const failed = failingTest(rules[i]!, packet, par);
    if (failed === undefined) return i;
    if (trace !== undefined) addFailure(trace, par, chain, i, failed.name);
    if (par.hotdrop) return i;
  }
  return count;
}

/** The same answer as {@link linearMatch}, and the same counts, from an index over the chain. */
function indexedMatch(chain: ChainRuntime, index: ChainIndex, start: number, packet: Packet, par: ActionParam): number {
  const rules = chain.ready!;
  const src = Number(packet.src) | 0;
  const dst = Number(packet.dst) | 0;
  const { trace, protocol } = packet;
  /** What candidates failed, for the trace: the others fail a test that is known without trying. */
  const tried = trace === undefined ? undefined : new Map<number, string>();
  const search = index.search(packet, start);
  let found = search.next();
  for (; found >= 0; found = search.next()) {
    const rule = rules[found]!;
    const failed = otherFailure(rule, packet, par, src, dst) ?? failingTest(rule, packet, par)?.name;
    if (failed === undefined) break;
    tried?.set(found, failed);
    if (par.hotdrop) break;
  }
  const end = found < 0 ? rules.length : found;
  search.countSkipped(end, par.host.meter);
  if (tried !== undefined) {
    const { net, table } = par;
    const last = par.hotdrop ? end + 1 : end;
    trace!.addLater(() => {
      const steps: Step[] = [];
      for (let i = start; i < last; i++) {
        const failed = tried.get(i) ?? skippedFailure(rules[i]!, src, dst, protocol);
        steps.push(failureStep(net, table, chain.name, rules[i]!, i, failed));
      }
      return steps;
    });
  }
  return end;
}

/** The test that fails of a rule which the index left out: of addresses and protocol, or that of the port. */
function skippedFailure(rule: RuleRuntime, src: number, dst: number, protocol: number): string {
  const holds =
    (src & rule.srcMask) === rule.srcNetwork &&
    (dst & rule.dstMask) === rule.dstNetwork &&
    (rule.protocol === 0 || rule.protocol === protocol);
  if (!holds) return plainFailure(rule, src, dst);
  const { rule: value, portCost } = rule.code!;
  return value.matches[portCost - 1]!.name;
}

/** The first match of a rule that does not hold or that hotdrops, if any; counts the match calls that it took. */
function failingTest(rule: RuleRuntime, packet: Packet, par: ActionParam): MatchCode | undefined {
  const { tests } = rule;
  for (let t = 0; t < tests.length; t++) {
    const match = tests[t]!;
    const holds = match.test(packet, par, match.slot < 0 ? undefined : rule.states![match.slot]);
    if (!holds || par.hotdrop) {
      count(par, match);
      return match;
    }
  }
  count(par, rule);
  return undefined;
}

/** The match calls that a rule took, all of them or those up to a match. */
function count(par: ActionParam, { calls, comments }: { readonly calls: number; readonly comments: number }): void {
  const { meter } = par.host;
  meter.matches += calls;
  meter.comments += comments;
}

function plainFailure(rule: RuleRuntime, src: number, dst: number): string {
  if ((src & rule.srcMask) !== rule.srcNetwork) return 'source';
  return (dst & rule.dstMask) !== rule.dstNetwork ? 'destination' : 'protocol';
}

/** What fails of the tests before the matches, of a rule where they are more than numbers to compare; if anything does. */
function otherFailure(
  rule: RuleRuntime,
  packet: Packet,
  par: ActionParam,
  src: number,
  dst: number,
): string | undefined {
  if (rule.kind === SPECIAL) return rule.code!.special!(packet, par.inDevice, par.outDevice);
  return rule.kind === INVERTED ? invertedFailure(rule.code!, src, dst, packet.protocol) : undefined;
}

/** The first test of addresses and protocol that fails, in the kernel's order, where some have a `!`. */
function invertedFailure(rule: CompiledRule, src: number, dst: number, protocol: number): string | undefined {
  const { inverted } = rule;
  if (((src & rule.srcMask) !== rule.srcNetwork) !== ((inverted & INVERTED_SRC) !== 0)) return 'source';
  if (((dst & rule.dstMask) !== rule.dstNetwork) !== ((inverted & INVERTED_DST) !== 0)) return 'destination';
  if (rule.protocol === 0 && (inverted & INVERTED_PROTOCOL) === 0) return undefined;
  return (rule.protocol !== protocol) === ((inverted & INVERTED_PROTOCOL) !== 0) ? undefined : 'protocol';
}

function addFailure(trace: Trace, par: ActionParam, chain: ChainRuntime, index: number, failed: string): void {
  trace.add(failureStep(par.net, par.table, chain.name, chain.ready![index]!, index, failed));
}

function failureStep(
  net: Netfilter,
  table: TableName,
  chain: string,
  rule: RuleRuntime,
  index: number,
  failed: string,
): Step {
  const { action, rule: value } = rule.code!;
  return {
    kind: 'rule',
    table,
    chain,
    number: index + 1,
    outcome: { failed },
    target: describeAction(action),
    text: net.ruleText(value),
  };
}

function policyOf(net: Netfilter, base: ChainRuntime, packet: Packet, par: ActionParam, table: TableName): Verdict {
  base.policyPackets++;
  base.policyBytes += packet.length;
  const number = base.chain.rules.length + 1;
  if (packet.nfTrace) logTrace(net, packet, par, base.name, 'policy', number);
  packet.trace?.add({ kind: 'chain-end', table, chain: base.name, number, how: 'policy', verdict: base.chain.policy! });
  return base.policyVerdict;
}

/** An unconditional standard verdict looks to the kernel like the end of its chain, and TRACE says so. */
function kindOf(rule: CompiledRule, inBase: boolean): 'rule' | 'return' | 'policy' {
  if (!rule.endsChain) return 'rule';
  return inBase ? 'policy' : 'return';
}

function logTrace(
  net: Netfilter,
  packet: Packet,
  par: ActionParam,
  chain: string,
  kind: 'rule' | 'return' | 'policy',
  number: number,
): void {
  net.host.log.write(traceLine(packet, par, par.table, chain, kind, number), 4);
}

function describeAction(action: Action): string {
  switch (action.kind) {
    case 'none':
      return '';
    case 'jump':
    case 'goto':
      return action.chain;
    case 'target':
      return action.name;
    default:
      return action.kind.toUpperCase();
  }
}

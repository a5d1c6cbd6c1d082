import { ACCEPT, drop, type HookState, type Packet, queue, refuse, type Verdict } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import { type ChainRuntime, DROP } from './chain-runtime.ts';
import { type ActionParam, actionParam } from './extension.ts';
import { endsChain } from './layout.ts';
import { describeTarget, nextRule } from './next-rule.ts';
import type { Rule, TableName } from './rule.ts';
import {
  BYTES,
  countersOf,
  FIRST,
  KIND,
  LENGTH,
  LINK,
  PACKETS,
  ROW,
  type RuleRows,
  VERB,
  verbOf,
} from './rule-rows.ts';
import type { TableRuntime } from './table-runtime.ts';
import { traceLine } from './trace-log.ts';
import { WalkMemo } from './walk-memo.ts';

const HOTDROP = drop('hotdrop');
const STACK = drop('jump-stack');
/** `-j QUEUE` is NFQUEUE of queue 0 without bypass. */
const QUEUE = queue(0, false);

/**
 * Rules that one packet may pass in one table before it is given up, those that it takes counted as a hundred: chains that
 * jump twice to the next double them with each.
 */
const MOST_PASSED = 1_000_000_000;
const TAKEN = 100;

/** A chain that was left by a jump, as place, first row and number of rules, and where it goes on. */
interface Frame {
  readonly place: number;
  readonly first: number;
  readonly count: number;
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
  const isTold = packet.trace !== undefined || packet.nfTrace;
  if (base.length === 0 && !isTold) return base.countPolicy(packet.length);
  const { rows } = runtime;
  if (!base.isReady) runtime.makeReady(base);
  if (net.usesIndex && !isTold) {
    base.memo ??= new WalkMemo();
    const verdict = base.memo.walk(net, runtime, rows, base, packet, state);
    if (verdict !== undefined) return verdict;
  }
  return walkRules(net, runtime, rows, base, packet, state);
}

function walkRules(
  net: Netfilter,
  runtime: TableRuntime,
  rows: RuleRows,
  base: ChainRuntime,
  packet: Packet,
  state: HookState,
): Verdict {
  const table = runtime.table.name;
  const meter = state.host.meter;
  const trace = packet.trace;
  let { length } = packet;
  const par = actionParam(net, table, state);
  let { words, counters } = rows;
  const { chains } = runtime;
  const mostCallers = chains.size + 1;
  let caller: Frame | undefined;
  // Where the packet is, in integers: the objects of tens of thousands of chains would have to be waited for.
  let { place, length: count } = base;
  let first = Math.max(base.first, 0);
  let index = 0;
  let passed = 0;
  for (;;) {
    passed += TAKEN - index;
    index = nextRule(chains.list, place, rows, first, count, index, packet, par);
    passed += index;
    if (par.hotdrop) {
      if (par.hotdrop === 'held') lose(net, base, rows, chains.list[place]!, first, index, packet, par);
      return HOTDROP;
    }
    if (index === count) {
      // The end of a user chain is a rule of its own in the kernel: it returns, or in a base chain it is the policy.
      if (place !== base.place && (packet.nfTrace || trace !== undefined)) {
        const { name } = chains.list[place]!;
        if (packet.nfTrace) logTrace(net, packet, par, name, 'return', index + 1);
        trace?.add({
          kind: 'chain-end',
          table,
          chain: name,
          number: index + 1,
          how: 'return',
          verdict: 'RETURN',
        });
      }
      if (caller === undefined) return policyOf(net, base, packet, par, table);
      ({ place, first, count } = caller);
      index = caller.resume;
      caller = caller.caller;
      continue;
    }
    const row = first + index;
    const at = row * ROW;
    const counted = countersOf(row);
    counters[counted + PACKETS]!++;
    counters[counted + BYTES]! += length;
    if (packet.nfTrace || trace !== undefined) {
      const { name, chain } = chains.list[place]!;
      const rule = chain.rules[index]!;
      if (packet.nfTrace) logTrace(net, packet, par, name, kindOf(rule, place === base.place), index + 1);
      trace?.add({
        kind: 'rule',
        table,
        chain: name,
        number: index + 1,
        outcome: 'matched',
        target: describeTarget(rule.target),
        text: net.ruleText(rule),
      });
    }
    const verb = verbOf(words[at + KIND]!);
    switch (verb) {
      case VERB.none:
        index++;
        continue;
      case VERB.accept:
        return ACCEPT;
      case VERB.drop:
        return DROP;
      case VERB.queue:
        return QUEUE;
      case VERB.return:
        break;
      case VERB.jump:
      case VERB.goto: {
        meter.jumps++;
        if (passed > MOST_PASSED) giveUp(table);
        if (verb === VERB.jump) {
          const depth: number = caller === undefined ? 1 : caller.depth + 1;
          if (depth > mostCallers) return STACK;
          caller = { place, first, count, resume: index + 1, caller, depth };
        }
        if (words[at + FIRST]! < 0) {
          runtime.leadsTo(chains.list[place]!, index);
          ({ words, counters } = rows);
        }
        place = words[at + LINK]!;
        first = words[at + FIRST]!;
        count = words[at + LENGTH]!;
        index = 0;
        continue;
      }
      case VERB.target: {
        meter.targets++;
        const { apply, slot } = rows.targets[words[at + LINK]!]!;
        const state = slot < 0 ? undefined : chains.list[place]!.states![index]![slot];
        const verdict = apply(packet, par, state, words[at + FIRST]!, words[at + LENGTH]!);
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
    ({ place, first, count } = caller);
    index = caller.resume;
    caller = caller.caller;
  }
}

/** A rule holds though one of its matches gives the packet up: it is counted and its target sees the packet, which is lost then. */
function lose(
  net: Netfilter,
  base: ChainRuntime,
  { words, counters, targets }: RuleRows,
  chain: ChainRuntime,
  first: number,
  index: number,
  packet: Packet,
  par: ActionParam,
): void {
  const row = first + index;
  const counted = countersOf(row);
  counters[counted + PACKETS]!++;
  counters[counted + BYTES]! += packet.length;
  if (packet.nfTrace)
    logTrace(net, packet, par, chain.name, kindOf(chain.chain.rules[index]!, chain === base), index + 1);
  const at = row * ROW;
  if (verbOf(words[at + KIND]!) !== VERB.target) return;
  const { apply, slot } = targets[words[at + LINK]!]!;
  const state = slot < 0 ? undefined : chain.states![index]![slot];
  apply(packet, par, state, words[at + FIRST]!, words[at + LENGTH]!);
}

function policyOf(net: Netfilter, base: ChainRuntime, packet: Packet, par: ActionParam, table: TableName): Verdict {
  const verdict = base.countPolicy(packet.length);
  const number = base.length + 1;
  if (packet.nfTrace) logTrace(net, packet, par, base.name, 'policy', number);
  packet.trace?.add({ kind: 'chain-end', table, chain: base.name, number, how: 'policy', verdict: base.chain.policy! });
  return verdict;
}

/** An unconditional standard verdict looks to the kernel like the end of its chain, and TRACE says so. */
function kindOf(rule: Rule, inBase: boolean): 'rule' | 'return' | 'policy' {
  if (!endsChain(rule)) return 'rule';
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

function giveUp(table: TableName): never {
  refuse(
    'endless-walk',
    `a packet passes a thousand million rules of table ${table}, which Linux would stand still over`,
    undefined,
    'look for chains that each jump to the next several times',
  );
}

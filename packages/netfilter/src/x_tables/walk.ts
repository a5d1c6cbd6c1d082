import {
  ACCEPT,
  type Device,
  drop,
  type HookState,
  hookName,
  type Packet,
  queue,
  type Trace,
  type Verdict,
} from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import { ChainIndex, INDEXED_FROM } from './chain-index.ts';
import type { Action, CompiledRule } from './compile.ts';
import type { ActionParam } from './extension.ts';
import type { TableName } from './rule.ts';
import type { ChainRuntime, TableRuntime } from './table-runtime.ts';
import { traceLine } from './trace-log.ts';

const DROP = drop('netfilter-drop');
const HOTDROP = drop('hotdrop');
const STACK = drop('jump-stack');
/** `-j QUEUE` is NFQUEUE of queue 0 without bypass. */
const QUEUE = queue(0, false);

/**
 * Walks a packet through one table at one hook (`ipt_do_table`): rule after rule, counting a rule as soon as all its
 * tests hold and before its target runs, until something decides.
 *
 * The walk of every table that passed the loader's checks ends: chains cannot reach themselves, and the stack of callers
 * is bounded by their number.
 */
export function walkTable(net: Netfilter, runtime: TableRuntime, packet: Packet, state: HookState): Verdict {
  const base = runtime.chains.get(hookName(state.hook))!;
  const table = runtime.table.name;
  const meter = state.host.meter;
  const trace = packet.trace;
  const par: ActionParam = {
    host: state.host,
    net,
    family: state.family,
    hook: state.hook,
    table,
    inDevice: state.inDevice,
    outDevice: state.outDevice,
    hotdrop: false,
  };
  const callers: ChainRuntime[] = [];
  const resumes: number[] = [];
  const limit = runtime.chains.size;
  let chain = base;
  let index = 0;
  for (;;) {
    const compiled = chain.compiled;
    const start = index;
    index =
      trace === undefined && rulesLeft(chain, start) >= INDEXED_FROM && net.usesIndex
        ? indexedMatch(chain, start, packet, par)
        : nextMatch(chain, start, packet, par, trace, table);
    const { rules, bytesBefore } = compiled;
    const visited = Math.min(index + 1, rules.length) - start;
    meter.rules += visited;
    meter.ruleBytes += bytesBefore[start + visited]! - bytesBefore[start]!;
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
      const caller = callers.pop();
      if (caller === undefined) return policyOf(net, base, packet, par, table);
      chain = caller;
      index = resumes.pop()!;
      continue;
    }
    const rule = rules[index]!;
    chain.packets[index]!++;
    chain.bytes[index]! += packet.length;
    if (packet.nfTrace) logTrace(net, packet, par, chain.name, kindOf(rule, chain === base), index + 1);
    trace?.add({
      kind: 'rule',
      table,
      chain: chain.name,
      number: index + 1,
      outcome: 'matched',
      target: describeAction(rule.action),
      text: net.ruleText(rule.rule),
    });
    const action = rule.action;
    switch (action.kind) {
      case 'none':
        index++;
        continue;
      case 'accept':
        return ACCEPT;
      case 'drop':
        return DROP;
      case 'queue':
        return QUEUE;
      case 'return': {
        const caller = callers.pop();
        if (caller === undefined) return policyOf(net, base, packet, par, table);
        chain = caller;
        index = resumes.pop()!;
        continue;
      }
      case 'jump':
      case 'goto': {
        meter.jumps++;
        if (action.kind === 'jump') {
          if (callers.length > limit) return STACK;
          callers.push(chain);
          resumes.push(index + 1);
        }
        chain = chain.links[index] ??= runtime.chains.get(action.chain)!;
        index = 0;
        continue;
      }
      case 'target': {
        meter.targets++;
        const verdict = action.code.apply(packet, par, action.slot < 0 ? undefined : chain.states[index]![action.slot]);
        if (par.hotdrop) return HOTDROP;
        if (verdict.kind === 'continue') {
          index++;
          continue;
        }
        if (verdict.kind === 'return') {
          const caller = callers.pop();
          if (caller === undefined) return policyOf(net, base, packet, par, table);
          chain = caller;
          index = resumes.pop()!;
          continue;
        }
        return verdict;
      }
    }
  }
}

/** The first rule from `start` on whose tests all hold; the number of rules if there is none, or if a match hotdrops. */
function nextMatch(
  chain: ChainRuntime,
  start: number,
  packet: Packet,
  par: ActionParam,
  trace: Trace | undefined,
  table: TableName,
): number {
  const { rules, srcNetwork, srcMask, dstNetwork, dstMask, protocol, isSpecial } = chain.compiled;
  const src = Number(packet.src) | 0;
  const dst = Number(packet.dst) | 0;
  const proto = packet.protocol;
  const { inDevice, outDevice } = par;
  const count = rules.length;
  for (let i = start; i < count; i++) {
    if (isSpecial[i] === 0) {
      const failed =
        (src & srcMask[i]!) !== srcNetwork[i]! ||
        (dst & dstMask[i]!) !== dstNetwork[i]! ||
        (protocol[i]! !== 0 && protocol[i]! !== proto);
      if (failed) {
        if (trace !== undefined) addFailure(trace, par, chain, i, table, plainFailure(chain, i, src, dst));
        continue;
      }
    } else {
      const failed = rules[i]!.special!(packet, inDevice as Device | undefined, outDevice as Device | undefined);
      if (failed !== undefined) {
        if (trace !== undefined) addFailure(trace, par, chain, i, table, failed);
        continue;
      }
    }
    const matches = rules[i]!.matches;
    if (matches.length === 0) return i;
    const failed = failingMatch(chain, i, packet, par);
    if (failed < 0) return i;
    if (trace !== undefined) addFailure(trace, par, chain, i, table, matches[failed]!.name);
    if (par.hotdrop) return i;
  }
  return count;
}

function rulesLeft(chain: ChainRuntime, start: number): number {
  return chain.compiled.rules.length - start;
}

/** The same answer as {@link nextMatch}, and the same counts, from an index over the chain. */
function indexedMatch(chain: ChainRuntime, start: number, packet: Packet, par: ActionParam): number {
  const { compiled } = chain;
  compiled.index ??= new ChainIndex(compiled);
  if (!compiled.index.usable) return nextMatch(chain, start, packet, par, undefined, par.table);
  const { rules, isSpecial } = compiled;
  const search = compiled.index.search(packet, start);
  let found = search.next();
  for (; found >= 0; found = search.next()) {
    if (isSpecial[found] !== 0 && rules[found]!.special!(packet, par.inDevice, par.outDevice) !== undefined) continue;
    if (rules[found]!.matches.length === 0 || failingMatch(chain, found, packet, par) < 0 || par.hotdrop) break;
  }
  const end = found < 0 ? rules.length : found;
  par.host.meter.matches += search.skippedMatches(end);
  return end;
}

/** The index of the first match that does not hold, or -1. */
function failingMatch(chain: ChainRuntime, index: number, packet: Packet, par: ActionParam): number {
  const matches = chain.compiled.rules[index]!.matches;
  const meter = par.host.meter;
  for (let m = 0; m < matches.length; m++) {
    const match = matches[m]!;
    meter.matches++;
    if (!match.code.test(packet, par, match.slot < 0 ? undefined : chain.states[index]![match.slot])) return m;
    if (par.hotdrop) return m;
  }
  return -1;
}

function plainFailure(chain: ChainRuntime, index: number, src: number, dst: number): string {
  const { srcNetwork, srcMask, dstNetwork, dstMask } = chain.compiled;
  if ((src & srcMask[index]!) !== srcNetwork[index]!) return 'source';
  return (dst & dstMask[index]!) !== dstNetwork[index]! ? 'destination' : 'protocol';
}

function addFailure(
  trace: Trace,
  par: ActionParam,
  chain: ChainRuntime,
  index: number,
  table: TableName,
  failed: string,
): void {
  const rule = chain.compiled.rules[index]!;
  trace.add({
    kind: 'rule',
    table,
    chain: chain.name,
    number: index + 1,
    outcome: { failed },
    target: describeAction(rule.action),
    text: par.net.ruleText(rule.rule),
  });
}

function policyOf(net: Netfilter, base: ChainRuntime, packet: Packet, par: ActionParam, table: TableName): Verdict {
  base.policyPackets++;
  base.policyBytes += packet.length;
  const number = base.chain.rules.length + 1;
  if (packet.nfTrace) logTrace(net, packet, par, base.name, 'policy', number);
  const policy = base.chain.policy!;
  packet.trace?.add({ kind: 'chain-end', table, chain: base.name, number, how: 'policy', verdict: policy });
  return policy === 'ACCEPT' ? ACCEPT : DROP;
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

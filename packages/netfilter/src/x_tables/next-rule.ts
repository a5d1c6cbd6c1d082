import type { Packet, Step, Trace } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import type { ChainRuntime } from './chain-runtime.ts';
import { LONG_FROM } from './columns.ts';
import {
  BARE,
  INVERTED,
  INVERTED_DST,
  INVERTED_PROTOCOL,
  INVERTED_SRC,
  KIND_MASK,
  type MatchCode,
  PLAIN,
  SPECIAL,
} from './compile.ts';
import type { ActionParam } from './extension.ts';
import type { Rule, TableName } from './rule.ts';
import {
  bytesOf,
  CALLS,
  DST,
  DST_MASK,
  invertedOf,
  KIND,
  PORT,
  protocolOf,
  ROW,
  type RuleRows,
  SRC,
  SRC_MASK,
  TESTS,
} from './rule-rows.ts';

/**
 * The first rule of a chain from `start` on whose tests all hold; the number of rules if there is none, or the rule at which a
 * match hotdrops. Counts the rules that a linear walk visits, whichever way it is found.
 */
export function nextRule(
  chains: readonly ChainRuntime[],
  place: number,
  rows: RuleRows,
  first: number,
  count: number,
  start: number,
  packet: Packet,
  par: ActionParam,
): number {
  if (count < LONG_FROM) return nextOfShort(chains, place, rows, first, count, start, packet, par);
  return nextOfLong(chains, place, rows, start, packet, par);
}

function nextOfShort(
  chains: readonly ChainRuntime[],
  place: number,
  rows: RuleRows,
  first: number,
  count: number,
  start: number,
  packet: Packet,
  par: ActionParam,
): number {
  const { words } = rows;
  const src = Number(packet.src) | 0;
  const dst = Number(packet.dst) | 0;
  const { protocol, trace } = packet;
  const { meter } = par.host;
  let i = start;
  for (let at = (first + start) * ROW; i < count; i++, at += ROW) {
    const head = words[at + KIND]!;
    const kind = head & KIND_MASK;
    if (kind === PLAIN) {
      const asked = protocolOf(head);
      if (
        (src & words[at + SRC_MASK]!) !== words[at + SRC] ||
        (dst & words[at + DST_MASK]!) !== words[at + DST] ||
        (asked !== 0 && asked !== protocol)
      ) {
        if (trace !== undefined) addFailure(trace, par, chains[place]!, i, plainFailure(words, at, src, dst));
        continue;
      }
    } else if (kind !== BARE) {
      const failed = otherFailure(chains, place, words, at, i, packet, par, src, dst);
      if (failed !== undefined) {
        if (trace !== undefined) addFailure(trace, par, chains[place]!, i, failed);
        continue;
      }
    }
    const failed = failingTest(chains, place, rows, at, i, packet, par);
    if (failed === undefined) break;
    if (trace !== undefined) addFailure(trace, par, chains[place]!, i, failed.name);
    if (par.hotdrop) break;
  }
  const end = i < count ? i + 1 : i;
  meter.rules += end - start;
  meter.ruleBytes += bytesOf(words, first, start, end);
  return i;
}

/** Of a chain with columns, and from an index over it where that is allowed and of use. */
function nextOfLong(
  chains: readonly ChainRuntime[],
  place: number,
  rows: RuleRows,
  start: number,
  packet: Packet,
  par: ActionParam,
): number {
  const chain = chains[place]!;
  const count = chain.length;
  const isIndexed = par.net.usesIndex && count - start >= LONG_FROM && chain.index.usable;
  const found = isIndexed
    ? indexedMatch(chains, chain, rows, start, packet, par)
    : linearMatch(chains, chain, rows, start, packet, par);
  const end = found < count ? found + 1 : count;
  const { meter } = par.host;
  meter.rules += end - start;
  meter.ruleBytes += bytesOf(rows.words, chain.first, start, end);
  return found;
}

function linearMatch(
  chains: readonly ChainRuntime[],
  chain: ChainRuntime,
  rows: RuleRows,
  start: number,
  packet: Packet,
  par: ActionParam,
): number {
  const { first, place } = chain;
  const { kinds, srcNetwork, srcMask, dstNetwork, dstMask, protocol } = chain.columns!;
  const { words } = rows;
  const src = Number(packet.src) | 0;
  const dst = Number(packet.dst) | 0;
  const proto = packet.protocol;
  const { trace } = packet;
  const count = chain.length;
  for (let i = start; i < count; i++) {
    const at = (first + i) * ROW;
    const kind = kinds[i];
    if (kind === PLAIN) {
      if (
        (src & srcMask[i]!) !== srcNetwork[i]! ||
        (dst & dstMask[i]!) !== dstNetwork[i]! ||
        (protocol[i]! !== 0 && protocol[i]! !== proto)
      ) {
        if (trace !== undefined) addFailure(trace, par, chain, i, plainFailure(words, at, src, dst));
        continue;
      }
    } else if (kind !== BARE) {
      const failed = otherFailure(chains, place, words, at, i, packet, par, src, dst);
      if (failed !== undefined) {
        if (trace !== undefined) addFailure(trace, par, chain, i, failed);
        continue;
      }
    }
    const failed = failingTest(chains, place, rows, at, i, packet, par);
    if (failed === undefined) return i;
    if (trace !== undefined) addFailure(trace, par, chain, i, failed.name);
    if (par.hotdrop) return i;
  }
  return count;
}

/** The same answer as {@link linearMatch}, and the same counts, from an index over the chain. */
function indexedMatch(
  chains: readonly ChainRuntime[],
  chain: ChainRuntime,
  rows: RuleRows,
  start: number,
  packet: Packet,
  par: ActionParam,
): number {
  const { words } = rows;
  const { first, place } = chain;
  const src = Number(packet.src) | 0;
  const dst = Number(packet.dst) | 0;
  const { trace, protocol } = packet;
  /** What candidates failed, for the trace: the others fail a test that is known without trying. */
  const tried = trace === undefined ? undefined : new Map<number, string>();
  const search = chain.index.search(packet, start);
  let found = search.next();
  for (; found >= 0; found = search.next()) {
    const at = (first + found) * ROW;
    const failed =
      otherFailure(chains, place, words, at, found, packet, par, src, dst) ??
      failingTest(chains, place, rows, at, found, packet, par)?.name;
    if (failed === undefined) break;
    tried?.set(found, failed);
    if (par.hotdrop) break;
  }
  const end = found < 0 ? chain.length : found;
  search.countSkipped(end, par.host.meter);
  if (tried !== undefined) {
    const { net, table } = par;
    const last = par.hotdrop ? end + 1 : end;
    // The steps are told later, when the chain may be another one; nobody writes to its rows then.
    const { name } = chain;
    const { rules } = chain.chain;
    trace!.addLater(() => {
      const steps: Step[] = [];
      for (let i = start; i < last; i++) {
        const rule = rules[i]!;
        const failed = tried.get(i) ?? skippedFailure(rule, words, (first + i) * ROW, src, dst, protocol);
        steps.push(failureStep(net, table, name, rule, i, failed));
      }
      return steps;
    });
  }
  return end;
}

/** The test that fails of a rule which the index left out: of addresses and protocol, or that of the port. */
function skippedFailure(rule: Rule, words: Int32Array, at: number, src: number, dst: number, protocol: number): string {
  const asked = protocolOf(words[at + KIND]!);
  const holds =
    (src & words[at + SRC_MASK]!) === words[at + SRC] &&
    (dst & words[at + DST_MASK]!) === words[at + DST] &&
    (asked === 0 || asked === protocol);
  if (!holds) return plainFailure(words, at, src, dst);
  return rule.matches[(words[at + PORT]! >> 16) - 1]!.name;
}

/** The first match of a rule that does not hold or that hotdrops, if any; counts the match calls that it took. */
function failingTest(
  chains: readonly ChainRuntime[],
  place: number,
  { words, tests }: RuleRows,
  at: number,
  index: number,
  packet: Packet,
  par: ActionParam,
): MatchCode | undefined {
  const { meter } = par.host;
  const asked = words[at + TESTS]!;
  if (asked !== 0) {
    const list = tests[asked]!;
    for (let t = 0; t < list.length; t++) {
      const match = list[t]!;
      const holds = match.test(packet, par, match.slot < 0 ? undefined : chains[place]!.states![index]![match.slot]);
      if (!holds || par.hotdrop === true) {
        // Whatever held before of a rule that does not hold, it is not counted.
        if (par.hotdrop) par.hotdrop = true;
        meter.matches += match.calls;
        meter.comments += match.comments;
        return match;
      }
    }
  }
  const calls = words[at + CALLS]!;
  meter.matches += calls & 0xffff;
  meter.comments += calls >> 16;
  return undefined;
}

function plainFailure(words: Int32Array, at: number, src: number, dst: number): string {
  if ((src & words[at + SRC_MASK]!) !== words[at + SRC]) return 'source';
  return (dst & words[at + DST_MASK]!) !== words[at + DST] ? 'destination' : 'protocol';
}

/** What fails of the tests before the matches, of a rule where they are more than numbers to compare; if anything does. */
function otherFailure(
  chains: readonly ChainRuntime[],
  place: number,
  words: Int32Array,
  at: number,
  index: number,
  packet: Packet,
  par: ActionParam,
  src: number,
  dst: number,
): string | undefined {
  const kind = words[at + KIND]! & KIND_MASK;
  if (kind === SPECIAL) return chains[place]!.code(index).special!(packet, par.inDevice, par.outDevice);
  return kind === INVERTED ? invertedFailure(words, at, src, dst, packet.protocol) : undefined;
}

/** The first test of addresses and protocol that fails, in the kernel's order, where some have a `!`. */
function invertedFailure(
  words: Int32Array,
  at: number,
  src: number,
  dst: number,
  protocol: number,
): string | undefined {
  const head = words[at + KIND]!;
  const inverted = invertedOf(head);
  if (((src & words[at + SRC_MASK]!) !== words[at + SRC]) !== ((inverted & INVERTED_SRC) !== 0)) return 'source';
  if (((dst & words[at + DST_MASK]!) !== words[at + DST]) !== ((inverted & INVERTED_DST) !== 0)) return 'destination';
  const asked = protocolOf(head);
  if (asked === 0 && (inverted & INVERTED_PROTOCOL) === 0) return undefined;
  return (asked !== protocol) === ((inverted & INVERTED_PROTOCOL) !== 0) ? undefined : 'protocol';
}

function addFailure(trace: Trace, par: ActionParam, chain: ChainRuntime, index: number, failed: string): void {
  trace.add(failureStep(par.net, par.table, chain.name, chain.chain.rules[index]!, index, failed));
}

function failureStep(net: Netfilter, table: TableName, chain: string, rule: Rule, index: number, failed: string): Step {
  return {
    kind: 'rule',
    table,
    chain,
    number: index + 1,
    outcome: { failed },
    target: describeTarget(rule.target),
    text: net.ruleText(rule),
  };
}

/** What a rule does, as its line names it. */
export function describeTarget(target: Rule['target']): string {
  if (target === undefined) return '';
  if (target.kind === 'verdict') return target.verdict;
  return target.kind === 'extension' ? target.name : target.chain;
}

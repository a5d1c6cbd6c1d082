import { type Connection, ctOf, NAT_MASK, Template } from '@chainwalk/conntrack';
import { ACCEPT, type Device, type HookState, type Meter, type Packet, type Verdict } from '@chainwalk/core';
import type { Netfilter } from '../netfilter.ts';
import { type ChainRuntime, DROP } from './chain-runtime.ts';
import { BARE, KIND_MASK, SPECIAL } from './compile.ts';
import { type ActionParam, actionParam } from './extension.ts';
import {
  BYTES,
  bytesOf,
  CALLS,
  countersOf,
  KIND,
  PACKETS,
  ROW,
  type RuleRows,
  TESTS,
  VERB,
  verbOf,
} from './rule-rows.ts';
import type { TableRuntime } from './table-runtime.ts';

/** Different packets that one built-in chain remembers the outcome for. */
const MOST_ENTRIES = 16;
/** A walk of more rules than this is not worth remembering. */
const MOST_RULES = 256;

/** What a walk does, all of it: counts, and what it decides. */
interface Outcome {
  readonly rules: number;
  readonly ruleBytes: number;
  readonly matches: number;
  readonly comments: number;
  readonly jumps: number;
  /** Where the packets of the rules that match are counted, in order; one may stand there twice. */
  readonly counted: readonly number[];
  readonly byPolicy: boolean;
  readonly verdict: Verdict;
}

/** What the outcome depends on, and the outcome; `undefined` if it depends on more. */
interface Entry {
  readonly relation: number;
  readonly mark: number;
  readonly inDevice: Device | undefined;
  readonly outDevice: Device | undefined;
  readonly outcome: Outcome | undefined;
}

/**
 * Remembers, for one built-in chain, what walks do whose rules ask for nothing but devices, the mark, and how the packet
 * relates to its connection: the usual way of a packet of an established connection through a filter.
 *
 * Invariant: verdict, counters and every metered count are those of the walk itself
 * (`test/x_tables/walk-memo.prop.test.ts`). One memo is good for one version of a table.
 */
export class WalkMemo {
  readonly #entries: Entry[] = [];
  #useful = false;

  /** Does what the walk would do and answers with its verdict; `undefined`, with nothing done, if that is not known. */
  walk(
    net: Netfilter,
    runtime: TableRuntime,
    rows: RuleRows,
    base: ChainRuntime,
    packet: Packet,
    state: HookState,
  ): Verdict | undefined {
    const entries = this.#entries;
    if (!this.#useful && entries.length === MOST_ENTRIES) return undefined;
    const relation = relationOf(packet);
    const { mark } = packet;
    const { inDevice, outDevice } = state;
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      if (
        entry.relation === relation &&
        entry.mark === mark &&
        entry.inDevice === inDevice &&
        entry.outDevice === outDevice
      ) {
        return entry.outcome === undefined ? undefined : apply(entry.outcome, rows, base, packet, state.host.meter);
      }
    }
    if (entries.length === MOST_ENTRIES) return undefined;
    const outcome = foresee(runtime, rows, base, packet, actionParam(net, runtime.table.name, state));
    entries.push({ relation, mark, inDevice, outDevice, outcome });
    if (outcome === undefined) return undefined;
    this.#useful = true;
    return apply(outcome, rows, base, packet, state.host.meter);
  }
}

function apply(outcome: Outcome, { counters }: RuleRows, base: ChainRuntime, packet: Packet, meter: Meter): Verdict {
  const { length } = packet;
  meter.rules += outcome.rules;
  meter.ruleBytes += outcome.ruleBytes;
  meter.matches += outcome.matches;
  meter.comments += outcome.comments;
  meter.jumps += outcome.jumps;
  const { counted } = outcome;
  for (let i = 0; i < counted.length; i++) {
    const at = counted[i]!;
    counters[at]!++;
    counters[at + (BYTES - PACKETS)]! += length;
  }
  if (outcome.byPolicy) base.countPolicy(length);
  return outcome.verdict;
}

/** Everything about a packet's connection that a test may look at which says that it looks at nothing else. */
function relationOf(packet: Packet): number {
  const ct: Connection | undefined = ctOf(packet);
  if (ct !== undefined) return 0x10000 | ((ct.status & NAT_MASK) << 4) | packet.ctinfo;
  return packet.nfct instanceof Template ? 0x20000 : packet.ctinfo;
}

/** Walks without counting anything; `undefined` as soon as a rule is met that asks for more, or that has a target. */
function foresee(
  runtime: TableRuntime,
  rows: RuleRows,
  base: ChainRuntime,
  packet: Packet,
  par: ActionParam,
): Outcome | undefined {
  const callers: { readonly chain: ChainRuntime; readonly resume: number }[] = [];
  const counted: number[] = [];
  const counts = { rules: 0, ruleBytes: 0, matches: 0, comments: 0, jumps: 0 };
  const decided = (verdict: Verdict, byPolicy: boolean): Outcome => ({ ...counts, counted, byPolicy, verdict });
  let chain = base;
  let index = 0;
  for (;;) {
    if (index < chain.length) {
      const { words } = rows;
      const row = chain.first + index;
      const at = row * ROW;
      if (!looksAtStateOnly(chain, rows, index) || counts.rules === MOST_RULES) return undefined;
      counts.rules++;
      counts.ruleBytes += bytesOf(words, chain.first, index, index + 1);
      const failing = failingCalls(chain, rows, index, packet, par);
      counts.matches += failing?.calls ?? words[at + CALLS]! & 0xffff;
      counts.comments += failing?.comments ?? words[at + CALLS]! >> 16;
      if (failing !== undefined) {
        index++;
        continue;
      }
      counted.push(countersOf(row) + PACKETS);
      const verb = verbOf(words[at + KIND]!);
      if (verb === VERB.accept) return decided(ACCEPT, false);
      if (verb === VERB.drop) return decided(DROP, false);
      if (verb === VERB.none) {
        index++;
        continue;
      }
      if (verb === VERB.jump || verb === VERB.goto) {
        counts.jumps++;
        if (verb === VERB.jump) {
          callers.push({ chain, resume: index + 1 });
          if (callers.length > runtime.chains.size + 1) return undefined;
        }
        chain = runtime.leadsTo(chain, index);
        index = 0;
        continue;
      }
      if (verb !== VERB.return) return undefined;
    }
    // RETURN, or the end of the chain.
    const caller = callers.pop();
    if (caller === undefined) return decided(base.policyVerdict, true);
    chain = caller.chain;
    index = caller.resume;
  }
}

function looksAtStateOnly(chain: ChainRuntime, { words, tests }: RuleRows, index: number): boolean {
  const at = (chain.first + index) * ROW;
  if (!tests[words[at + TESTS]!]!.every((test) => test.byState)) return false;
  const kind = words[at + KIND]! & KIND_MASK;
  if (kind !== SPECIAL) return kind === BARE;
  const { src, dst, protocol, fragment } = chain.chain.rules[index]!.ip;
  return src === undefined && dst === undefined && protocol === undefined && fragment === undefined;
}

const NO_CALLS = { calls: 0, comments: 0 } as const;

/** Match calls of a rule that does not match, those of comment apart; `undefined` of one that does. */
function failingCalls(
  chain: ChainRuntime,
  { words, tests }: RuleRows,
  index: number,
  packet: Packet,
  par: ActionParam,
): { readonly calls: number; readonly comments: number } | undefined {
  const at = (chain.first + index) * ROW;
  const special = (words[at + KIND]! & KIND_MASK) === SPECIAL ? chain.code(index).special : undefined;
  if (special?.(packet, par.inDevice, par.outDevice) !== undefined) return NO_CALLS;
  for (const test of tests[words[at + TESTS]!]!) if (!test.test(packet, par, undefined)) return test;
  return undefined;
}

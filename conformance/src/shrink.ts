import type { Difference, Scenario } from '@chainwalk/scenario';
import type { KernelName } from '../guest.mjs';
import { type Judged, judge, playOurs } from './judge.ts';
import { reductions, size } from './reduce.ts';

export interface ShrinkOptions {
  readonly jobs?: number | undefined;
  readonly kernel?: KernelName | undefined;
  /** When to stop, in milliseconds of the clock that `now` tells. */
  readonly deadline: number;
  readonly now: () => number;
  readonly onNote?: ((text: string) => void) | undefined;
}

/** Candidates that one boot plays: enough to be worth it, few enough to learn from before the next. */
const BATCH = 24;

/**
 * Looks for the smallest scenario that still differs in the same way. Each round plays a batch of candidates in one
 * guest; all those that still differ are put together if that differs too.
 * @returns the smallest found, judged; the given one if time runs out at once
 */
export async function shrink(found: Judged, options: ShrinkOptions): Promise<Judged> {
  let best = found;
  const wanted = new Set(found.differences.map(kind));
  // A scenario ends with the first step that differs, unless only the state at the end does.
  best = await better(best, [cutAfterDifference(best)], wanted, options);
  for (let fineness = 0; fineness < 4 && options.now() < options.deadline; ) {
    const candidates = reductions(best.scenario, fineness).map(({ scenario }) => scenario);
    let smaller = best;
    for (let from = 0; from < candidates.length && options.now() < options.deadline; from += BATCH) {
      const next = await better(smaller, candidates.slice(from, from + BATCH), wanted, options);
      if (next !== smaller) {
        smaller = next;
        break;
      }
    }
    if (smaller === best) fineness++;
    else best = smaller;
  }
  return best;
}

/** The smallest of the candidates that differs as wanted, or the best so far. */
async function better(
  best: Judged,
  candidates: readonly Scenario[],
  wanted: ReadonlySet<string>,
  options: ShrinkOptions,
): Promise<Judged> {
  // What the simulator refuses was cut in the wrong place, unless its refusal is the difference.
  const playable = candidates.filter((scenario) => wanted.has('failed') || playOurs(scenario).failed === undefined);
  const smaller = playable.filter((scenario) => size(scenario) < size(best.scenario));
  const judged = await judge(smaller, { jobs: options.jobs, kernel: options.kernel, onNote: () => {}, twice: false });
  const differing = judged.filter(
    (one) => one.outcome === 'different' && one.differences.some((difference) => wanted.has(kind(difference))),
  );
  const least = differing.reduce<Judged | undefined>(
    (a, b) => (a !== undefined && size(a.scenario) <= size(b.scenario) ? a : b),
    undefined,
  );
  if (least === undefined) return best;
  options.onNote?.(`down to ${least.scenario.steps.length} steps, ${size(least.scenario)} bytes`);
  if (differing.length < 2) return least;
  // Parts that can each be left out can often be left out together.
  const common = intersection(
    best.scenario,
    differing.map(({ scenario }) => scenario),
  );
  const together = size(common) < size(least.scenario) ? await better(least, [common], wanted, options) : least;
  return together;
}

/** What all the smaller scenarios have kept. */
function intersection(whole: Scenario, parts: readonly Scenario[]): Scenario {
  const kept = <T>(list: readonly T[], of: (scenario: Scenario) => readonly T[]): T[] => {
    const texts = parts.map((part) => new Set(of(part).map((item) => JSON.stringify(item))));
    return list.filter((item) => texts.every((set) => set.has(JSON.stringify(item))));
  };
  const lines = (field: 'iptables' | 'ipset' | 'ipvs') => (scenario: Scenario) => (scenario[field] ?? '').split('\n');
  const text = (field: 'iptables' | 'ipset' | 'ipvs'): Partial<Scenario> => {
    const left = kept(lines(field)(whole), lines(field)).join('\n');
    return left.trim() === '' ? { [field]: undefined } : { [field]: left };
  };
  const { iptables: _a, ipset: _b, ipvs: _c, ...rest } = whole;
  const joined = { ...rest, ...text('iptables'), ...text('ipset'), ...text('ipvs') };
  const steps = kept(whole.steps, (scenario) => scenario.steps);
  const ids = new Set(steps.map((step) => step.id));
  return {
    ...(Object.fromEntries(Object.entries(joined).filter(([, value]) => value !== undefined)) as unknown as Scenario),
    steps: steps.filter((step) => {
      const answers = step.reply ?? step.reply_error;
      return answers === undefined || ids.has(answers);
    }),
    routes: kept(whole.routes ?? [], (scenario) => scenario.routes ?? []),
    interfaces: kept(whole.interfaces ?? [], (scenario) => scenario.interfaces ?? []),
    sysctls: Object.fromEntries(
      kept(Object.entries(whole.sysctls ?? {}), (scenario) => Object.entries(scenario.sysctls ?? {})),
    ),
  };
}

/** What differs, without where: counters of another chain are the same kind of difference. */
const kind = (difference: Difference): string => difference.what.split(' ')[0]!;

function cutAfterDifference(found: Judged): Scenario {
  const first = found.differences[0]?.step;
  return first === undefined ? found.scenario : { ...found.scenario, steps: found.scenario.steps.slice(0, first + 1) };
}

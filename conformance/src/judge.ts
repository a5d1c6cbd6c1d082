import {
  type ComparableResult,
  compareResults,
  type Difference,
  playScenario,
  type Scenario,
  type ScenarioResult,
} from '@chainwalk/scenario';
import { playScenarios } from '../guest.mjs';
import type { Answers } from './answers.ts';

/** What became of one scenario. */
export interface Judged {
  readonly scenario: Scenario;
  /**
   * `equal`; `different`; `refused`: both sides refuse its configuration; `unstable`: the kernel does not agree with itself.
   */
  readonly outcome: 'equal' | 'different' | 'refused' | 'unstable';
  readonly ours: ComparableResult;
  readonly kernel: ComparableResult;
  readonly differences: readonly Difference[];
}

export interface JudgeOptions {
  /** Guests side by side. */
  readonly jobs?: number | undefined;
  readonly onNote?: ((text: string) => void) | undefined;
  /** Plays differing scenarios on the kernel again, to tell chance from difference. Default true. */
  readonly twice?: boolean | undefined;
  /** Where the kernel's answers are kept: what is there is not asked again. */
  readonly answers?: Answers | undefined;
}

/** The simulator's side; a refusal of the configuration and a fault of ours are results with `failed`. */
export function playOurs(scenario: Scenario): ComparableResult {
  try {
    return playScenario(scenario);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // An InputError says where the configuration is wrong; everything else is a fault of ours, told with its place.
    const said = error.name === 'InputError' ? error.message : (error.stack ?? error.message);
    return { name: scenario.name ?? '', failed: said };
  }
}

/** Plays scenarios on both sides, one boot for all, and compares. The answers are in the order of the scenarios. */
export async function judge(scenarios: readonly Scenario[], options: JudgeOptions = {}): Promise<Judged[]> {
  const { jobs = 1, onNote = () => {}, twice = true, answers } = options;
  if (scenarios.length === 0) return [];
  const known = scenarios.map((scenario) => answers?.get(scenario));
  const asked = await playScenarios(
    scenarios.filter((_, index) => known[index] === undefined),
    { jobs, onNote },
  );
  const judged = scenarios.map((scenario, index) => {
    const kernel = known[index]?.kernel ?? asked.shift()!;
    if (known[index] === undefined) answers?.put(scenario, { kernel });
    return compare(scenario, playOurs(scenario), kernel);
  });
  if (!twice) return judged;
  const doubtful = judged.filter(({ outcome }) => outcome === 'different');
  if (doubtful.length === 0) return judged;
  // What the kernel once said otherwise is chance, and known. Everything else that differs is asked once more, each time.
  const chance = new Set(
    doubtful.filter((one) => {
      const again = known[judged.indexOf(one)]?.again;
      return again !== undefined && compareResults(one.kernel, again, one.scenario).length > 0;
    }),
  );
  const open = doubtful.filter((one) => !chance.has(one));
  const askedAgain = await playScenarios(
    open.map(({ scenario }) => scenario),
    { jobs, onNote },
  );
  for (const [index, one] of open.entries()) {
    const again = askedAgain[index]!;
    answers?.put(one.scenario, { kernel: one.kernel, again });
    if (compareResults(one.kernel, again, one.scenario).length > 0) chance.add(one);
  }
  return judged.map((one) => (chance.has(one) ? { ...one, outcome: 'unstable' as const } : one));
}

/** Milliseconds of a kernel's tick. */
const TICK = 10;

function compare(scenario: Scenario, ours: ComparableResult, kernel: ComparableResult): Judged {
  if (ours.failed !== undefined && kernel.failed !== undefined) {
    return { scenario, outcome: 'refused', ours, kernel, differences: [] };
  }
  let differences = compareResults(ours, kernel, scenario);
  // Without times, a scenario leaves open in which tick of the kernel each packet falls, and the kernel is not always fast.
  if (differences.length > 0 && scenario.steps.every((step) => step.at === undefined)) {
    const slow = { ...scenario, steps: scenario.steps.map((step, index) => ({ ...step, at: index * TICK })) };
    if (compareResults(playOurs(slow), kernel, scenario).length === 0) differences = [];
  }
  return { scenario, outcome: differences.length === 0 ? 'equal' : 'different', ours, kernel, differences };
}

/** What a recording holds: a scenario, and what a real kernel answered. */
export interface Recording {
  readonly scenario: Scenario;
  readonly kernel: ScenarioResult;
}

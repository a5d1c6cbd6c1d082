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
  const before = new Map(judged.map((one, index) => [one, known[index]?.again]));
  const askedAgain = await playScenarios(
    doubtful.filter((one) => before.get(one) === undefined).map(({ scenario }) => scenario),
    { jobs, onNote },
  );
  const unstable = new Set(
    doubtful.filter((one) => {
      const { scenario, kernel } = one;
      const again = before.get(one) ?? askedAgain.shift()!;
      if (before.get(one) === undefined) answers?.put(scenario, { kernel, again });
      return compareResults(kernel, again, scenario).length > 0;
    }),
  );
  return judged.map((one) => (unstable.has(one) ? { ...one, outcome: 'unstable' as const } : one));
}

function compare(scenario: Scenario, ours: ComparableResult, kernel: ComparableResult): Judged {
  if (ours.failed !== undefined && kernel.failed !== undefined) {
    return { scenario, outcome: 'refused', ours, kernel, differences: [] };
  }
  const differences = compareResults(ours, kernel, scenario);
  return { scenario, outcome: differences.length === 0 ? 'equal' : 'different', ours, kernel, differences };
}

/** What a recording holds: a scenario, and what a real kernel answered. */
export interface Recording {
  readonly scenario: Scenario;
  readonly kernel: ScenarioResult;
}

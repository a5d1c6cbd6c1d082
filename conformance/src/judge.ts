import {
  type ComparableResult,
  compareResults,
  type Difference,
  playScenario,
  type Scenario,
  type ScenarioResult,
} from '@chainwalk/scenario';
import { playScenarios } from '../guest.mjs';

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
  const { jobs = 1, onNote = () => {}, twice = true } = options;
  if (scenarios.length === 0) return [];
  const kernel = await playScenarios(scenarios, { jobs, onNote });
  const judged = scenarios.map((scenario, index) => compare(scenario, playOurs(scenario), kernel[index]!));
  if (!twice) return judged;
  const doubtful = judged.filter(({ outcome }) => outcome === 'different');
  if (doubtful.length === 0) return judged;
  const again = await playScenarios(
    doubtful.map(({ scenario }) => scenario),
    { jobs, onNote },
  );
  const unstable = new Set(
    doubtful.filter(({ kernel: once, scenario }, index) => compareResults(once, again[index]!, scenario).length > 0),
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

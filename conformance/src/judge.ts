import {
  type ComparableResult,
  compareResults,
  type Difference,
  type PlayOptions,
  playScenario,
  type Scenario,
  type ScenarioResult,
} from '@chainwalk/scenario';
import { type KernelName, playScenarios } from '../guest.mjs';
import type { Answers } from './answers.ts';
import { asOwnKernel, probeOwnKernel, whyLeftOut } from './own-kernel.ts';
import { equalButForPorts } from './random-ports.ts';
import { requirementsOf } from './requirements.ts';

/** What became of one scenario. */
export interface Judged {
  readonly scenario: Scenario;
  /**
   * `equal`; `different`; `refused`: both sides refuse its configuration; where the kernel does not agree with itself,
   * `ports`: chainwalk agrees but for ports that are picked at random, or `unstable`; `left out`: the kernel lacks what it needs, and nobody played it.
   */
  readonly outcome: 'equal' | 'ports' | 'different' | 'refused' | 'unstable' | 'left out';
  /** Why it was left out. */
  readonly why?: string | undefined;
  /** As which kernel chainwalk played, if not as the reference. */
  readonly as?: PlayOptions | undefined;
  readonly ours: ComparableResult;
  readonly kernel: ComparableResult;
  readonly differences: readonly Difference[];
}

export interface JudgeOptions {
  /** Guests side by side. */
  readonly jobs?: number | undefined;
  /** Which kernel judges: Linux 6.1 in a guest, or this machine's own in namespaces. Default 6.1. */
  readonly kernel?: KernelName | undefined;
  readonly onNote?: ((text: string) => void) | undefined;
  /** Plays differing scenarios on the kernel again, to tell chance from difference. Default true. */
  readonly twice?: boolean | undefined;
  /** Where the kernel's answers are kept: what is there is not asked again. */
  readonly answers?: Answers | undefined;
}

/** The simulator's side; a refusal of the configuration and a fault of ours are results with `failed`. */
export function playOurs(scenario: Scenario, options: PlayOptions = {}): ComparableResult {
  try {
    return playScenario(scenario, options);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // An InputError says where the configuration is wrong; everything else is a fault of ours, told with its place.
    const said = error.name === 'InputError' ? error.message : (error.stack ?? error.message);
    return { name: scenario.name ?? '', failed: said };
  }
}

/** Plays scenarios on both sides, one boot for all, and compares. The answers are in the order of the scenarios. */
export async function judge(scenarios: readonly Scenario[], options: JudgeOptions = {}): Promise<Judged[]> {
  if (options.kernel === 'own') return await judgeByOwn(scenarios, options);
  return await judgeBy(
    scenarios,
    scenarios.map((scenario) => playOurs(scenario, REFERENCE)),
    REFERENCE,
    options,
  );
}

/** As what chainwalk plays against Linux 6.1. */
const REFERENCE: PlayOptions = { kernel: '6.1' };

/** More events than a step has unless its packets go round in circles, as copies of TEE can. */
const ENDLESS = 1000;

/** What this machine's own kernel lacks is left out, and chainwalk plays as that kernel is. */
async function judgeByOwn(scenarios: readonly Scenario[], options: JudgeOptions): Promise<Judged[]> {
  const own = await probeOwnKernel(scenarios.flatMap((scenario) => [...requirementsOf(scenario)]));
  const as = asOwnKernel(own);
  const ours = scenarios.map((scenario) => playOurs(scenario, as));
  const reasons = scenarios.map((scenario, index) => {
    const endless = ours[index]!.steps?.some(({ events }) => events.length > ENDLESS) === true;
    return endless ? 'an end of its packets, which would keep this machine busy' : whyLeftOut(scenario, own);
  });
  const isPlayed = (_: unknown, index: number): boolean => reasons[index] === undefined;
  const played = await judgeBy(scenarios.filter(isPlayed), ours.filter(isPlayed), as, options);
  return scenarios.map((scenario, index) => {
    const why = reasons[index];
    if (why === undefined) return { ...played.shift()!, as };
    return { scenario, outcome: 'left out', why, ours: {}, kernel: {}, differences: [] };
  });
}

async function judgeBy(
  scenarios: readonly Scenario[],
  ours: readonly ComparableResult[],
  as: PlayOptions,
  { jobs = 1, kernel: by = '6.1', onNote = () => {}, twice = true, answers }: JudgeOptions,
): Promise<Judged[]> {
  if (scenarios.length === 0) return [];
  const known = scenarios.map((scenario) => answers?.get(scenario));
  const asked = await playScenarios(
    scenarios.filter((_, index) => known[index] === undefined),
    { jobs, kernel: by, onNote },
  );
  const judged = scenarios.map((scenario, index) => {
    const kernel = known[index]?.kernel ?? asked.shift()!;
    if (known[index] === undefined) answers?.put(scenario, { kernel });
    return compare(scenario, ours[index]!, kernel, as);
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
    { jobs, kernel: by, onNote },
  );
  for (const [index, one] of open.entries()) {
    const again = askedAgain[index]!;
    answers?.put(one.scenario, { kernel: one.kernel, again });
    if (compareResults(one.kernel, again, one.scenario).length > 0) chance.add(one);
  }
  return judged.map((one) => {
    if (!chance.has(one)) return one;
    const agree = equalButForPorts(one.ours, one.kernel, one.scenario);
    return { ...one, outcome: agree ? ('ports' as const) : ('unstable' as const) };
  });
}

function compare(scenario: Scenario, ours: ComparableResult, kernel: ComparableResult, as: PlayOptions): Judged {
  if (ours.failed !== undefined && kernel.failed !== undefined) {
    return { scenario, outcome: 'refused', ours, kernel, differences: [] };
  }
  const differ = (one: ComparableResult): Difference[] =>
    compareResults(one, kernel, scenario).filter((difference) => as === REFERENCE || !isKnown(difference));
  let differences = differ(ours);
  // Without times, a scenario leaves open in which tick of the kernel each packet falls, and the kernel is not always fast.
  if (differences.length > 0 && scenario.steps.every((step) => step.at === undefined)) {
    const tick = 1000 / (as.hz ?? 100);
    const slow = [tick, A_TOOL].map((tool) => paced(scenario, tick, tool));
    if (slow.some((one) => differ(playOurs(one, as)).length === 0)) differences = [];
  }
  // What runs out while tools start on a busy machine is gone when they look.
  if (differences.length > 0 && differences.every(({ step }) => step === undefined)) {
    if (LATE_LOOKS.some((look) => differ(playOurs(scenario, { ...as, look })).length === 0)) differences = [];
  }
  return { scenario, outcome: differences.length === 0 ? 'equal' : 'different', ours, kernel, differences };
}

/** Milliseconds after the last step at which the tools of a busy machine may look at the state. */
const LATE_LOOKS: readonly number[] = [100, 200, 400, 800];

/** Milliseconds that a tool may take to start where a machine is busy. */
const A_TOOL = 100;

/** A scenario whose steps take this long, in milliseconds. */
function paced(scenario: Scenario, packet: number, tool: number): Scenario {
  let now = 0;
  return {
    ...scenario,
    steps: scenario.steps.map((step) => {
      const at = now;
      now += step.run === undefined ? packet : tool;
      return { ...step, at };
    }),
  };
}

/**
 * A difference between versions that FIDELITY.md lists and no setting makes: `ipset list` tells the revision of a set's
 * type, which grows with what a kernel can do.
 */
function isKnown({ ours, kernel }: Difference): boolean {
  const isRevision = (line: string): boolean => /^\d+: Revision: \d+$/.test(line);
  return ours.length === kernel.length && ours.every(isRevision) && kernel.every(isRevision);
}

/** What a recording holds: a scenario, and what a real kernel answered. */
export interface Recording {
  readonly scenario: Scenario;
  readonly kernel: ScenarioResult;
  /** As which kernel the simulator must play to answer the same, if not as the reference. */
  readonly as?: PlayOptions | undefined;
}

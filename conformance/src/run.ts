import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScenarios, type Scenario } from '@chainwalk/scenario';
import { arbScenario, type Feature } from '@chainwalk/scenario/generate';
import fc from 'fast-check';
import { Answers } from './answers.ts';
import { Coverage } from './coverage.ts';
import { type Judged, judge } from './judge.ts';
import type { Options } from './options.ts';
import { describeDifferent } from './report.ts';
import { shrink } from './shrink.ts';

/** What a run came to. */
export interface Summary {
  readonly played: number;
  readonly equal: number;
  /** Equal but for ports that are picked at random. */
  readonly ports: number;
  readonly different: number;
  readonly unstable: number;
  readonly refused: number;
  /** How many the kernel lacks something for, and what. */
  readonly leftOut: number;
  readonly reasons: ReadonlyMap<string, number>;
  /** Seconds. */
  readonly took: number;
  /** Nothing where answers are judged again and nobody asked for it: it takes longer than the judging. */
  readonly coverage: Coverage | undefined;
}

/** How the command talks to the world; the clock is in milliseconds. */
export interface World {
  readonly now: () => number;
  readonly print: (text: string) => void;
  readonly note: (text: string) => void;
}

/** Scenarios that one boot plays; fewer where time is short, so that the limit is kept. */
const BATCH = 240;
const TIMED_BATCH = 40;

/** The scenarios of a seed; a longer list begins with the shorter one. */
export function generate(seed: number, runs: number, features: readonly Feature[]): Scenario[] {
  return fc
    .sample(arbScenario(features), { seed, numRuns: runs })
    .map(({ plan, scenario }, index) => ({ ...scenario, name: `${plan.feature}-${seed}-${index + 1}` }));
}

const scenariosOf = (files: readonly string[]): Scenario[] =>
  files.flatMap((file) =>
    readScenarios(readFileSync(file, 'utf8'), file).map((scenario, index) => ({
      ...scenario,
      name: scenario.name ?? `${file}-${index + 1}`,
    })),
  );

/** Plays, compares, shrinks, prints and saves, as the options say. */
export async function run(options: Options, seed: number, world: World): Promise<Summary> {
  const { now, print, note } = world;
  const began = now();
  const scenarios =
    options.files.length > 0 ? scenariosOf(options.files) : generate(seed, options.runs, options.features);
  const coverage = options.answers === undefined || options.coverage !== undefined ? new Coverage() : undefined;
  const counts = { equal: 0, ports: 0, different: 0, unstable: 0, refused: 0, 'left out': 0 };
  const reasons = new Map<string, number>();
  const kept: Judged[] = [];
  const recordings: Pick<Judged, 'scenario' | 'kernel' | 'as'>[] = [];
  const answers = options.answers === undefined ? undefined : new Answers(options.answers);
  const size = Number.isFinite(options.time) ? TIMED_BATCH : BATCH;
  let played = 0;
  for (let from = 0; from < scenarios.length && now() - began < options.time; from += size) {
    const batch = scenarios.slice(from, from + size);
    for (const judged of await judge(batch, { jobs: options.jobs, kernel: options.kernel, onNote: note, answers })) {
      counts[judged.outcome]++;
      if (judged.outcome === 'refused') note(`${judged.scenario.name}: both refuse it: ${judged.ours.failed}`);
      if (judged.outcome === 'unstable') note(`${judged.scenario.name}: the kernel does not repeat itself`);
      if (judged.outcome === 'different') {
        kept.push(judged);
        print(
          `${judged.scenario.name}: differs in ${[...new Set(judged.differences.map(({ what }) => what))].slice(0, 4).join(', ')}`,
        );
      }
      if (judged.outcome === 'equal' && options.record !== undefined)
        recordings.push({ scenario: judged.scenario, kernel: judged.kernel, as: judged.as });
      if (judged.why === undefined) coverage?.add(judged.scenario);
      else reasons.set(judged.why, (reasons.get(judged.why) ?? 0) + 1);
    }
    played += batch.length;
    if (options.record !== undefined) writeFileSync(options.record, `${JSON.stringify(recordings)}\n`);
    if (options.coverage !== undefined && coverage !== undefined) writeFileSync(options.coverage, coverage.table());
    note(
      `${played} of ${scenarios.length}: ${counts.equal + counts.ports} equal, ${counts.different} different, ${counts.unstable} unstable, ${counts.refused} refused, ${counts['left out']} left out, ${Math.round((now() - began) / 1000)} s`,
    );
  }
  answers?.close();
  for (const found of kept.slice(0, options.keep)) await keep(found, options, world);
  const { 'left out': leftOut, ...others } = counts;
  return { played, ...others, leftOut, reasons, took: Math.round((now() - began) / 1000), coverage };
}

/** Shrinks a difference, prints it, and saves it with the kernel's answer. */
async function keep(found: Judged, options: Options, { now, print, note }: World): Promise<void> {
  const least =
    options.shrink > 0
      ? await shrink(found, {
          jobs: options.jobs,
          kernel: options.kernel,
          now,
          deadline: now() + options.shrink,
          onNote: (text) => note(`${found.scenario.name}: ${text}`),
        })
      : found;
  mkdirSync(options.save, { recursive: true });
  const file = join(options.save, `${(found.scenario.name ?? 'scenario').replace(/[^\w.-]+/g, '-')}.json`);
  writeFileSync(
    file,
    `${JSON.stringify([{ scenario: least.scenario, kernel: least.kernel, as: least.as }], null, 1)}\n`,
  );
  print(await describeDifferent(least, options));
  print(`saved as ${file}\n`);
}

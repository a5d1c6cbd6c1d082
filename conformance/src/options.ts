import { FEATURES, type Feature } from '@chainwalk/scenario/generate';
import type { KernelName } from '../guest.mjs';

export const USAGE: string = `npm run conformance [-- OPTIONS] [-- FILE...]

Generated scenarios, or those of files, are played by chainwalk and by a real Linux kernel, and compared. A difference
is made as small as it gets, printed with the paths of its packets, and saved as a file that \`chainwalk run\` and this
command play.

  --runs N            how many scenarios (default 200)
  --seed N            of the generators (default: from the clock, and printed)
  --features A,B      what they are about: ${FEATURES.join(', ')} (default: all)
  --time 10m          stop after this long: s, m or h (default: no limit)
  --jobs N            guests side by side (default 1)
  --kernel own        who judges: 6.1, the reference, in a guest (default); or this machine's own kernel in namespaces,
                      which takes root; scenarios that it lacks something for are left out and counted
  --shrink 3m         how long to look for a smaller scenario, for each difference (default 3m)
  --keep N            how many differences to shrink and print; more are only counted (default 5)
  --save DIR          where differences are saved (default conformance/differences)
  --record FILE       writes all scenarios that are equal with the kernel's answers, as planted-faults.mjs reads them
  --answers FILE      keeps the kernel's answers in FILE and asks only what is not in it: a run that was stopped goes on
                      where it stopped, and another build is judged without a boot
  --coverage FILE     writes the table of what was exercised, as Markdown
  --ci                150 scenarios of a fixed seed, which must be equal, and 150 of a fresh one, which
                      search; ten minutes at most; no guest is no fault. With --kernel own 80 scenarios, whose
                      differences are only told
  --list              prints the generated scenarios as JSON, and plays nothing

Exit status: 0 all equal, 1 differences, 2 bad use, 3 skipped because no kernel can be asked here.`;

/** What the command was asked for. Times are in milliseconds. */
export interface Options {
  readonly files: readonly string[];
  readonly runs: number;
  readonly seed: number | undefined;
  readonly features: readonly Feature[];
  readonly time: number;
  readonly jobs: number;
  readonly kernel: KernelName;
  readonly shrink: number;
  readonly keep: number;
  readonly save: string;
  readonly coverage: string | undefined;
  readonly record: string | undefined;
  readonly answers: string | undefined;
  readonly ci: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

/** The command was used in a way that it does not know. */
export class Misuse extends Error {}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, '': 1000 };

function duration(option: string, text: string): number {
  const found = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text);
  if (found === null) throw new Misuse(`${option} needs a time such as 90s or 10m, not "${text}"`);
  return Number(found[1]) * UNITS[found[2]!]!;
}

function number(option: string, text: string, least = 1): number {
  if (!/^-?\d+$/.test(text) || Number(text) < least)
    throw new Misuse(`${option} needs a whole number from ${least}, not "${text}"`);
  return Number(text);
}

function features(text: string): Feature[] {
  return text.split(',').map((name) => {
    const known = FEATURES.find((feature) => feature === name);
    if (known === undefined) throw new Misuse(`no feature "${name}"; there are ${FEATURES.join(', ')}`);
    return known;
  });
}

/** Reads a value of `--kernel`. @throws Misuse */
export function kernel(text: string): KernelName {
  if (text !== '6.1' && text !== 'own') throw new Misuse(`--kernel is 6.1 or own, not "${text}"`);
  return text;
}

/** Reads the words behind the command. @throws Misuse */
export function readOptions(words: readonly string[]): Options {
  const given: { -readonly [K in keyof Options]: Options[K] } = {
    files: [],
    runs: 200,
    seed: undefined,
    features: FEATURES,
    time: Number.POSITIVE_INFINITY,
    jobs: 1,
    kernel: '6.1',
    shrink: 180_000,
    keep: 5,
    save: 'conformance/differences',
    coverage: undefined,
    record: undefined,
    answers: undefined,
    ci: false,
    list: false,
    help: false,
  };
  const rest = [...words];
  while (rest.length > 0) {
    const word = rest.shift()!;
    const value = (): string => rest.shift() ?? fail(`${word} needs a value`);
    if (word === '--') continue;
    if (word === '--runs') given.runs = number(word, value());
    else if (word === '--seed') given.seed = number(word, value(), -0x80000000);
    else if (word === '--features') given.features = features(value());
    else if (word === '--time') given.time = duration(word, value());
    else if (word === '--jobs') given.jobs = number(word, value());
    else if (word === '--kernel') given.kernel = kernel(value());
    else if (word === '--shrink') given.shrink = duration(word, value());
    else if (word === '--keep') given.keep = number(word, value(), 0);
    else if (word === '--save') given.save = value();
    else if (word === '--coverage') given.coverage = value();
    else if (word === '--record') given.record = value();
    else if (word === '--answers') given.answers = value();
    else if (word === '--ci') given.ci = true;
    else if (word === '--list') given.list = true;
    else if (word === '--help' || word === '-h') given.help = true;
    else if (word.startsWith('-')) throw new Misuse(`unknown option ${word}`);
    else given.files = [...given.files, word];
  }
  if (given.answers !== undefined && given.kernel === 'own') {
    throw new Misuse('--answers keeps those of Linux 6.1; another kernel is asked each time');
  }
  return given;
}

function fail(message: string): never {
  throw new Misuse(message);
}

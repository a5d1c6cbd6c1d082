import {
  type ChainEntries,
  canonical,
  conntrackEntry,
  ipsetEntries,
  iptablesTables,
  ipvsConnections,
  ipvsServices,
  linesOf,
} from './compare/entries.ts';
import { ordered, type Unshared, unordered, unorderedTimed } from './compare/multiset.ts';
import type { Scenario, ScenarioResult, StepResult } from './format.ts';

// Imports nothing from other packages, so that the judge can be used where only this file is built.

/** A result that may lack parts, or say that the scenario could not be set up. */
export type ComparableResult = Partial<ScenarioResult> & { readonly failed?: string };

/** One difference between two results of a scenario; a side's lines are those that the other does not have. */
export interface Difference {
  readonly scenario: string;
  /** Index of the step from 0; missing for the state at the end. */
  readonly step?: number | undefined;
  /** What differs: `events`, `trace`, `conntrack`, `iptables *nat PREROUTING` and so on. */
  readonly what: string;
  readonly ours: readonly string[];
  readonly kernel: readonly string[];
}

type Report = (what: string, unshared: Unshared) => void;

/**
 * Compares two results of one scenario by the scenario format's rule of what equal means.
 *
 * Free are: the order of events within a step, of conntrack and IPVS entries and of an ipset's members; `use=`; three
 * seconds of any timeout; comment lines; an ipset's `initval`; a table that the scenario does not load and that is
 * empty; IPVS totals, which lag by the kernel's estimator.
 * @returns the differences in the order of the steps, then those of the state at the end; none if the results are equal
 */
export function compareResults(
  ours: ComparableResult,
  kernel: ComparableResult,
  scenario?: Partial<Pick<Scenario, 'iptables' | 'steps'>>,
): Difference[] {
  const differences: Difference[] = [];
  const name = ours.name || kernel.name || '';
  const reporter =
    (step?: number): Report =>
    (what, [left, right]) => {
      if (left.length > 0 || right.length > 0) {
        differences.push({ scenario: name, ...(step === undefined ? {} : { step }), what, ours: left, kernel: right });
      }
    };
  const atEnd = reporter();
  if (ours.failed !== undefined || kernel.failed !== undefined) {
    atEnd('failed', [[ours.failed ?? 'no'], [kernel.failed ?? 'no']]);
    return differences;
  }
  const [a, b] = [ours.steps ?? [], kernel.steps ?? []];
  if (a.length !== b.length) atEnd('number of steps', [[String(a.length)], [String(b.length)]]);
  for (let step = 0; step < Math.min(a.length, b.length); step++) {
    compareStep(a[step]!, b[step]!, scenario?.steps?.[step]?.run ?? '', reporter(step));
  }
  compareIptables(ours.iptables, kernel.iptables, scenario, atEnd);
  atEnd(
    'conntrack',
    unorderedTimed((ours.conntrack ?? []).map(conntrackEntry), (kernel.conntrack ?? []).map(conntrackEntry)),
  );
  atEnd('ipvs', unordered(ipvsServices(ours.ipvs), ipvsServices(kernel.ipvs)));
  atEnd('ipvs_conns', unorderedTimed(ipvsConnections(ours.ipvs_conns), ipvsConnections(kernel.ipvs_conns)));
  compareIpset('ipset', ours.ipset, kernel.ipset, atEnd);
  return differences;
}

function compareStep(ours: StepResult, kernel: StepResult, command: string, report: Report): void {
  const same = (what: string, left: string, right: string): void => {
    if (left !== right) report(what, [[left], [right]]);
  };
  report('events', unordered((ours.events ?? []).map(canonical), (kernel.events ?? []).map(canonical)));
  same('skipped', String(ours.skipped === true), String(kernel.skipped === true));
  same('error', ours.error ?? 'none', kernel.error ?? 'none');
  if (ours.status !== undefined || kernel.status !== undefined) {
    same('succeeded', String(ours.status === 0), String(kernel.status === 0));
    compareStdout(command, ours.stdout, kernel.stdout, report);
  }
  if (ours.trace !== undefined || kernel.trace !== undefined) {
    report('trace', ordered(ours.trace ?? [], kernel.trace ?? []));
  }
}

/** What a command printed is compared as the kind of text that it is. */
function compareStdout(command: string, ours: string | undefined, kernel: string | undefined, report: Report): void {
  const words = command.trim().split(/\s+/);
  const tool = words[0]!.replace(/^.*\//, '');
  if (tool === 'conntrack') {
    const isEntry = (line: string): boolean => /\bsrc=/.test(line);
    const entries = (text: string | undefined) => linesOf(text).filter(isEntry).map(conntrackEntry);
    const others = (text: string | undefined) => linesOf(text).filter((line) => !isEntry(line));
    report('stdout', unorderedTimed(entries(ours), entries(kernel)));
    report('stdout', unordered(others(ours), others(kernel)));
  } else if (tool === 'ipvsadm' && words.some((word) => /^-\w*c|^--connection$/.test(word))) {
    report('stdout', unorderedTimed(ipvsConnections(ours), ipvsConnections(kernel)));
  } else if (tool === 'ipvsadm') report('stdout', unordered(ipvsServices(ours), ipvsServices(kernel)));
  else if (tool === 'ipset') compareIpset('stdout', ours, kernel, report);
  else {
    const lines = (text: string | undefined) => (text ?? '').split('\n').filter((line) => !line.startsWith('#'));
    report('stdout', ordered(lines(ours), lines(kernel)));
  }
}

function compareIpset(what: string, ours: string | undefined, kernel: string | undefined, report: Report): void {
  const [a, b] = [ipsetEntries(ours), ipsetEntries(kernel)];
  report(what, ordered(a.sets, b.sets));
  report(what, unorderedTimed(a.members, b.members));
}

const PRESENT: Unshared = [['present'], ['missing']];
const MISSING: Unshared = [['missing'], ['present']];

function compareIptables(
  ours: string | undefined,
  kernel: string | undefined,
  scenario: Pick<Scenario, 'iptables'> | undefined,
  report: Report,
): void {
  const [a, b] = [iptablesTables(ours), iptablesTables(kernel)];
  for (const table of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(table), b.get(table)];
    if (x === undefined || y === undefined) {
      const loaded = `\n${scenario?.iptables ?? ''}`.includes(`\n*${table}`);
      if (loaded || holdsSomething((x ?? y)!)) report(`iptables *${table}`, x === undefined ? MISSING : PRESENT);
      continue;
    }
    for (const chain of new Set([...x.keys(), ...y.keys()])) {
      const [p, q] = [x.get(chain), y.get(chain)];
      const where = `iptables *${table} ${chain}`;
      if (p === undefined || q === undefined) report(where, p === undefined ? MISSING : PRESENT);
      else {
        if (p.policy !== q.policy) report(where, [[`:${chain} ${p.policy}`], [`:${chain} ${q.policy}`]]);
        report(where, ordered(p.rules, q.rules));
      }
    }
  }
}

const holdsSomething = (chains: ReadonlyMap<string, ChainEntries>): boolean =>
  [...chains.values()].some((chain) => chain.rules.length > 0 || chain.policy === '-');

export interface FormatDifferenceOptions {
  /** Columns of the page; two sides that fit are printed side by side. Default 120. */
  readonly width?: number;
  readonly names?: readonly [ours: string, kernel: string];
}

/** A difference as lines to read: side by side where both fit the page, else one above the other. */
export function formatDifference(difference: Difference, options: FormatDifferenceOptions = {}): string {
  const { width = 120, names = ['chainwalk', 'kernel'] } = options;
  const { scenario, step, what, ours, kernel } = difference;
  const where = [scenario, step === undefined ? '' : `step ${step + 1}`].filter((part) => part !== '').join(' ');
  const head = where === '' ? what : `${where}: ${what}`;
  const column = Math.floor((width - 7) / 2);
  const widest = Math.max(...[...ours, ...kernel, ...names].map((line) => line.length));
  if (widest > column) {
    const size = Math.max(...names.map((text) => text.length));
    const side = (name: string, lines: readonly string[]): string[] =>
      (lines.length > 0 ? lines : ['(nothing)']).map((line) => `  ${name.padEnd(size)} | ${line}`);
    return [head, ...side(names[0], ours), ...side(names[1], kernel)].join('\n');
  }
  const left = Math.max(...[...ours, names[0]].map((line) => line.length));
  const row = (a: string, b: string): string => `  ${a.padEnd(left)} | ${b}`.trimEnd();
  const rows = Array.from({ length: Math.max(ours.length, kernel.length) }, (_, place) =>
    row(ours[place] ?? '', kernel[place] ?? ''),
  );
  return [head, row(...names), ...rows].join('\n');
}

import type { PlayOptions, Scenario } from '@chainwalk/scenario';
import { runInGuest } from '../guest.mjs';
import { requirementsOf } from './requirements.ts';

/** What this machine's own kernel says of itself. */
export interface OwnKernel {
  readonly release: string;
  /** Whether it was built for several CPUs. */
  readonly smp: boolean;
  /** Ticks a second. */
  readonly hz: number;
  /** Seconds that it has been up. */
  readonly uptime: number;
  /** Why it cannot meet a requirement, for those of {@link requirementsOf} that it was asked about and cannot. */
  readonly lacks: ReadonlyMap<string, string>;
}

/** What every scenario needs. */
const BASE: readonly string[] = [
  'tun',
  'table filter',
  'conntrack',
  'sysctl net.ipv4.ip_forward',
  'sysctl net.netfilter.nf_conntrack_acct',
];

/** What the kernel was asked already; it stays the same while this process lives. */
const asked = new Map<string, string | undefined>();
let about: Omit<OwnKernel, 'lacks'> | undefined;

/** Asks this machine's kernel about requirements, in a namespace. @throws Error if no namespace can be made */
export async function probeOwnKernel(requirements: Iterable<string>): Promise<OwnKernel> {
  const unknown = [...new Set([...BASE, ...requirements])].filter((requirement) => !asked.has(requirement));
  if (about === undefined || unknown.length > 0) {
    const done = await runInGuest('exec /usr/bin/python3 "$CHAINWALK_GUEST/probe.py" requirements.json answer.json', {
      kernel: 'own',
      seconds: 120,
      files: { 'requirements.json': JSON.stringify(unknown) },
      read: ['answer.json'],
    });
    const text = done.read['answer.json'] ?? '';
    if (text === '') throw new Error(done.stderr.trim() || `the probe ended: ${done.ended}`);
    const answer = JSON.parse(text) as Omit<OwnKernel, 'lacks'> & { lacks: Record<string, string> };
    about = answer;
    for (const requirement of unknown) asked.set(requirement, answer.lacks[requirement]);
  }
  const lacks = [...asked].filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...about, lacks: new Map(lacks) };
}

/** What of all scenarios' needs this machine's kernel lacks, in words; nothing if it can judge. */
export async function unfit(): Promise<string | undefined> {
  try {
    const { lacks } = await probeOwnKernel([]);
    const missing = BASE.filter((requirement) => lacks.has(requirement));
    return missing.length === 0
      ? undefined
      : `its kernel: ${missing.map((name) => `${name}: ${lacks.get(name)}`).join(', ')}`;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `no namespace can be made: ${error.message}`;
  }
}

/** How chainwalk plays as this kernel does: the nearest version that is modelled, and what does not depend on a version. */
export function asOwnKernel({ release, smp, hz, uptime }: OwnKernel): PlayOptions {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return { kernel: major > 6 || (major === 6 && minor >= 12) ? '6.18' : '6.1', smp, hz, uptime };
}

/** Why this kernel cannot play a scenario; nothing if it can. */
export function whyLeftOut(scenario: Scenario, { lacks }: Pick<OwnKernel, 'lacks'>): string | undefined {
  const missing = [...requirementsOf(scenario)].filter((requirement) => lacks.has(requirement)).sort();
  return missing.length === 0
    ? undefined
    : missing.map((requirement) => `${requirement} (${lacks.get(requirement)})`).join(', ');
}

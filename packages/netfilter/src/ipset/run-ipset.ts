import { InputError } from '@chainwalk/core';
import { IpsetFault } from './fault.ts';
import { Session } from './session.ts';
import type { SetRegistry } from './set-registry.ts';

/** What a run of the `ipset` program leaves: its exit status and what it wrote. */
export interface IpsetResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `ipset ARGV...` (7.17) on the sets of a host: `runIpset(sets, ['add', 'hosts', '10.0.0.1'])`. It accepts, refuses
 * and prints what the program does. Not modelled, and refused: `-file`, `-output xml`, `help` and the interactive mode.
 *
 * @param argv the words behind `ipset`
 * @param stdin what `restore` reads
 */
export function runIpset(sets: SetRegistry, argv: readonly string[], stdin = ''): IpsetResult {
  sets.collect();
  const session = new Session(sets);
  let status: number;
  try {
    status = session.run(argv, stdin) ?? 0;
  } catch (fault) {
    if (!(fault instanceof IpsetFault)) throw fault;
    status = fault.status;
    session.stderr += `ipset v7.17: ${faultText(fault, session.line)}\n`;
    if (fault.status === 2) session.stderr += "Try `ipset help' for more information.\n";
  }
  const { quiet } = session.environment;
  return { status, stdout: session.stdout, stderr: quiet ? '' : session.stderr };
}

/** In a restore, the line at fault is named, and only the last thing said. */
function faultText(fault: IpsetFault, line: number): string {
  const at = fault.line ?? line;
  if (at === 0 || fault.status === 2 || fault.unnumbered) return fault.lines.join('\n');
  return `Error in line ${at}: ${fault.lines.at(-1)}`;
}

/** The text of `ipset save`: every set and its members, in the kernel's order. */
export function saveSets(sets: SetRegistry): string {
  return runIpset(sets, ['save']).stdout;
}

/**
 * Reads what `ipset save` wrote, as `ipset restore` does.
 * @throws InputError with the line at fault; lines before it have been done
 */
export function restoreSets(sets: SetRegistry, text: string, source = 'ipset'): void {
  sets.collect();
  const session = new Session(sets);
  try {
    const status = session.run(['restore'], text);
    if (status !== undefined && status !== 0) throw new IpsetFault(1, [session.stderr.trim()]);
  } catch (fault) {
    if (!(fault instanceof IpsetFault)) throw fault;
    const line = fault.line ?? Math.max(session.line, 1);
    const message = fault.lines.join('; ');
    throw new InputError([{ severity: 'error', code: 'ipset', message, place: { source, line, column: 1 } }]);
  }
}

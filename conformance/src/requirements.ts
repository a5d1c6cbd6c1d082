import { DEFAULT_EXTENSIONS } from '@chainwalk/netfilter';
import type { Scenario } from '@chainwalk/scenario';

/**
 * What a scenario asks of a kernel, in the words of `guest/probe.py`: `IPVS`, `dummy`, `trace`, `rules`, `table nat`,
 * `tracker dccp`, `match recent`, `target TEE`, `set hash:net`, `sysctl net.ipv4.ip_forward`.
 */
export function requirementsOf(scenario: Scenario): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { kind } of scenario.interfaces ?? []) if (kind === 'dummy') found.add('dummy');
  for (const name of Object.keys(scenario.sysctls ?? {})) found.add(sysctl(name));
  if ((scenario.ipvs ?? '') !== '') found.add('IPVS');
  for (const { packet } of scenario.steps) {
    for (const proto of [packet?.proto, packet?.inner?.proto]) {
      const tracker = TRACKERS[String(proto)];
      if (tracker !== undefined) found.add(tracker);
    }
  }
  iptables(scenario.iptables ?? '', found);
  sets(scenario.ipset ?? '', found);
  for (const { run, stdin = '' } of scenario.steps) if (run !== undefined) command(run, stdin, found);
  return found;
}

/** Protocols that a kernel may be built without a connection tracker for. */
const TRACKERS: Readonly<Record<string, string>> = { 33: 'tracker dccp', 132: 'tracker sctp', 47: 'tracker gre' };

// Parameters of IPVS are there only where it is.
const sysctl = (name: string): string => (name.startsWith('net.ipv4.vs.') ? 'IPVS' : `sysctl ${name}`);

function command(line: string, stdin: string, found: Set<string>): void {
  const tool = line.trim().split(/\s+/)[0]!.replace(/^.*\//, '');
  if (tool.startsWith('iptables')) iptables(`${line}\n${stdin}`, found);
  else if (tool === 'ipset') sets(`${line}\n${stdin}`, found);
  else if (tool === 'ipvsadm') found.add('IPVS');
  else if (tool === 'sysctl') {
    for (const [, name] of line.matchAll(/\s(net\.[^\s=]+)/g)) found.add(sysctl(name!));
  } else if (tool === 'ip') {
    if (/\brule\b|\btable\b/.test(line)) found.add('rules');
    if (/\btype\s+dummy\b/.test(line)) found.add('dummy device of a step');
  }
}

function iptables(text: string, found: Set<string>): void {
  // What is quoted is a comment or a prefix.
  const bare = text.replace(/"(?:\\.|[^"\\])*"/g, '""');
  const words = (pattern: RegExp): string[] => [...bare.matchAll(pattern)].map((match) => match[1]!);
  for (const table of words(/^\*(\S+)/gm)) found.add(`table ${table}`);
  for (const table of words(/\s(?:-t|--table)[\s=]\s*(\S+)/g)) found.add(`table ${table}`);
  for (const name of words(/\s(?:-m|--match)[\s=]\s*(\S+)/g)) found.add(`match ${name}`);
  for (const name of words(/\s(?:-j|--jump)[\s=]\s*(\S+)/g)) {
    if (name === 'TRACE') found.add('trace');
    // Everything else is a verdict or a chain.
    if (TARGETS.has(name)) found.add(`target ${name}`);
  }
}

const TARGETS: ReadonlySet<string> = new Set(DEFAULT_EXTENSIONS.targetNames);

function sets(text: string, found: Set<string>): void {
  for (const [, kind] of text.matchAll(/(?:\bcreate|-N|--create)\s+\S+\s+([a-z]+:[a-z,]+)/g)) found.add(`set ${kind}`);
}

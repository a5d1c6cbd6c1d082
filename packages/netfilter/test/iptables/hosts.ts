import { Conntrack } from '@chainwalk/conntrack';
import { Host, Simulation } from '@chainwalk/core';
import { DEFAULT_EXTENSIONS } from '../../src/extensions.ts';
import { runTool, type ToolResult } from '../../src/iptables/run.ts';
import { storeOf } from '../../src/iptables/table-store.ts';
import { Netfilter } from '../../src/netfilter.ts';

/** A host without anything on it. */
function newNetfilter(): Netfilter {
  const host = new Host(new Simulation());
  return new Netfilter(host, new Conntrack(host, { buckets: 512 }), { extensions: DEFAULT_EXTENSIONS });
}

/** Runs commands on one host; answers with what each printed. */
export function shell(net: Netfilter = newNetfilter()): {
  readonly net: Netfilter;
  readonly run: (command: string | readonly string[], stdin?: string) => ToolResult;
  readonly save: (...flags: string[]) => string;
} {
  const run = (command: string | readonly string[], stdin = ''): ToolResult =>
    runTool(storeOf(net), command, { stdin });
  return { net, run, save: (...flags) => withoutComments(run(['iptables-save', ...flags]).stdout) };
}

/** The text without its comment lines, which hold the time. */
export function withoutComments(text: string): string {
  return text.replace(/^#.*\n/gm, '');
}

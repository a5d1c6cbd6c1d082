import { Hook, type HookName, Priority } from '@chainwalk/core';
import { type Rule, TABLE_NAMES, type Table, type TableName } from './rule.ts';

/** Which hooks each table sits on, in the order of the hooks, and at which priority (`iptable_*.c`). */
export const TABLE_LAYOUT: Readonly<Record<TableName, { readonly hooks: readonly Hook[]; readonly priority: number }>> =
  {
    raw: { hooks: [Hook.PREROUTING, Hook.LOCAL_OUT], priority: Priority.RAW },
    mangle: {
      hooks: [Hook.PREROUTING, Hook.LOCAL_IN, Hook.FORWARD, Hook.LOCAL_OUT, Hook.POSTROUTING],
      priority: Priority.MANGLE,
    },
    // The nat table is no hook function of its own: NAT asks it for the first packet of a connection.
    nat: { hooks: [Hook.PREROUTING, Hook.LOCAL_IN, Hook.LOCAL_OUT, Hook.POSTROUTING], priority: Priority.NAT_DST },
    filter: { hooks: [Hook.LOCAL_IN, Hook.FORWARD, Hook.LOCAL_OUT], priority: Priority.FILTER },
    security: { hooks: [Hook.LOCAL_IN, Hook.FORWARD, Hook.LOCAL_OUT], priority: Priority.SECURITY },
  };

const HOOK_CHAINS: readonly HookName[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** The names of a table's built-in chains, in the order in which they are printed. */
export function builtinChains(table: TableName): readonly HookName[] {
  return TABLE_LAYOUT[table].hooks.map((hook) => HOOK_CHAINS[hook]!);
}

/** Whether there is a table of this name. */
export function isTableName(name: string): name is TableName {
  return (TABLE_NAMES as readonly string[]).includes(name);
}

/** A table as Linux creates it: built-in chains without rules, policy ACCEPT. */
export function emptyTable(name: TableName): Table {
  return { name, chains: builtinChains(name).map((chain) => ({ name: chain, policy: 'ACCEPT', rules: [] })) };
}

/**
 * Whether a rule tests nothing at all (`unconditional` in ip_tables.c). With a standard verdict such a rule ends its
 * chain: what follows is unreachable, and TRACE shows it as the chain's policy or return.
 */
export function isUnconditional(rule: Rule): boolean {
  const { ip } = rule;
  return (
    rule.matches.length === 0 &&
    ip.src === undefined &&
    ip.dst === undefined &&
    ip.inDevice === undefined &&
    ip.outDevice === undefined &&
    ip.protocol === undefined &&
    ip.fragment === undefined
  );
}

/** Whether a rule ends the walk of its chain for every packet: unconditional, with a standard verdict. */
export function endsChain(rule: Rule): boolean {
  return rule.target?.kind === 'verdict' && isUnconditional(rule);
}

import { fedRule, type Rule, savedRule } from './rule.ts';

/** The tables that kube-proxy writes, in the order in which iptables-save is given them here. */
const TABLES = ['mangle', 'nat', 'filter'] as const;
export type TableName = (typeof TABLES)[number];

/** One table as kube-proxy writes it: its own chains in order of writing, and all rules in order of writing. */
export interface TableRules {
  readonly chains: readonly string[];
  readonly rules: readonly Rule[];
  /** Chains that are flushed and deleted, after the rules. */
  readonly stale?: readonly string[];
  /** Rules that must stand last in their chains, and are written last. */
  readonly tail?: readonly Rule[];
}

/** Every rule of a table. */
export function rulesOf(table: TableRules): readonly Rule[] {
  return table.tail === undefined ? table.rules : [...table.rules, ...table.tail];
}

/** A rule that hangs one of kube-proxy's chains into a base chain, put at the top if it is not there yet. */
export interface JumpRule {
  readonly table: TableName;
  readonly rule: Rule;
}

/** Everything that kube-proxy has in iptables. */
export interface Ruleset {
  readonly filter: TableRules;
  readonly nat: TableRules;
  /** In the order in which they are ensured. */
  readonly jumps: readonly JumpRule[];
  /** Tables that hold the canary chain. */
  readonly canary: readonly TableName[];
  /** The order of the two tables in the restore input. */
  readonly order: readonly ('filter' | 'nat')[];
}

/** The chain by which kube-proxy notices that somebody flushed iptables. */
export const CANARY = 'KUBE-PROXY-CANARY';

const BASE_CHAINS: Readonly<Record<TableName, readonly string[]>> = {
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** What a sync hands to `iptables-restore --noflush --counters`. */
export function restoreInput(ruleset: Ruleset): string {
  const lines: string[] = [];
  for (const table of ruleset.order) {
    lines.push(`*${table}`);
    const { chains, rules, stale = [], tail = [] } = ruleset[table];
    for (const chain of chains) lines.push(`:${chain} - [0:0]`);
    for (const chain of stale) lines.push(`:${chain} - [0:0]`);
    for (const rule of rules) lines.push(fedRule(rule));
    for (const chain of stale) lines.push(`-X ${chain}`);
    for (const rule of tail) lines.push(fedRule(rule));
    lines.push('COMMIT');
  }
  return `${lines.join('\n')}\n`;
}

/** The commands that ensure the jump rules on a host without them, in order. */
export function jumpCommands(ruleset: Ruleset, iptables = 'iptables'): readonly string[] {
  return ruleset.jumps.map(({ table, rule }) => `${iptables} -t ${table} ${fedRule(rule).replace(/^-A/, '-I')}`);
}

/**
 * What `iptables-save` shows once all of it is in place on a host that had no rules: base chains with their jumps, the
 * last ensured on top, then chains by name.
 */
export function savedText(ruleset: Ruleset): string {
  const lines: string[] = [];
  for (const table of TABLES) {
    const written = table === 'mangle' ? undefined : ruleset[table];
    const canary = ruleset.canary.includes(table);
    if (written === undefined && !canary) continue;
    appendTable(lines, table, ruleset, written, canary);
  }
  return `${lines.join('\n')}\n`;
}

function appendTable(
  lines: string[],
  table: TableName,
  ruleset: Ruleset,
  written: TableRules | undefined,
  canary: boolean,
): void {
  const chains = [...new Set([...(written?.chains ?? []), ...(canary ? [CANARY] : [])])].sort();
  const byChain = new Map<string, Rule[]>();
  const listOf = (chain: string): Rule[] => {
    let list = byChain.get(chain);
    if (list === undefined) byChain.set(chain, (list = []));
    return list;
  };
  for (const jump of ruleset.jumps) if (jump.table === table) listOf(jump.rule.chain).unshift(jump.rule);
  for (const rule of written === undefined ? [] : rulesOf(written)) listOf(rule.chain).push(rule);
  lines.push(`*${table}`);
  for (const chain of BASE_CHAINS[table]) lines.push(`:${chain} ACCEPT [0:0]`);
  for (const chain of chains) lines.push(`:${chain} - [0:0]`);
  for (const chain of [...BASE_CHAINS[table], ...chains]) {
    for (const rule of byChain.get(chain) ?? []) lines.push(savedRule(rule));
  }
  lines.push('COMMIT');
}

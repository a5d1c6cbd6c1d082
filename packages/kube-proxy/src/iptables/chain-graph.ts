import { isServiceChain } from '../names/chain-names.ts';
import type { Rule } from './rule.ts';
import { type Ruleset, rulesOf } from './ruleset.ts';

/** What of a ruleset is drawn. */
export interface ChainGraphOptions {
  readonly table?: 'nat' | 'filter';
  /** Draw only what leads to or from this Service, by its name as comments have it (`default/web:http`). */
  readonly service?: string;
}

/**
 * The chains of a ruleset and how they lead to each other, as a Mermaid flow chart: base chains on top, targets that
 * rewrite or end a packet at the bottom, and on each arrow what distinguishes its rule.
 */
export function chainGraph(ruleset: Ruleset, options: ChainGraphOptions = {}): string {
  const table = options.table ?? 'nat';
  const jumps = ruleset.jumps.filter((jump) => jump.table === table).map((jump) => jump.rule);
  const rules = rulesOf(ruleset[table]);
  const wanted = options.service === undefined ? undefined : chainsOf(rules, options.service);
  const lines = ['flowchart TD'];
  const seen = new Set<string>();
  for (const rule of [...jumps, ...rules]) {
    const to = rule.target.fed.split(' ')[0] ?? '';
    if (to === '') continue;
    if (wanted !== undefined && !concerns(rule, to, wanted, options.service!)) continue;
    const end = isChain(to) ? `${id(to)}[${to}]` : `${id(`${rule.chain} ${rule.target.fed}`)}([${ending(rule)}])`;
    const label = labelOf(rule);
    const line = `  ${id(rule.chain)}[${rule.chain}] -->${label === '' ? '' : `|"${label}"|`} ${end}`;
    if (!seen.has(line)) lines.push(line);
    seen.add(line);
  }
  return `${lines.join('\n')}\n`;
}

/** The chains that belong to a Service: those that rules with its name in their comments lead to. */
function chainsOf(rules: readonly Rule[], service: string): ReadonlySet<string> {
  const chains = new Set<string>();
  for (const rule of rules) {
    if (!mentions(rule, service)) continue;
    for (const chain of [rule.chain, rule.target.fed]) if (isServiceChain(chain)) chains.add(chain);
  }
  return chains;
}

function concerns(rule: Rule, to: string, wanted: ReadonlySet<string>, service: string): boolean {
  if (wanted.has(rule.chain) || wanted.has(to) || mentions(rule, service)) return true;
  return !isServiceChain(rule.chain) && !isServiceChain(to) && isChain(to);
}

function mentions(rule: Rule, service: string): boolean {
  return rule.parts.some((part) => {
    const words = /--comment "?([^"]*)/.exec(part.saved)?.[1];
    return words !== undefined && (words === service || words.includes(`${service} `));
  });
}

function isChain(target: string): boolean {
  return target.startsWith('KUBE-');
}

function id(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '_');
}

function ending(rule: Rule): string {
  return rule.target.saved.replace(/"/g, "'");
}

/** Addresses, ports and chances; comments and what every rule of a kind has are left out. */
function labelOf(rule: Rule): string {
  return rule.parts
    .map((part) => part.saved)
    .filter((text) => !/^(-m (comment|tcp|udp|sctp)|-p)\b/.test(text))
    .map((text) =>
      text
        .replace('-m statistic --mode random --probability ', 'p = ')
        .replace(/^-m addrtype --/, '')
        .replace(/"/g, "'"),
    )
    .join(' ');
}

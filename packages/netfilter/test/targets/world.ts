import { readFileSync } from 'node:fs';
import { Conntrack } from '@chainwalk/conntrack';
import { Host, runIp, Simulation } from '@chainwalk/core';
import { restoreSets } from '../../src/ipset/run-ipset.ts';
import { runIptablesRestore, type ToolResult } from '../../src/iptables/run.ts';
import { Netfilter } from '../../src/netfilter.ts';
import type { Rule, TableName } from '../../src/x_tables/rule.ts';
import { CORPUS_SETS } from '../ipset/corpus-sets.ts';

/** A host with netfilter and nothing else. */
export interface World {
  readonly simulation: Simulation;
  readonly host: Host;
  readonly net: Netfilter;
}

/** Adds a point-to-point device with one address, and brings it up. */
export function addInterface(host: Host, name: string, address: string): void {
  host.configure((config) => {
    config.interfaces.push({ name, kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
  });
  const result = runIp(host, ['ip', 'addr', 'add', address, 'dev', name]);
  if (result.status !== 0) throw new Error(result.stderr);
}

export function emptyWorld(): World {
  const simulation = new Simulation();
  const host = new Host(simulation);
  return { simulation, host, net: new Netfilter(host, new Conntrack(host, { buckets: 512, max: 65536 })) };
}

/** A host with the sets to which a rule of the corpus may refer. */
function worldFor(rule: string): World {
  const world = emptyWorld();
  if (/set/i.test(rule)) restoreSets(world.net.sets, CORPUS_SETS);
  return world;
}

/** Loads one rule into an empty table: how it is saved, or what was said against it. */
export function loadRule(table: string, chain: string, rule: string): { saved: string[] } | { refused: string } {
  const { net } = worldFor(rule);
  const result = restore(net, table, [`-A ${chain} ${rule}`]);
  if (result.status !== 0) return { refused: result.stderr };
  return { saved: rulesOf(net, table, chain).map((one) => net.ruleText(one)) };
}

/** The one rule that a line makes. */
export function ruleOf(table: string, chain: string, rule: string): Rule {
  const { net } = worldFor(rule);
  const result = restore(net, table, [`-A ${chain} ${rule}`]);
  const [only, ...more] = result.status === 0 ? rulesOf(net, table, chain) : [];
  if (only === undefined || more.length > 0) throw new Error(`${rule}: not one rule: ${result.stderr}`);
  return only;
}

/** Replaces one table, with two user chains that rules may refer to. */
export function restore(net: Netfilter, table: string, commands: readonly string[]): ToolResult {
  const lines = [`*${table}`, ':USER - [0:0]', ':OTHER - [0:0]', ...commands, 'COMMIT', ''];
  return runIptablesRestore(net, lines.join('\n'));
}

function rulesOf(net: Netfilter, table: string, chain: string): readonly Rule[] {
  return net.table(table as TableName).chains.find(({ name }) => name === chain)!.rules;
}

/** A line of a corpus file: what the real tool made of a rule. */
export interface CorpusCase {
  readonly place: string;
  readonly table: string;
  readonly chains: readonly string[];
  readonly rule: string;
  /** Absent: refused. */
  readonly saved: readonly string[] | undefined;
}

/** The cases of `test/corpus/NAME.t`; `conformance/corpus.mjs` tells the format. */
export function readCorpus(name: string): readonly CorpusCase[] {
  const cases: CorpusCase[] = [];
  let table = '';
  let chains: readonly string[] = [];
  const lines = readFileSync(new URL(`../corpus/${name}.t`, import.meta.url), 'utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith(':')) {
      const [first, second] = line.slice(1).split(' ');
      table = first!;
      chains = second!.split(',');
      continue;
    }
    const parts = /^(.*) ; (.*?) ?; (OK|FAIL)$/.exec(line);
    if (parts === null) throw new Error(`${name}.t:${index + 1}: no recorded answer`);
    const [, rule, saved, verdict] = parts as unknown as [string, string, string, string];
    const expected = verdict === 'FAIL' ? undefined : saved === '=' ? [rule] : saved.split(' | ');
    cases.push({ place: `${name}.t:${index + 1}`, table, chains, rule, saved: expected });
  }
  return cases;
}

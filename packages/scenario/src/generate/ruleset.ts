import type { Draw } from './draw.ts';
import type { HostPlan } from './host.ts';
import { drawIdioms } from './idioms.ts';
import { coreMatches, countingMatch, moduleMatch, protocolMatches } from './matches.ts';
import type { Plan } from './plan.ts';
import type { RuleContext } from './rule-context.ts';
import type { SetPlan } from './sets.ts';
import { drawTarget } from './targets.ts';

/** The built-in chains of each table, in the order in which `iptables-save` prints them. */
export const CHAINS: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};

/** A chain: its name, its policy (none for a user's own), the hooks that may reach it, its rules. */
interface ChainPlan {
  readonly name: string;
  readonly policy: string;
  readonly hooks: ReadonlySet<string>;
}

/** What the makers of rules and commands need to know. */
export interface Surroundings {
  readonly plan: Plan;
  readonly host: HostPlan;
  readonly sets: readonly SetPlan[];
}

/**
 * The chains of a table. In nat, a user's chain belongs to one side, since the kernel refuses a chain with SNAT that can
 * be reached from PREROUTING and the like.
 */
function drawChains(draw: Draw, table: string): ChainPlan[] {
  const builtIn = CHAINS[table]!.map((name): ChainPlan => {
    const policy = table !== 'nat' && draw.chance(table === 'filter' ? 0.15 : 0.03) ? 'DROP' : 'ACCEPT';
    return { name, policy, hooks: new Set([name]) };
  });
  const own = draw.many(0, 3, (index): ChainPlan => {
    const sides =
      table === 'nat' ? [['PREROUTING', 'OUTPUT'], ['POSTROUTING'], ['INPUT', 'POSTROUTING']] : [CHAINS[table]!];
    return { name: `U${index}`, policy: '-', hooks: new Set(draw.pick(sides)) };
  });
  return [...builtIn, ...own];
}

/** Chains that a rule of this one may jump to: later ones of the user's, that all its hooks may reach. */
function reachable(chain: ChainPlan, chains: readonly ChainPlan[]): string[] {
  const from = chains.indexOf(chain);
  return chains
    .filter(
      (other, place) => other.policy === '-' && place > from && [...chain.hooks].every((hook) => other.hooks.has(hook)),
    )
    .map((other) => other.name);
}

/** A rule's words behind `-A CHAIN`. */
function drawRule(draw: Draw, context: RuleContext): string {
  return draw.chance(0.25) ? broadRule(draw, context) : narrowRule(draw, context);
}

/** A rule about a few packets, as most are in rulesets that were made by hand. */
function narrowRule(draw: Draw, context: RuleContext): string {
  const { words, protocol } = coreMatches(draw, context);
  words.push(...protocolMatches(draw, protocol));
  const modules = draw.weighted([
    [3, 0],
    [6, 1],
    [3, 2],
    [0.7, 3],
  ] as const);
  for (let i = 0; i < modules; i++) words.push(moduleMatch(draw, context, protocol));
  if (context.plan.base === 'limit' && draw.chance(0.7)) words.push(countingMatch(draw));
  const target = drawTarget(draw, context, protocol);
  // TCPMSS wants to see that a rule is about SYNs; `-m policy` would take the `--mode` of another match for its own.
  const mine = words.some((word) => word.includes(' --mode ')) ? '-m policy ' : '-m none ';
  const kept = words.filter(
    (word) => !word.startsWith(mine) && !(target.startsWith('-m tcp ') && word.startsWith('-m tcp ')),
  );
  return [...kept, target].filter((word) => word !== '').join(' ');
}

/** A rule about nearly every packet; it seldom ends their way, so that those behind it are reached. */
function broadRule(draw: Draw, context: RuleContext): string {
  const protocol = draw.pick([undefined, 'tcp', undefined, 'udp']);
  const words = protocol === undefined ? [] : [`-p ${protocol}`];
  if (draw.chance(0.35)) words.push(moduleMatch(draw, context, protocol));
  if (context.plan.base === 'limit' && draw.chance(0.7)) words.push(countingMatch(draw));
  let target = drawTarget(draw, context, protocol);
  for (let again = 0; again < 3 && /-j (ACCEPT|DROP|REJECT|RETURN)\b|-m tcp /.test(target); again++) {
    target = drawTarget(draw, context, protocol);
  }
  return [...words, target.replace(/^-m tcp .*/, '')].filter((word) => word !== '').join(' ');
}

/** One table as `iptables-restore` text. */
function drawTable(draw: Draw, surroundings: Surroundings, table: string): string {
  const { plan } = surroundings;
  const chains = drawChains(draw, table);
  const lines = [`*${table}`, ...chains.map(({ name, policy }) => `:${name} ${policy} [0:0]`)];
  const idioms = drawIdioms(draw, surroundings, table);
  for (const chain of chains) {
    const context: RuleContext = {
      ...surroundings,
      table,
      chain: chain.name,
      hooks: chain.hooks,
      targets: reachable(chain, chains),
    };
    if (plan.trace && table === 'raw' && chain.policy !== '-') lines.push(`-A ${chain.name} -j TRACE`);
    lines.push(...(idioms.get(chain.name) ?? []).map((rule) => `-A ${chain.name} ${rule}`));
    const most = chain.name === 'FORWARD' ? 6 : 4;
    lines.push(
      ...draw.many(
        chain.policy === '-' ? 1 : 0,
        plan.base === 'limit' && chain.name === 'FORWARD' ? 8 : most,
        () => `-A ${chain.name} ${drawRule(draw, context)}`,
      ),
    );
  }
  return [...lines, 'COMMIT', ''].join('\n');
}

/** The tables that a scenario loads, in any order that `iptables-restore` takes. */
function drawTables(draw: Draw, plan: Plan): string[] {
  if (plan.base === 'limit') return ['filter', ...(plan.trace ? ['raw'] : []), ...(draw.chance(0.5) ? ['nat'] : [])];
  const simple = plan.base === 'ipvs';
  return draw.shuffled([
    ...(plan.trace || draw.chance(simple ? 0.1 : 0.6) ? ['raw'] : []),
    ...(draw.chance(simple ? 0.2 : 0.75) ? ['mangle'] : []),
    ...(plan.nat ? ['nat'] : []),
    ...(draw.chance(0.92) ? ['filter'] : []),
    ...(draw.chance(0.03) ? ['security'] : []),
  ]);
}

/** A whole ruleset as `iptables-restore` text. */
export function drawRuleset(draw: Draw, surroundings: Surroundings): string {
  return drawTables(draw, surroundings.plan)
    .map((table) => drawTable(draw, surroundings, table))
    .join('');
}

/** A rule for a chain of a table that may not even be there, for commands that change rules. */
export function drawRuleFor(draw: Draw, surroundings: Surroundings, table: string, chain: string): string {
  return drawRule(draw, { ...surroundings, table, chain, hooks: new Set([chain]), targets: [] });
}

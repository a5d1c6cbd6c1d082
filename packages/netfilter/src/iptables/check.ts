import { Conntrack } from '@chainwalk/conntrack';
import { type Diagnostic, type HookName, Host, type Place, Simulation } from '@chainwalk/core';
import { DEFAULT_EXTENSIONS } from '../extensions.ts';
import { Netfilter } from '../netfilter.ts';
import { type ExtensionRegistry, KernelRefusal } from '../x_tables/extension.ts';
import { isUnconditional } from '../x_tables/layout.ts';
import type { Chain, Rule } from '../x_tables/rule.ts';
import { watchRestore } from './restore.ts';
import type { TableEditor } from './table-editor.ts';
import { MemoryStore } from './table-store.ts';

export interface CheckOptions {
  /** Default: all of chainwalk's. */
  readonly registry?: ExtensionRegistry;
  /** A host whose sets the rules may name. Without one, names of sets are taken on trust. */
  readonly net?: Netfilter;
  /** Reading stops after so many faults. Default 1000. */
  readonly limit?: number;
}

/**
 * Every fault of a ruleset's text with its place, in the order of the lines: what iptables-restore or the kernel would
 * refuse as errors, what is accepted but hardly meant as warnings (rules that no packet reaches, chains that nothing
 * uses, jumps to empty chains, quotes left open).
 */
export function checkRuleset(text: string, source: string, options: CheckOptions = {}): readonly Diagnostic[] {
  const registry = options.registry ?? options.net?.extensions ?? DEFAULT_EXTENSIONS;
  const limit = options.limit ?? 1000;
  const found: Diagnostic[] = [];
  const places: Places = { rules: new Map(), chains: new Map() };
  const add = (diagnostic: Diagnostic): boolean => found.push(diagnostic) < limit;

  let readable = text;
  if (text.startsWith('\uFEFF')) {
    readable = text.slice(1);
    add({
      ...fault('byte-order-mark', 'the file begins with a byte order mark', { source, line: 1, column: 1 }),
      hint: 'save it as plain UTF-8',
    });
  }
  const carriage = readable.indexOf('\r\n');
  if (carriage >= 0) {
    const line = readable.slice(0, carriage).split('\n').length;
    const column = carriage - readable.lastIndexOf('\n', carriage - 1);
    add({
      ...fault('crlf', 'lines end in CR LF, which iptables-restore takes for part of the last word', {
        source,
        line,
        column,
      }),
      hint: 'convert it',
    });
    readable = readable.replaceAll('\r\n', '\n');
  }

  const other = otherThanRuleset(readable, source);
  if (other !== undefined) return [...found, other];
  const host = options.net ?? throwawayHost(registry);
  watchRestore(readable, new MemoryStore(registry, options.net), source, {
    fault: add,
    chain: (table, name, place) => places.chains.set(`${table} ${name}`, place),
    rules: (rules, place) => {
      for (const rule of rules) places.rules.set(rule, place);
    },
    table: (editor) => checkTable(editor, places, host, options.net !== undefined, add),
  });
  return found.sort(byPlace);
}

/** What else people have in files, by how its lines begin, and what it is for. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:create|add) \S+ /m, 'this looks like ipset save: it belongs under "ipset:" of a scenario file'],
  [/^-[Aa] (?:-[tuf]|--\S+-service) /m, 'this looks like ipvsadm -Sn: it belongs under "ipvs:" of a scenario file'],
  [/^(?:interfaces|steps|sysctls|iptables):/m, 'this looks like a scenario file: chainwalk run plays it'],
  [/^(?:apiVersion|kind):/m, 'this looks like objects of Kubernetes: chainwalk kube-proxy renders them'],
];

/** One fault instead of one for each line, of text in which no table begins. */
function otherThanRuleset(text: string, source: string): Diagnostic | undefined {
  if (/^[ \t]*\*/m.test(text)) return undefined;
  const line = text.split('\n').findIndex((words) => /^[ \t\r]*[^# \t\r]/.test(words)) + 1;
  if (line === 0) return undefined;
  return {
    ...fault('no-ruleset', 'no table begins here: no line is *TABLE', { source, line, column: 1 }),
    hint: OTHERS.find(([pattern]) => pattern.test(text))?.[1] ?? 'give it what iptables-save prints',
  };
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const line = (a.place?.line ?? 0) - (b.place?.line ?? 0);
  if (line !== 0) return line;
  const column = (a.place?.column ?? 0) - (b.place?.column ?? 0);
  return column !== 0 ? column : a.severity.localeCompare(b.severity);
}

interface Places {
  readonly rules: Map<Rule, Place>;
  /** By table and name. */
  readonly chains: Map<string, Place>;
}

type Add = (diagnostic: Diagnostic) => boolean;

/** A host with nothing on it: what the kernel checks about a rule needs one to ask. */
function throwawayHost(extensions: ExtensionRegistry): Netfilter {
  const host = new Host(new Simulation(), { name: 'check' });
  return new Netfilter(host, new Conntrack(host, { buckets: 512 }), { extensions });
}

function checkTable(editor: TableEditor, places: Places, net: Netfilter, knowsNames: boolean, add: Add): void {
  const chains: readonly Chain[] = editor.chains();
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const reached = new Map<string, HookName[]>();
  const loops = new Set<Rule>();
  for (const chain of chains) {
    if (chain.policy !== undefined) follow(chain, byName, chain.name as HookName, reached, loops);
  }
  for (const rule of loops) {
    add(
      fault(
        'loop',
        `this leads back to where it came from (${describeJump(rule)}): the kernel refuses loops`,
        places.rules.get(rule),
      ),
    );
  }
  if (loops.size > 0) return;
  // Linux accepts a loop that nothing leads into, and refuses the command that links it.
  const unlinked = new Set<Rule>();
  const done = new Set<string>();
  for (const chain of chains) {
    if (!reached.has(chain.name) && !done.has(chain.name)) {
      follow(chain, byName, 'INPUT', new Map(), unlinked, done);
    }
  }
  for (const rule of unlinked) {
    const message = `this leads back to where it came from (${describeJump(rule)}): linking it from a built-in chain will be refused`;
    add(warning('unlinked-loop', message, places.rules.get(rule)));
  }

  const known = new Map<string, boolean>();
  for (const chain of chains) {
    const hooks = reached.get(chain.name) ?? [];
    if (chain.policy === undefined && hooks.length === 0) {
      const place = places.chains.get(`${editor.name} ${chain.name}`);
      const message =
        editor.references(chain.name) === 0 ? 'is used by no rule' : 'can be reached from no built-in chain';
      add(warning('unused-chain', `chain ${chain.name} ${message}`, place));
    }
    let ended: Rule | undefined;
    let told = false;
    for (const rule of chain.rules) {
      const place = places.rules.get(rule);
      if (ended !== undefined && !told) {
        const line = places.rules.get(ended)?.line;
        const before = line === undefined ? 'a rule before it' : `the rule of line ${line}`;
        add(warning('unreachable-rule', `no packet gets here: ${before} takes them all`, place));
        told = true;
      }
      const { target } = rule;
      if ((target?.kind === 'jump' || target?.kind === 'goto') && byName.get(target.chain)?.rules.length === 0) {
        add(warning('empty-chain', `chain ${target.chain} is empty`, place));
      }
      checkRule(rule, editor, chain.name, ended === undefined ? hooks : [], net, knowsNames, place, add);
      ended ??= takesAll(rule, byName, known) ? rule : undefined;
    }
  }
}

/** What the kernel says of one rule (`find_check_entry`). */
function checkRule(
  rule: Rule,
  editor: TableEditor,
  chain: string,
  hooks: readonly HookName[],
  net: Netfilter,
  knowsNames: boolean,
  place: Place | undefined,
  add: Add,
): void {
  const { registry, name: table } = editor;
  const context = { table, chain, ip: rule.ip, matches: rule.matches, hooks, net };
  const refused = (message: string, hint?: string): void => {
    add({ ...fault('refused-by-kernel', message, place), ...(hint === undefined ? {} : { hint }) });
  };
  const attempt = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof KernelRefusal)) throw error;
      if (knowsNames || error.errno !== 'ENOENT') refused(error.message);
    }
  };
  for (const match of rule.matches) attempt(() => registry.match(match.name)?.check?.(match.info as never, context));
  if (rule.target?.kind !== 'extension') return;
  const { name, info } = rule.target;
  const target = registry.target(name)!;
  if (target.tables !== undefined && !target.tables.includes(table)) {
    refused(`${name} is not allowed in the table ${table}`, `use it in ${target.tables.join(', ')}`);
    return;
  }
  const wrong = hooks.find((hook) => target.hooks?.includes(hook) === false);
  if (wrong !== undefined) {
    refused(`${name} is not allowed here, which ${wrong} leads to`, `it is allowed in ${target.hooks!.join(', ')}`);
    return;
  }
  attempt(() => target.check?.(info as never, context));
}

/** Targets after which no packet goes on to the next rule. */
const TERMINATING = new Set(['REJECT', 'SNAT', 'DNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP', 'NFQUEUE', 'TPROXY']);

/** Whether no packet gets past a rule: it tests nothing and what it does ends the chain. */
function takesAll(rule: Rule, chains: ReadonlyMap<string, Chain>, known: Map<string, boolean>): boolean {
  const { target } = rule;
  if (target === undefined || !isUnconditional(rule)) return false;
  if (target.kind === 'verdict' || target.kind === 'goto') return true;
  if (target.kind === 'extension') return TERMINATING.has(target.name);
  return neverReturns(target.chain, chains, known);
}

/**
 * Whether every packet that enters a chain meets its end in it.
 * @param known answers found before
 */
function neverReturns(name: string, chains: ReadonlyMap<string, Chain>, known: Map<string, boolean>): boolean {
  // A chain of jumps is followed one by one, without recursion: files may nest thousands of chains.
  const stack: { readonly chain: Chain; at: number }[] = [];
  const first = chains.get(name);
  if (first === undefined || known.has(name)) return known.get(name) === true;
  stack.push({ chain: first, at: 0 });
  // A chain that is being looked into counts as one that returns, so that loops among unused chains come to an end.
  known.set(name, false);
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const rule = top.chain.rules[top.at];
    const target = rule?.target;
    let answer: boolean | undefined;
    if (rule === undefined) answer = false;
    else if (target?.kind === 'verdict' && target.verdict === 'RETURN') answer = false;
    else if (target?.kind === 'jump' || target?.kind === 'goto') {
      const inner = known.get(target.chain);
      if (inner === undefined) {
        const chain = chains.get(target.chain);
        known.set(target.chain, false);
        if (chain !== undefined) stack.push({ chain, at: 0 });
        continue;
      }
      if (inner && isUnconditional(rule)) answer = true;
      else if (!inner && target.kind === 'goto') answer = false;
    } else if (isUnconditional(rule)) {
      if (target?.kind === 'verdict' || (target?.kind === 'extension' && TERMINATING.has(target.name))) answer = true;
    }
    if (answer === undefined) top.at++;
    else {
      known.set(top.chain.name, answer);
      stack.pop();
    }
  }
  return known.get(name) === true;
}

/** Marks every chain that can be reached from a built-in one, and the jumps that close a loop. */
function follow(
  base: Chain,
  chains: ReadonlyMap<string, Chain>,
  hook: HookName,
  reached: Map<string, HookName[]>,
  loops: Set<Rule>,
  done: Set<string> = new Set(),
): void {
  const open = new Set<string>([base.name]);
  const stack = [{ chain: base, at: 0 }];
  mark(reached, base.name, hook);
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const rule = top.chain.rules[top.at++];
    if (rule === undefined || (rule.target?.kind === 'verdict' && isUnconditional(rule))) {
      stack.pop();
      open.delete(top.chain.name);
      done.add(top.chain.name);
      continue;
    }
    const { target } = rule;
    if (target?.kind !== 'jump' && target?.kind !== 'goto') continue;
    if (open.has(target.chain)) loops.add(rule);
    const next = chains.get(target.chain);
    if (next === undefined || open.has(target.chain) || done.has(target.chain)) continue;
    mark(reached, target.chain, hook);
    open.add(target.chain);
    stack.push({ chain: next, at: 0 });
  }
}

function mark(reached: Map<string, HookName[]>, chain: string, hook: HookName): void {
  const hooks = reached.get(chain);
  if (hooks === undefined) reached.set(chain, [hook]);
  else hooks.push(hook);
}

function describeJump(rule: Rule): string {
  const { target } = rule;
  return target?.kind === 'goto' ? `-g ${target.chain}` : target?.kind === 'jump' ? `-j ${target.chain}` : '';
}

function fault(code: string, message: string, place: Place | undefined): Diagnostic {
  return { severity: 'error', code, message, ...(place === undefined ? {} : { place }) };
}

function warning(code: string, message: string, place: Place | undefined): Diagnostic {
  return { severity: 'warning', code, message, ...(place === undefined ? {} : { place }) };
}

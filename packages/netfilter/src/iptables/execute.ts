import { assertNever, invariant } from '@chainwalk/core';
import type { IpTest, Rule, RuleTarget } from '../x_tables/rule.ts';
import { STANDARD_TARGETS } from './known-names.ts';
import { IptcError } from './libiptc-error.ts';
import { describeRule, type ListContext, listChain } from './list.ts';
import { hintFor } from './names.ts';
import { badWord } from './option-scope.ts';
import type { ParseCache } from './parse-cache.ts';
import type { ParsedCommand, ParsedRule } from './parsed-command.ts';
import { ruleWords } from './save.ts';
import type { TableEditor } from './table-editor.ts';

/** What commands print. It stays when one of them fails. */
export interface Output {
  stdout: string;
  /** If present, takes every rule that comes into being. */
  readonly added?: Rule[];
}

/**
 * Does what a command says to a table at hand. Nothing reaches the host before the editor's `commit`.
 * @throws InputError for what iptables refuses before it asks libiptc (exit status 2), IptcError for the rest (1)
 */
export function execute(command: ParsedCommand, editor: TableEditor, cache: ParseCache, output: Output): void {
  if (command.rule !== undefined) {
    executeRule(command, command.rule, editor, cache, output);
    return;
  }
  const { chain } = command;
  switch (command.command) {
    case undefined:
      break;
    case 'L':
      output.stdout += listTable(command, editor);
      break;
    case 'S':
      output.stdout += listRules(command, editor);
      break;
    case 'D':
      editor.deleteNumber(chain!, command.ruleNumber - 1);
      break;
    case 'F':
      eachChain(command, editor, output, true, 'Flushing', (name) => editor.flush(name));
      break;
    case 'X':
      eachChain(command, editor, output, false, 'Deleting', (name) => editor.deleteChain(name));
      break;
    case 'N':
      editor.createChain(chain!);
      break;
    case 'E':
      editor.renameChain(chain!, command.newName!);
      break;
    case 'P':
      editor.setPolicy(chain!, command.policy!, command.counters);
      break;
    case 'A':
    case 'C':
    case 'I':
    case 'R':
    case 'Z':
      invariant(false, 'a command about a rule has a rule');
      break;
    default:
      assertNever(command.command);
  }
  if (command.zero === 'chain') eachChain(command, editor, output, true, 'Zeroing', (name) => editor.zero(name));
  if (command.zero === 'rule') editor.zeroCounter(chain!, command.ruleNumber);
}

/** The rules of `-A -C -D -I -R`: one for each pair of addresses. */
function executeRule(
  command: ParsedCommand,
  parsed: ParsedRule,
  editor: TableEditor,
  cache: ParseCache,
  output: Output,
): void {
  const chain = command.chain!;
  const target = resolveJump(command, parsed, editor, cache);
  for (const rule of expand(parsed, target, cache)) {
    if (command.verbose > 0) output.stdout += describeRule(rule, contextOf(editor));
    output.added?.push(rule);
    switch (command.command) {
      case 'A':
        editor.append(chain, rule, command.counters);
        break;
      case 'I':
        editor.insert(chain, rule, command.ruleNumber - 1, command.counters);
        break;
      case 'R':
        editor.replace(chain, rule, command.ruleNumber - 1, command.counters);
        break;
      default:
        editor.deleteRule(chain, rule, command.command === 'C');
    }
  }
}

/** What `-j NAME` means in this table: a chain of that name comes before a target. */
function resolveJump(
  command: ParsedCommand,
  { jump }: ParsedRule,
  editor: TableEditor,
  cache: ParseCache,
): RuleTarget | undefined {
  const { name, isGoto, extension, word } = jump;
  if (name === '') return undefined;
  if (editor.isChain(name)) return cache.jump(name, isGoto);
  const { words } = command;
  if (isGoto) {
    const chains = editor.chains().map((chain) => chain.name);
    badWord(words, word, 'unknown-chain', `goto '${name}' is not a chain`, hintFor(name, chains));
  }
  if (STANDARD_TARGETS.has(name)) return VERDICTS[name as keyof typeof VERDICTS];
  if (extension !== undefined) return { kind: 'extension', name: extension.name, info: extension.info };
  if (editor.registry.target(name) !== undefined) {
    badWord(
      words,
      word,
      'unknown-target',
      `${name} was declared as a chain before, which hides the target`,
      'rename the chain',
    );
  }
  const names = [...STANDARD_TARGETS, ...editor.registry.targetNames, ...editor.chains().map((chain) => chain.name)];
  badWord(
    words,
    word,
    'unknown-target',
    `Couldn't load target \`${name}':No such file or directory`,
    hintFor(name, names),
  );
}

const VERDICTS = {
  ACCEPT: { kind: 'verdict', verdict: 'ACCEPT' },
  DROP: { kind: 'verdict', verdict: 'DROP' },
  RETURN: { kind: 'verdict', verdict: 'RETURN' },
  QUEUE: { kind: 'verdict', verdict: 'QUEUE' },
} as const satisfies Record<string, RuleTarget>;

/** The rules that a rule with lists of addresses stands for, in iptables' order. */
function expand(parsed: ParsedRule, target: RuleTarget | undefined, cache: ParseCache): readonly Rule[] {
  const { sources, destinations, matches } = parsed;
  if (sources.length === 1 && destinations.length === 1) {
    return [{ ip: parsed.ip, matches, target }];
  }
  const rules: Rule[] = [];
  for (const source of sources) {
    for (const destination of destinations) {
      const { src: _, dst: __, ...rest } = parsed.ip;
      const src = cache.addressTest(source, parsed.sourcesInverted);
      const dst = cache.addressTest(destination, parsed.destinationsInverted);
      const ip: IpTest = { ...(src === undefined ? {} : { src }), ...(dst === undefined ? {} : { dst }), ...rest };
      rules.push({ ip, matches, target });
    }
  }
  return rules;
}

/** A command for the named chain, or for every chain. */
function eachChain(
  command: ParsedCommand,
  editor: TableEditor,
  output: Output,
  builtinToo: boolean,
  doing: string,
  act: (chain: string) => void,
): void {
  let failure: unknown;
  const names =
    command.chain !== undefined
      ? [command.chain]
      : editor.chains().flatMap(({ name, policy }) => (builtinToo || policy === undefined ? [name] : []));
  for (const name of names) {
    if (command.verbose > 0) output.stdout += `${doing} chain \`${name}'\n`;
    try {
      act(name);
    } catch (error) {
      // iptables goes on with the other chains and fails at the end, when nothing of it is committed.
      if (!(error instanceof IptcError)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
}

function listTable(command: ParsedCommand, editor: TableEditor): string {
  const { verbose, numeric, exact, lineNumbers, ruleNumber } = command;
  const format = { verbose: verbose > 0, numeric, exact, lineNumbers };
  const context = contextOf(editor);
  const listed = chosenChains(command, editor).map((chain) =>
    listChain(
      { ...chain, counters: editor.counters(chain.name), references: editor.references(chain.name) },
      ruleNumber,
      format,
      context,
    ),
  );
  return listed.join('\n');
}

function contextOf(editor: TableEditor): ListContext {
  return { registry: editor.registry, isChain: (name) => editor.isChain(name) };
}

function listRules(command: ParsedCommand, editor: TableEditor): string {
  const chains = chosenChains(command, editor);
  const withCounters = command.verbose > 0;
  let text = '';
  for (const chain of command.ruleNumber === 0 ? chains : []) {
    if (chain.policy === undefined) text += `-N ${chain.name}\n`;
    else {
      const { packets, bytes } = editor.counters(chain.name).policy;
      text += `-P ${chain.name} ${chain.policy}${withCounters ? ` -c ${packets} ${bytes}` : ''}\n`;
    }
  }
  for (const chain of chains) {
    const counters = withCounters ? editor.counters(chain.name).rules : undefined;
    for (const [index, rule] of chain.rules.entries()) {
      if (command.ruleNumber !== 0 && command.ruleNumber !== index + 1) continue;
      const own = counters?.[index];
      const counted = own === undefined ? '' : ` -c ${own.packets} ${own.bytes}`;
      text += `-A ${chain.name}${ruleWords(rule, editor.registry, counted)}\n`;
    }
  }
  return text;
}

function chosenChains(command: ParsedCommand, editor: TableEditor): ReturnType<TableEditor['chains']> {
  const { chain } = command;
  const chains = editor.chains().filter(({ name }) => chain === undefined || name === chain);
  if (chains.length === 0) throw new IptcError('ENOENT', 'list', `there is no chain ${chain} in ${editor.name}`);
  return chains;
}

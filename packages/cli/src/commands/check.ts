import { formatDiagnostic } from '@chainwalk/core';
import { checkRuleset, DEFAULT_EXTENSIONS, parseRestore, saveRuleset, TABLE_NAMES } from '@chainwalk/netfilter';
import type { Command } from 'commander';
import { readText } from '../files.ts';
import { complain, print } from '../output.ts';

interface CheckOptions {
  readonly print?: boolean;
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** `chainwalk check FILE`: what is wrong with a ruleset, and what looks wrong. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description('read a ruleset and point at every fault, unreachable rule, unused chain and endless jump')
    .argument('<file>', 'what iptables-save prints; - reads standard input')
    .option('--print', 'print the ruleset as iptables-save would, if it has no fault')
    .option('--json', 'print the findings as JSON')
    .option('--strict', 'warnings make the exit status non-zero too')
    .addHelpText('after', '\nExample:\n  iptables-save | chainwalk check - --print')
    .action((file: string, options: CheckOptions) => {
      const text = readText(file);
      const findings = checkRuleset(text, file === '-' ? '(standard input)' : file);
      const faults = findings.filter((finding) => finding.severity === 'error');
      if (options.json === true) print(`${JSON.stringify(findings, undefined, 1)}\n`);
      else for (const finding of findings) complain(formatDiagnostic(finding));
      if (options.print === true && faults.length === 0) print(canonical(text, file));
      if (options.print !== true && options.json !== true && findings.length === 0) print(`${file}: no fault found\n`);
      if (faults.length > 0 || (options.strict === true && findings.length > 0)) process.exitCode = 1;
    });
}

/** The ruleset as iptables-save prints it, with the tables in the order in which a packet meets them, without counters. */
function canonical(text: string, source: string): string {
  const { ruleset } = parseRestore(text, source, { registry: DEFAULT_EXTENSIONS });
  const order = (name: string): number => (TABLE_NAMES as readonly string[]).indexOf(name);
  // iptables-save prints the newest table first.
  const tables = [...ruleset.tables].sort((a, b) => order(b.name) - order(a.name));
  return saveRuleset({ tables }, { registry: DEFAULT_EXTENSIONS });
}

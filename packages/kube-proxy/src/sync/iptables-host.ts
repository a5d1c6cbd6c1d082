import { splitWords } from '@chainwalk/core';
import { fedRule } from '../iptables/rule.ts';
import { CANARY, type Ruleset } from '../iptables/ruleset.ts';
import { complaint, type Tools } from './tools.ts';

/** The iptables side of a host, through its tools. */
export class IptablesHost {
  readonly #tools: Tools;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** Chains, and jumps at the top of the base chains, each only if it is missing; answers how many commands that took. */
  ensureJumps(ruleset: Ruleset): number {
    let commands = 0;
    const run = (line: string): boolean => {
      commands++;
      return this.#tools.run(splitWords(line)!).status === 0;
    };
    for (const table of ruleset.canary) run(`iptables -t ${table} -N ${CANARY}`);
    const ensured = new Set<string>();
    for (const { table, rule } of ruleset.jumps) {
      const chain = rule.target.fed;
      if (!ensured.has(`${table} ${chain}`)) run(`iptables -t ${table} -N ${chain}`);
      ensured.add(`${table} ${chain}`);
      const words = fedRule(rule).replace(/^-A /, '');
      if (!run(`iptables -t ${table} -C ${words}`)) run(`iptables -t ${table} -I ${words}`);
    }
    return commands;
  }

  /** Whether the canary chain is still there. */
  hasCanary(): boolean {
    return this.#tools.run(['iptables', '-t', 'mangle', '-S', CANARY]).status === 0;
  }

  /** The chains of nat, by iptables-save. */
  natChains(): readonly string[] {
    const { stdout } = this.#tools.run(['iptables-save', '-t', 'nat']);
    return [...stdout.matchAll(/^:(\S+) /gm)].map((match) => match[1]!);
  }

  /** `iptables-restore --noflush --counters`; the answer is its complaint. */
  restore(input: string): string | undefined {
    const argv = ['iptables-restore', '--noflush', '--counters'];
    const result = this.#tools.run(argv, input);
    return result.status === 0 ? undefined : complaint(argv, result);
  }
}

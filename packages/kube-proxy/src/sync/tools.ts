import type { CommandResult } from '@chainwalk/core';

/**
 * The tools of a host: a command's words and its standard input in, what it printed and its status out. A node of
 * `@chainwalk/scenario` is one; so is anything that can run `iptables-restore`.
 */
export interface Tools {
  run(argv: readonly string[], stdin?: string): CommandResult;
}

/** What a failed command said, on one line. */
export function complaint(argv: readonly string[], result: CommandResult): string {
  const said = (result.stderr || result.stdout).trim().split('\n').join('; ');
  return `${argv[0]} failed with status ${result.status}${said === '' ? '' : `: ${said}`}`;
}

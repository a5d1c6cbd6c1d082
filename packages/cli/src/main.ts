import { formatDiagnostic, InputError } from '@chainwalk/core';
import { Command, CommanderError } from 'commander';
import { addCheck } from './commands/check.ts';
import { addJudge } from './commands/judge.ts';
import { addKubeProxy } from './commands/kube-proxy.ts';
import { addLoad } from './commands/load.ts';
import { addReplay } from './commands/replay.ts';
import { addRun } from './commands/run.ts';
import { addTrace } from './commands/trace.ts';
import { complain } from './output.ts';
import { VERSION } from './version.ts';

/** The whole command-line interface. */
export function program(): Command {
  const root = new Command('chainwalk')
    .description("walk packets through Linux's netfilter without a kernel, root or a network")
    .version(VERSION)
    .showHelpAfterError('(see --help)')
    .showSuggestionAfterError()
    .exitOverride();
  addRun(root);
  addTrace(root);
  addCheck(root);
  addReplay(root);
  addLoad(root);
  addKubeProxy(root);
  addJudge(root);
  // A subcommand does not inherit what was said to the root after it was made.
  for (const command of root.commands.flatMap((one) => [one, ...one.commands])) {
    command.exitOverride().showHelpAfterError('(see --help)');
  }
  return root;
}

/**
 * Runs the command line. Bad input ends with a message and status 1, bad use with status 2; a bug of chainwalk prints
 * its stack and asks to be reported.
 */
export async function main(argv: readonly string[]): Promise<void> {
  // A reader that stops reading (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof InputError) {
      for (const fault of error.diagnostics) complain(formatDiagnostic(fault));
      process.exitCode = 1;
    } else {
      complain(`This is a bug of chainwalk ${VERSION}, please report it with the command and its input:`);
      complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
      process.exitCode = 70;
    }
  }
}

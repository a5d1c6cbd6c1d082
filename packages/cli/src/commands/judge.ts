import { refuse } from '@chainwalk/core';
import { readScenarios } from '@chainwalk/scenario';
import type { Command } from 'commander';
import { readText } from '../files.ts';
import { complain, print } from '../output.ts';

/** `chainwalk judge FILE...`: a real Linux kernel plays the same scenarios, and the answers are compared. */
export function addJudge(program: Command): void {
  program
    .command('judge')
    .description('let a real Linux 6.1 kernel play scenario files too, and show where it answers differently')
    .argument('<file...>', 'scenario files, JSON or YAML')
    .option('--jobs <number>', 'kernels side by side', Number, 1)
    .addHelpText(
      'after',
      '\nThe kernel is user-mode Linux, an ordinary process that needs no root (Debian packages user-mode-linux kmod iptables\nipset ipvsadm conntrack iproute2 python3).\n\nExample:\n  chainwalk judge my-firewall.yaml',
    )
    .action(async (files: string[], options: { jobs: number }) => {
      const scenarios = files.flatMap((file) => readScenarios(readText(file), file));
      // Loaded only here: nobody else needs the harness.
      const { judgeInWords, lacking } = await import('@chainwalk/conformance');
      const why = lacking(process.env);
      if (why !== undefined)
        refuse('no-kernel', `no real kernel can be asked: ${why}`, undefined, 'see chainwalk judge --help');
      const { text, agree } = await judgeInWords(scenarios, { jobs: options.jobs, onNote: complain });
      print(text);
      if (!agree) process.exitCode = 1;
    });
}

import { refuse } from '@chainwalk/core';
import { readScenarios } from '@chainwalk/scenario';
import type { Command } from 'commander';
import { readText } from '../files.ts';
import { count } from '../option-values.ts';
import { complain, print } from '../output.ts';

/** `chainwalk judge FILE...`: a real Linux kernel plays the same scenarios, and the answers are compared. */
export function addJudge(program: Command): void {
  program
    .command('judge')
    .description('let a real Linux kernel play scenario files too, and show where it answers differently')
    .argument('<file...>', 'scenario files, JSON or YAML')
    .option('--kernel <which>', '6.1, the reference, or own, that of this machine', '6.1')
    .option('--jobs <number>', 'kernels side by side', count, 1)
    .addHelpText(
      'after',
      "\nLinux 6.1 is user-mode Linux, an ordinary process that needs no root (Debian packages user-mode-linux kmod iptables\nipset ipvsadm conntrack iproute2 python3). With --kernel own this machine's kernel plays in namespaces of its own, which\ntakes root; what it lacks is left out, and chainwalk plays as a kernel of its age and clock.\n\nExamples:\n  chainwalk judge my-firewall.yaml\n  sudo chainwalk judge --kernel own my-firewall.yaml",
    )
    .action(async (files: string[], options: { kernel: string; jobs: number }) => {
      const { kernel } = options;
      if (kernel !== '6.1' && kernel !== 'own') refuse('bad-option', `--kernel is 6.1 or own, not "${kernel}"`);
      const scenarios = files.flatMap((file) => readScenarios(readText(file), file));
      // Loaded only here: nobody else needs the harness.
      const { judgeInWords, lacking, lackingForOwn } = await import('@chainwalk/conformance');
      const why = kernel === 'own' ? await lackingForOwn(process.env) : lacking(process.env);
      if (why !== undefined)
        refuse('no-kernel', `no real kernel can be asked: ${why}`, undefined, 'see chainwalk judge --help');
      const { text, agree } = await judgeInWords(scenarios, { jobs: options.jobs, kernel, onNote: complain });
      print(text);
      if (!agree) process.exitCode = 1;
    });
}

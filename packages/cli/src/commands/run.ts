import { type Diagnostic, formatDiagnostic, InputError, renderTrace } from '@chainwalk/core';
import { Player, readScenarios, type ScenarioResult, type StepResult } from '@chainwalk/scenario';
import type { Command } from 'commander';
import { readText } from '../files.ts';
import { addColour, wholeNumber } from '../option-values.ts';
import { complain, painter, print, wantsColour } from '../output.ts';

interface RunOptions {
  readonly json?: boolean;
  readonly seed?: number;
  readonly walk?: boolean;
  readonly colour: 'auto' | 'always' | 'never';
}

/** `chainwalk run FILE...`: plays scenarios and says what came out. */
export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description('play scenario files and print what came out')
    .argument('<file...>', 'scenario files, JSON or YAML; - reads standard input')
    .option('--json', 'print one array of results, in the order of the scenarios')
    .option('--walk', 'also print the walk of every packet')
    .option('--seed <number>', "seed of the random streams, over the scenario's own", wholeNumber)
    .addHelpText(
      'after',
      '\nExample:\n  chainwalk run examples/scenarios/router.yaml --walk\n  chainwalk run *.json --json > results.json',
    )
    .action((files: string[], options: RunOptions) => runScenarios(files, options));
  addColour(command);
}

/** Plays every scenario of every file. A file that cannot be read or played does not keep the others from being played. */
function runScenarios(files: readonly string[], options: RunOptions): void {
  const results: ScenarioResult[] = [];
  const faults: Diagnostic[] = [];
  const paint = painter(wantsColour(options.colour, process.stdout));
  for (const file of files) {
    try {
      for (const scenario of readScenarios(readText(file), file)) {
        const player = new Player(scenario, {
          traces: options.walk === true && options.json !== true,
          ...(options.seed === undefined ? {} : { seed: options.seed }),
        });
        const result = player.play().result();
        results.push(result);
        if (options.json === true) continue;
        print(`${paint('packet', `# ${result.name || file}`)}\n`);
        for (const [index, step] of result.steps.entries()) {
          print(`${paint('hook', `step ${index + 1}`)} ${describeStep(player, index)}\n${describeResult(step)}`);
          for (const { step: at, trace } of player.traces)
            if (at === index) print(indent(renderTrace(trace, { paint })));
        }
        print(finalState(result));
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(
        ...error.diagnostics.map((fault) =>
          fault.place === undefined && !fault.message.startsWith(`${file}: `)
            ? { ...fault, message: `${file}: ${fault.message}` }
            : fault,
        ),
      );
    }
  }
  if (options.json === true) print(`${JSON.stringify(results, undefined, 1)}\n`);
  for (const fault of faults) complain(formatDiagnostic(fault));
  if (faults.length > 0) process.exitCode = 1;
}

function describeStep(player: Player, index: number): string {
  const step = player.scenario.steps[index]!;
  const at = step.at === undefined ? '' : `at ${step.at} ms: `;
  if (step.run !== undefined) return `${at}$ ${step.run}`;
  if (step.reply !== undefined) return `${at}reply to ${step.reply}`;
  if (step.reply_error !== undefined) return `${at}ICMP ${step.type ?? 3}/${step.code ?? 0} about ${step.reply_error}`;
  const packet = step.packet!;
  const port = (number: number | undefined): string => (number === undefined ? '' : `:${number}`);
  return `${at}${step.in === undefined ? 'sent' : `in ${step.in}`} ${packet.proto} ${packet.src}${port(packet.sport)} > ${packet.dst}${port(packet.dport)} ${packet.flags ?? ''}`.trimEnd();
}

function describeResult(step: StepResult): string {
  const lines: string[] = [];
  for (const event of step.events) {
    const { packet } = event;
    const port = (number: number | undefined): string => (number === undefined ? '' : `:${number}`);
    const what =
      `${packet.proto} ${packet.src}${port(packet.sport)} > ${packet.dst}${port(packet.dport)} ${packet.flags ?? ''}`.trimEnd();
    const type = packet.type === undefined ? '' : ` type ${packet.type} code ${packet.code}`;
    lines.push(
      `  ${'out' in event ? `out ${event.out}` : `delivered ${event.deliver}`}: ${what}${type} ttl ${packet.ttl} len ${packet.len}`,
    );
  }
  if (step.skipped === true) lines.push('  skipped: there is nothing to answer');
  if (step.error !== undefined) lines.push(`  the sender sees ${step.error}`);
  if (step.status !== undefined && step.status !== 0) lines.push(`  exit status ${step.status}`);
  if (step.stdout !== undefined && step.stdout !== '') lines.push(indent(step.stdout).trimEnd());
  for (const line of step.trace ?? []) lines.push(`  TRACE ${line}`);
  if (lines.length === 0 && step.status === undefined) lines.push('  nothing came out');
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function finalState(result: ScenarioResult): string {
  let text = '';
  if (result.iptables !== '') text += `\n# iptables-save -c\n${result.iptables}`;
  if (result.conntrack.length > 0) text += `\n# conntrack -L -o extended\n${result.conntrack.join('\n')}\n`;
  if (result.ipvs.includes('->  ') || /^(TCP|UDP|SCTP|FWM)/m.test(result.ipvs))
    text += `\n# ipvsadm -Ln --exact\n${result.ipvs}`;
  if (result.ipvs_conns.trim().split('\n').length > 2) text += `\n# ipvsadm -Lnc\n${result.ipvs_conns}`;
  if (result.ipset !== '') text += `\n# ipset save\n${result.ipset}`;
  return `${text}\n`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

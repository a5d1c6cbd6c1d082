import { formatDiagnostic, refuse } from '@chainwalk/core';
import {
  type ClusterObjects,
  diffText,
  type ProxyMode,
  parseObjectFiles,
  parseProxyConfig,
  type RenderOptions,
  render,
  renderText,
  scenarioHost,
  traceText,
} from '@chainwalk/kube-proxy';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { readText } from '../files.ts';
import { count, wholeNumber } from '../option-values.ts';
import { complain, print } from '../output.ts';

interface CommonOptions {
  readonly node: string;
  readonly config?: string;
  readonly generation: string;
}

interface RenderCommandOptions extends CommonOptions {
  readonly mode?: string;
  readonly scenario?: boolean;
  readonly nfacct: boolean;
}

interface TraceCommandOptions extends CommonOptions {
  readonly from: string;
  readonly to: string;
  readonly tries: number;
  readonly seed: number;
}

const MODES: readonly string[] = ['iptables', 'ipvs', 'userspace'];

/** `chainwalk kube-proxy render|trace|diff`: Services in, the rules of kube-proxy out. */
export function addKubeProxy(program: Command): void {
  const root = program.command('kube-proxy').description('what kube-proxy installs for Services, in each of its modes');
  const common = (command: Command): Command =>
    command
      .requiredOption('--node <name>', 'the node on which kube-proxy runs')
      .option('--config <file>', 'a KubeProxyConfiguration (v1alpha1)')
      .option('--generation <which>', 'of the iptables rules: current or 1.12', 'current');

  common(
    root
      .command('render')
      .description('print what iptables-save, ipset save and ipvsadm -Sn would show on a node')
      .argument('<file...>', 'kubectl get svc,endpointslices,nodes -o yaml'),
  )
    .option('--mode <mode>', 'iptables, ipvs or userspace; over the configuration')
    .option('--scenario', 'print a scenario host ready for chainwalk run instead')
    .option('--no-nfacct', 'leave out the accounting objects that a node may not have')
    .addHelpText('after', '\nExample:\n  chainwalk kube-proxy render cluster.yaml --mode ipvs --node worker-1')
    .action((files: string[], options: RenderCommandOptions) => {
      const mode = modeOf(options.mode);
      const rendered = render(readObjects(files), {
        ...renderOptions(options),
        ...(mode === undefined ? {} : { mode }),
        // A scenario cannot make the nfacct objects that some rules count into.
        ...(options.scenario === true || !options.nfacct ? { nfacct: false } : {}),
      });
      print(options.scenario === true ? stringify(scenarioHost(rendered), { lineWidth: 0 }) : renderText(rendered));
    });

  common(
    root
      .command('trace')
      .description('say where connections end in each mode, side by side, and where the modes differ')
      .argument('<file...>', 'kubectl get svc,endpointslices,nodes -o yaml'),
  )
    .requiredOption('--from <ip>', 'the client')
    .requiredOption('--to <ip:port>', 'the destination, with /udp or /sctp behind it for another protocol than TCP')
    .option('--tries <number>', 'connections that are tried to see every outcome', count, 100)
    .option('--seed <number>', 'seed of the random streams', wholeNumber, 1)
    .addHelpText(
      'after',
      '\nExample:\n  chainwalk kube-proxy trace cluster.yaml --node worker-1 --from 10.244.1.30 --to 10.96.12.34:80',
    )
    .action((files: string[], options: TraceCommandOptions) => {
      const { from, to, tries, seed } = options;
      print(traceText(readObjects(files), { ...renderOptions(options), from, to, tries, seed }));
    });

  common(
    root
      .command('diff')
      .description('show what a change of the cluster rewrites in each mode')
      .argument('<old>', 'the cluster before')
      .argument('<new>', 'the cluster after'),
  )
    .addHelpText('after', '\nExample:\n  chainwalk kube-proxy diff before.yaml after.yaml --node worker-1')
    .action((before: string, after: string, options: CommonOptions) => {
      print(diffText(readObjects([before]), readObjects([after]), renderOptions(options)));
    });
}

function readObjects(files: readonly string[]): ClusterObjects {
  const objects = parseObjectFiles(files.map((file) => ({ source: file, text: readText(file) })));
  for (const warning of objects.warnings) complain(formatDiagnostic(warning));
  if (objects.services.length === 0) complain(`warning: there is no Service in ${files.join(', ')}`);
  return objects;
}

function renderOptions(options: CommonOptions): RenderOptions {
  if (options.generation !== 'current' && options.generation !== '1.12') {
    refuse('bad-generation', `--generation "${options.generation}" is not known`, undefined, 'write current or 1.12');
  }
  return {
    node: options.node,
    generation: options.generation,
    ...(options.config === undefined ? {} : { config: parseProxyConfig(readText(options.config), options.config) }),
  };
}

function modeOf(text: string | undefined): ProxyMode | undefined {
  if (text !== undefined && !MODES.includes(text)) {
    refuse('bad-mode', `--mode "${text}" is not modelled`, undefined, `modes are ${MODES.join(', ')}`);
  }
  return text as ProxyMode | undefined;
}

import { refuse, Simulation, type Step, type Trace } from '@chainwalk/core';
import type { ClusterObjects } from '../api/parse-objects.ts';
import { DEFAULT_CONFIG, type ProxyMode } from '../api/proxy-config.ts';
import { Cluster } from '../model/cluster.ts';
import { nodeInfo } from '../model/node-info.ts';
import type { Protocol } from '../model/service-port.ts';
import { resolveSettings } from '../model/settings.ts';
import { type RenderOptions, renderEntries } from '../render.ts';
import { differencesOf, type KnownDifference, MASQUERADING } from './differences.ts';
import { type FlowSpec, fateText, isMasqueraded, type Walk, walk } from './fate.ts';
import { bareNode, install, nodeNetwork } from './node-setup.ts';

/** Where a flow ends in one mode: every outcome that was seen, with how often, and one walk in full. */
export interface ModeOutcome {
  readonly mode: ProxyMode;
  readonly outcomes: ReadonlyMap<string, number>;
  readonly tries: number;
  readonly masqueraded: boolean;
  readonly walk: Walk;
}

/** A flow's outcomes in several modes, side by side. */
export interface FlowComparison {
  readonly flow: FlowSpec;
  readonly modes: readonly ModeOutcome[];
  /** Whether all modes reach the same outcomes, be they masqueraded or not. */
  readonly agree: boolean;
  /** What may be behind a disagreement. */
  readonly differences: readonly KnownDifference[];
}

/** Which flow to follow, and how. */
export interface TraceOptions extends Omit<RenderOptions, 'mode'> {
  readonly from: string;
  /** `IP:PORT`, with `/udp` or `/sctp` behind it for another protocol than TCP. */
  readonly to: string;
  /** Default: all three, in the generation of 1.12 without IPVS. */
  readonly modes?: readonly ProxyMode[];
  /** Connections that are tried to see every outcome. Default 100. */
  readonly tries?: number;
  readonly seed?: number;
}

const MODES: readonly ProxyMode[] = ['iptables', 'ipvs', 'userspace'];
const LEGACY_MODES: readonly ProxyMode[] = ['iptables', 'userspace'];

/** Reads `IP:PORT[/PROTOCOL]`. @throws InputError */
export function parseDestination(text: string): {
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
} {
  const match = /^(\d+\.\d+\.\d+\.\d+):(\d+)(?:\/(tcp|udp|sctp))?$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port < 1 || port > 65535) {
    refuse(
      'invalid-destination',
      `"${text}" is no destination`,
      undefined,
      'write it as 10.96.0.10:80 or 10.96.0.10:53/udp',
    );
  }
  return { to: match[1]!, port, protocol: (match[3] ?? 'tcp') as Protocol };
}

/** Follows a flow through a node in each mode. The rules' nfacct counters are left out: they count and do nothing. */
export function compareModes(objects: ClusterObjects, options: TraceOptions): FlowComparison {
  const node = nodeInfo(options.node, objects, options.nodeOptions);
  const settings = resolveSettings(options.config ?? DEFAULT_CONFIG, node, { ...options, nfacct: false });
  const entries = new Cluster(node.name, settings.family, objects).entries();
  if (!node.addresses.some((address) => !address.includes(':'))) {
    const hint = 'give its Node object with an InternalIP, or addresses in the options';
    refuse(
      'node-without-address',
      `node ${node.name} has no IPv4 address, and a packet cannot be sent from it`,
      undefined,
      hint,
    );
  }
  const flow: FlowSpec = { from: options.from, ...parseDestination(options.to) };
  const tries = options.tries ?? 100;
  const modes = (options.modes ?? (settings.generation === '1.12' ? LEGACY_MODES : MODES)).map((mode): ModeOutcome => {
    const host = bareNode(new Simulation({ seed: options.seed ?? 1 }), nodeNetwork(settings, entries));
    install(host, renderEntries(entries, settings, mode));
    const outcomes = new Map<string, number>();
    let masqueraded = false;
    let first: Walk | undefined;
    for (let i = 0; i < tries; i++) {
      const walked = walk(host, { ...flow, sourcePort: 20000 + (i % 40000) });
      first ??= walked;
      const text = fateText(walked.fate);
      outcomes.set(text, (outcomes.get(text) ?? 0) + 1);
      masqueraded ||= isMasqueraded(walked.fate);
    }
    return { mode, outcomes, tries, masqueraded, walk: first! };
  });
  const ends = (outcome: ModeOutcome): string => [...outcome.outcomes.keys()].sort().join(' ');
  const [first] = modes;
  const deviating = modes.filter((outcome) => ends(outcome) !== ends(first!)).map((outcome) => outcome.mode);
  const masked = modes.filter((outcome) => outcome.masqueraded !== first!.masqueraded).map((outcome) => outcome.mode);
  return {
    flow,
    modes,
    agree: deviating.length === 0,
    differences: [
      ...differencesOf(flow, entries, settings, deviating),
      ...(MASQUERADING.modes.some((mode) => masked.includes(mode)) ? [MASQUERADING] : []),
    ],
  };
}

/** What `chainwalk kube-proxy trace` prints. */
export function traceText(objects: ClusterObjects, options: TraceOptions): string {
  const { flow, modes, agree, differences } = compareModes(objects, options);
  const lines = [`${flow.protocol} ${flow.from} -> ${flow.to}:${flow.port} on ${options.node}`, ''];
  const rows = modes.map((outcome) => [
    outcome.mode,
    [...outcome.outcomes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([text, count]) =>
        outcome.outcomes.size === 1 ? words(text) : `${words(text)} ${((100 * count) / outcome.tries).toFixed(0)} %`,
      )
      .join(', '),
    outcome.masqueraded ? 'masqueraded' : '',
  ]);
  const width = Math.max(...rows.map((row) => row[0]!.length));
  for (const [mode, outcome, masq] of rows)
    lines.push(`${mode!.padEnd(width)}  ${outcome}${masq === '' ? '' : ` (${masq})`}`);
  lines.push('');
  for (const outcome of modes) {
    lines.push(`${outcome.mode}:`);
    for (const step of pathOf(outcome.walk.trace)) lines.push(`  ${step}`);
  }
  lines.push('');
  const same = modes.every((outcome) => outcome.masqueraded === modes[0]!.masqueraded);
  if (agree && same) lines.push('The modes agree.');
  else {
    lines.push(agree ? 'The modes agree where it ends, and differ in masquerading.' : 'The modes differ.');
    if (differences.length > 0) lines.push('Known reasons that may apply:');
    for (const { modes: of, why, source } of differences) lines.push(`- ${of.join(', ')}: ${why} [${source}]`);
  }
  return `${lines.join('\n')}\n`;
}

function words(outcome: string): string {
  switch (outcome) {
    case '-':
      return 'routed on as it is';
    case 'DROP':
      return 'dropped';
    case 'REJECT':
      return 'rejected';
    case 'ACCEPT':
      return 'delivered to the node';
    default:
      return outcome;
  }
}

/** The steps that decide: rules that matched, routes, changes, and how it ended. */
export function pathOf(trace: Trace): readonly string[] {
  return trace.steps.flatMap((step) => describe(step));
}

function describe(step: Step): readonly string[] {
  switch (step.kind) {
    case 'rule':
      return step.outcome === 'matched'
        ? [`${step.table} ${step.chain} ${step.number}: ${step.target || 'counted'}`]
        : [];
    case 'route':
      return [`route: ${step.decision}`];
    case 'change':
      return step.field === 'ttl' ? [] : [`${step.field}: ${step.from} -> ${step.to} by ${step.by}`];
    case 'ipvs':
      return [`ipvs: ${step.text}`];
    case 'drop':
      return [`dropped at ${step.at}: ${step.reason}`];
    case 'transmit':
      return [`out of ${step.device}`];
    case 'deliver':
      return [`delivered by ${step.device}`];
    case 'answer':
      return [`answered with ${step.what}`];
    default:
      return [];
  }
}

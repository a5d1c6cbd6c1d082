import type { ClusterObjects } from './api/parse-objects.ts';
import { DEFAULT_CONFIG, type ProxyMode } from './api/proxy-config.ts';
import { savedRule } from './iptables/rule.ts';
import { RuleCache } from './iptables/rule-cache.ts';
import { type Ruleset, restoreInput, rulesOf } from './iptables/ruleset.ts';
import { buildIpvsState, ipvsServiceParts } from './ipvs/build.ts';
import { SET_KEYS, setName } from './ipvs/sets.ts';
import { DUMMY_DEVICE, hostPort, type IpvsState, type VirtualServer, virtualServerKey } from './ipvs/state.ts';
import { Cluster, nameOf, type ServiceEntry } from './model/cluster.ts';
import { nodeInfo } from './model/node-info.ts';
import { type ProxySettings, resolveSettings } from './model/settings.ts';
import { isServiceChain } from './names/chain-names.ts';
import type { RenderOptions } from './render.ts';
import { serverOptions, serverWords } from './sync/ipvs-host.ts';
import { allocateProxyPorts, userspaceRuleset } from './userspace/render.ts';

/** What a change of objects comes to in one mode. */
export interface ModeDiff {
  readonly mode: ProxyMode;
  /** Rules that went and came, in the form of iptables-save. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** Commands for sets, virtual servers and addresses. */
  readonly commands: readonly string[];
  /** Lines and bytes that iptables-restore is fed: by a partial sync where the mode has one, and by a full one. */
  readonly partial: { readonly lines: number; readonly bytes: number } | undefined;
  readonly full: { readonly lines: number; readonly bytes: number };
}

/** Compares two versions of a cluster on one node, in each mode; IPVS mode only in today's generation. */
export function diffObjects(
  before: ClusterObjects,
  after: ClusterObjects,
  options: Omit<RenderOptions, 'mode'>,
): readonly ModeDiff[] {
  const settings = (objects: ClusterObjects): ProxySettings =>
    resolveSettings(options.config ?? DEFAULT_CONFIG, nodeInfo(options.node, objects, options.nodeOptions), options);
  const [old, next] = [settings(before), settings(after)];
  const cluster = new Cluster(options.node, old.family, before);
  const entries = cluster.entries();
  const changed = applyChanges(cluster, before, after);
  const now = cluster.entries();
  return [
    iptablesDiff(entries, now, changed, old, next),
    ...(next.generation === '1.12' ? [] : [ipvsDiff(stateOf(entries, old), stateOf(now, next), next)]),
    userspaceDiff(entries, now, old, next),
  ];
}

/** Brings a cluster to another version by the fewest changes, and answers whose Services changed. */
function applyChanges(cluster: Cluster, before: ClusterObjects, after: ClusterObjects): ReadonlySet<string> {
  const changed = new Set<string>();
  const note = (change: { readonly name: string } | undefined): void => {
    if (change !== undefined) changed.add(change.name);
  };
  const services = new Set(after.services.map((service) => nameOf(service.metadata)));
  const slices = new Set(after.endpointSlices.map((slice) => nameOf(slice.metadata)));
  for (const slice of before.endpointSlices) if (!slices.has(nameOf(slice.metadata))) note(cluster.deleteSlice(slice));
  for (const slice of after.endpointSlices) note(cluster.setSlice(slice));
  for (const service of before.services) {
    if (!services.has(nameOf(service.metadata))) note(cluster.deleteService(nameOf(service.metadata)));
  }
  for (const service of after.services) note(cluster.setService(service));
  return changed;
}

function iptablesDiff(
  before: readonly ServiceEntry[],
  after: readonly ServiceEntry[],
  changed: ReadonlySet<string>,
  old: ProxySettings,
  next: ProxySettings,
): ModeDiff {
  const first = new RuleCache(old).ruleset(before);
  const cache = new RuleCache(next);
  const whole = cache.ruleset(after);
  const kept = new Set(whole.nat.chains);
  const stale = first.nat.chains.filter((chain) => isServiceChain(chain) && !kept.has(chain)).sort();
  const writes = (index: number): boolean => {
    const { port } = after[index]!;
    return changed.has(`${port.namespace}/${port.name}`);
  };
  const partial = next.generation === 'current' ? cache.ruleset(after, { writes, stale }) : undefined;
  return {
    mode: 'iptables',
    ...ruleChanges(first, whole),
    commands: [],
    partial: partial === undefined ? undefined : sizeOf(partial),
    full: sizeOf(whole),
  };
}

function userspaceDiff(
  before: readonly ServiceEntry[],
  after: readonly ServiceEntry[],
  old: ProxySettings,
  next: ProxySettings,
): ModeDiff {
  const first = userspaceRuleset(allocateProxyPorts(before), old);
  const whole = userspaceRuleset(allocateProxyPorts(after), next);
  return { mode: 'userspace', ...ruleChanges(first, whole), commands: [], partial: undefined, full: sizeOf(whole) };
}

function stateOf(entries: readonly ServiceEntry[], settings: ProxySettings): IpvsState {
  return buildIpvsState(
    entries.map((entry) => ipvsServiceParts(entry, settings)),
    settings,
  );
}

function ipvsDiff(before: IpvsState, after: IpvsState, settings: ProxySettings): ModeDiff {
  const commands: string[] = [];
  for (const key of SET_KEYS) {
    const name = setName(key, settings.family);
    for (const entry of before.sets.get(key)!)
      if (!after.sets.get(key)!.has(entry)) commands.push(`ipset del ${name} ${entry}`);
    for (const entry of after.sets.get(key)!)
      if (!before.sets.get(key)!.has(entry)) commands.push(`ipset add ${name} ${entry}`);
  }
  commands.push(...serverCommands(before.virtualServers, after.virtualServers));
  const mask = settings.family === 'ipv4' ? 32 : 128;
  for (const address of after.addresses) {
    if (!before.addresses.includes(address)) commands.push(`ip addr add ${address}/${mask} dev ${DUMMY_DEVICE}`);
  }
  for (const address of before.addresses) {
    if (!after.addresses.includes(address)) commands.push(`ip addr del ${address}/${mask} dev ${DUMMY_DEVICE}`);
  }
  return {
    mode: 'ipvs',
    ...ruleChanges(before.ruleset, after.ruleset),
    commands,
    partial: undefined,
    full: sizeOf(after.ruleset),
  };
}

function serverCommands(before: readonly VirtualServer[], after: readonly VirtualServer[]): readonly string[] {
  const commands: string[] = [];
  const old = new Map(before.map((server) => [virtualServerKey(server), server]));
  for (const server of after) {
    const known = old.get(virtualServerKey(server));
    old.delete(virtualServerKey(server));
    const words = serverWords(server);
    if (known === undefined) commands.push(`ipvsadm -A ${words} ${serverOptions(server)}`);
    else if (serverOptions(known) !== serverOptions(server))
      commands.push(`ipvsadm -E ${words} ${serverOptions(server)}`);
    const had = new Set(known?.realServers.map(hostPort));
    const has = new Set(server.realServers.map(hostPort));
    for (const real of has) if (!had.has(real)) commands.push(`ipvsadm -a ${words} -r ${real} -m -w 1`);
    for (const real of had) {
      // TCP servers with connections get weight 0 first; see GracefulTermination.
      if (!has.has(real)) commands.push(`ipvsadm -d ${words} -r ${real}`);
    }
  }
  for (const server of old.values()) commands.push(`ipvsadm -D ${serverWords(server)}`);
  return commands;
}

function sizeOf(ruleset: Ruleset): { readonly lines: number; readonly bytes: number } {
  const text = restoreInput(ruleset);
  return { lines: text.split('\n').length - 1, bytes: text.length };
}

function ruleChanges(before: Ruleset, after: Ruleset): { readonly removed: string[]; readonly added: string[] } {
  const lines = (ruleset: Ruleset): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const table of ['filter', 'nat'] as const) {
      for (const rule of rulesOf(ruleset[table])) {
        const line = `${table} ${savedRule(rule)}`;
        counts.set(line, (counts.get(line) ?? 0) + 1);
      }
    }
    return counts;
  };
  const [old, next] = [lines(before), lines(after)];
  const beyond = (some: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): string[] =>
    [...some].flatMap(([line, count]) => Array<string>(Math.max(0, count - (others.get(line) ?? 0))).fill(line));
  return { removed: beyond(old, next), added: beyond(next, old) };
}

/** What `chainwalk kube-proxy diff` prints. */
export function diffText(before: ClusterObjects, after: ClusterObjects, options: Omit<RenderOptions, 'mode'>): string {
  const parts = diffObjects(before, after, options).map((diff) => {
    const lines = [`# ${diff.mode}: ${summary(diff)}`];
    lines.push(...diff.removed.map((line) => `- ${line}`), ...diff.added.map((line) => `+ ${line}`), ...diff.commands);
    return lines.join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}

function summary(diff: ModeDiff): string {
  const size = (of: { readonly lines: number; readonly bytes: number }): string =>
    `${of.lines} lines, ${of.bytes} bytes`;
  const counts = `${diff.removed.length} rules go, ${diff.added.length} come`;
  const commands = diff.mode === 'ipvs' ? `, ${diff.commands.length} commands` : '';
  const partial = diff.partial === undefined ? '' : `; a partial sync writes ${size(diff.partial)}`;
  return `${counts}${commands}${partial}; a full sync writes ${size(diff.full)}`;
}

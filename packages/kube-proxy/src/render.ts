import { refuse, SECOND } from '@chainwalk/core';
import type { ClusterObjects } from './api/parse-objects.ts';
import { DEFAULT_CONFIG, type ProxyConfig, type ProxyMode } from './api/proxy-config.ts';
import { RuleCache } from './iptables/rule-cache.ts';
import { jumpCommands, type Ruleset, restoreInput, savedText } from './iptables/ruleset.ts';
import { buildIpvsState, ipvsServiceParts } from './ipvs/build.ts';
import { DUMMY_DEVICE, type IpvsState } from './ipvs/state.ts';
import { ipsetText, ipvsadmRestore, ipvsadmSave } from './ipvs/text.ts';
import { Cluster, type ServiceEntry } from './model/cluster.ts';
import { type NodeOptions, nodeInfo } from './model/node-info.ts';
import { type ProxySettings, resolveSettings, type SettingsOptions } from './model/settings.ts';
import { proxySysctls, type Sysctls } from './model/sysctls.ts';
import { allocateProxyPorts, type ProxyPort, userspaceRuleset } from './userspace/render.ts';

/** What one mode has besides its rules. */
interface RenderedParts {
  readonly mode: ProxyMode;
  readonly settings: ProxySettings;
  readonly entries: readonly ServiceEntry[];
  readonly ruleset: Ruleset;
  readonly ipvs?: IpvsState;
  readonly proxyPorts?: readonly ProxyPort[];
}

/**
 * What kube-proxy would have on a node, as values and in the tools' own words. Texts are written when asked for: those
 * of a large cluster have tens of megabytes.
 */
export class Rendered {
  readonly mode: ProxyMode;
  readonly settings: ProxySettings;
  readonly entries: readonly ServiceEntry[];
  readonly ruleset: Ruleset;
  /** In IPVS mode. */
  readonly ipvs: IpvsState | undefined;
  /** Local ports of the process in userspace mode. */
  readonly proxyPorts: readonly ProxyPort[];
  readonly #texts = new Map<string, string>();

  constructor(parts: RenderedParts) {
    this.mode = parts.mode;
    this.settings = parts.settings;
    this.entries = parts.entries;
    this.ruleset = parts.ruleset;
    this.ipvs = parts.ipvs;
    this.proxyPorts = parts.proxyPorts ?? [];
  }

  /** What a sync feeds to `iptables-restore --noflush`. Its chains hang in nowhere without {@link jumpCommands}. */
  get iptablesRestore(): string {
    return this.#text('restore', () => restoreInput(this.ruleset));
  }

  /** The commands that hang kube-proxy's chains into the base chains. */
  get jumpCommands(): readonly string[] {
    return jumpCommands(this.ruleset);
  }

  /** What `iptables-save` shows then, jumps included; `iptables-restore` takes it as it stands. */
  get iptablesSave(): string {
    return this.#text('save', () => savedText(this.ruleset));
  }

  /** `ipset save`, and equally input for `ipset restore`; '' outside IPVS mode. */
  get ipsetSave(): string {
    const { ipvs } = this;
    return ipvs === undefined ? '' : this.#text('ipset', () => ipsetText(ipvs.sets, this.settings.family));
  }

  /** `ipvsadm -R` input in kube-proxy's order; '' outside IPVS mode. */
  get ipvsadmRestore(): string {
    const { ipvs } = this;
    return ipvs === undefined ? '' : this.#text('ipvsadm -R', () => ipvsadmRestore(ipvs.virtualServers));
  }

  /** What `ipvsadm -Sn` prints; '' outside IPVS mode. */
  get ipvsadmSave(): string {
    const { ipvs } = this;
    return ipvs === undefined ? '' : this.#text('ipvsadm -Sn', () => ipvsadmSave(ipvs.virtualServers));
  }

  /** Addresses of kube-ipvs0. */
  get addresses(): readonly string[] {
    return this.ipvs?.addresses ?? [];
  }

  get sysctls(): Sysctls {
    return proxySysctls(this.mode, this.settings);
  }

  #text(name: string, write: () => string): string {
    let text = this.#texts.get(name);
    if (text === undefined) this.#texts.set(name, (text = write()));
    return text;
  }
}

/** Which node, how it is told to work, and what it can do. */
export interface RenderOptions extends SettingsOptions {
  readonly node: string;
  readonly nodeOptions?: NodeOptions;
  readonly config?: ProxyConfig;
  /** Overrides the configuration's. */
  readonly mode?: ProxyMode;
}

/**
 * Renders the state of one node. Deterministic: service ports are sorted by Service, where the real one takes them in
 * the arbitrary order of a Go map.
 */
export function render(objects: ClusterObjects, options: RenderOptions): Rendered {
  const node = nodeInfo(options.node, objects, options.nodeOptions);
  const settings = resolveSettings(options.config ?? DEFAULT_CONFIG, node, options);
  const cluster = new Cluster(node.name, settings.family, objects);
  return renderEntries(cluster.entries(), settings, options.mode ?? settings.config.mode);
}

/** As {@link render}, from service ports that are at hand already. */
export function renderEntries(entries: readonly ServiceEntry[], settings: ProxySettings, mode: ProxyMode): Rendered {
  const base = { mode, settings, entries };
  switch (mode) {
    case 'iptables':
      return new Rendered({ ...base, ruleset: new RuleCache(settings).ruleset(entries) });
    case 'ipvs': {
      if (settings.generation === '1.12') refuseLegacyIpvs();
      const parts = entries.map((entry) => ipvsServiceParts(entry, settings));
      const ipvs = buildIpvsState(parts, settings);
      return new Rendered({ ...base, ruleset: ipvs.ruleset, ipvs });
    }
    case 'userspace': {
      const proxyPorts = allocateProxyPorts(entries);
      return new Rendered({ ...base, ruleset: userspaceRuleset(proxyPorts, settings), proxyPorts });
    }
    case 'nftables':
      return refuse('mode-not-modelled', 'nftables mode is not modelled yet', undefined, 'use iptables or ipvs');
  }
}

/** The generation of 1.12 has other sets and chains in IPVS mode, which are not modelled. */
function refuseLegacyIpvs(): never {
  refuse(
    'generation-not-modelled',
    'IPVS mode is modelled for current releases only',
    undefined,
    'leave the generation out',
  );
}

/** `ipvsadm --set` with the timeouts that the configuration gives; none if it gives none. */
export function timeoutCommands(settings: ProxySettings): readonly string[] {
  const { tcpTimeout, tcpFinTimeout, udpTimeout } = settings.config.ipvs;
  if (tcpTimeout + tcpFinTimeout + udpTimeout === 0) return [];
  // 0 leaves a timeout as it is.
  return [
    `ipvsadm --set ${[tcpTimeout, tcpFinTimeout, udpTimeout].map((time) => Math.floor(time / SECOND)).join(' ')}`,
  ];
}

/** The commands that make kube-ipvs0 with its addresses. It stays down: an address is local all the same. */
export function dummyDeviceCommands(rendered: Pick<Rendered, 'mode' | 'addresses'>): readonly string[] {
  if (rendered.mode !== 'ipvs') return [];
  const create = `ip link add ${DUMMY_DEVICE} type dummy`;
  const mask = (address: string): number => (address.includes(':') ? 128 : 32);
  return [
    create,
    ...rendered.addresses.map((address) => `ip addr add ${address}/${mask(address)} dev ${DUMMY_DEVICE}`),
  ];
}

/**
 * Everything as one text, each part under a line that names its command: what `chainwalk kube-proxy render` prints.
 * Addresses and kernel parameters are comments, so that in iptables mode iptables-restore takes the whole as it stands.
 */
export function renderText(rendered: Rendered): string {
  const parts: string[] = [section('iptables-save', rendered.iptablesSave)];
  if (rendered.mode === 'ipvs') {
    parts.push(section('ipset save', rendered.ipsetSave));
    parts.push(section('ipvsadm -Sn', rendered.ipvsadmSave));
    const timeouts = timeoutCommands(rendered.settings);
    if (timeouts.length > 0) parts.push(section('timeouts', remarks(timeouts)));
    parts.push(section(`addresses of ${DUMMY_DEVICE}`, remarks(rendered.addresses)));
  }
  const sysctls = Object.entries(rendered.sysctls).map(([name, value]) => `${name} = ${value}`);
  if (sysctls.length > 0) parts.push(section('sysctl', remarks(sysctls)));
  return parts.join('\n');
}

function remarks(lines: readonly string[]): string {
  return lines.map((line) => `# ${line}\n`).join('');
}

function section(command: string, text: string): string {
  return `# ${command}\n${text}`;
}

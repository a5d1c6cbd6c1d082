import type { Family } from '@chainwalk/core';
import { canonicalCidr, cidrContains, familyOfText, isLoopbackText } from '../api/ip-text.ts';
import type { ProxyConfig } from '../api/proxy-config.ts';
import { type LocalDetector, localDetector } from './local-detector.ts';
import { type NodeInfo, nodeAddresses } from './node.ts';

/** Which releases' rules: today's, or those of about v1.12. */
export type Generation = 'current' | '1.12';

/** Where node ports answer: on every local address, or on these. */
export type NodePortAddresses =
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly addresses: readonly string[] };

/**
 * Everything besides the cluster that shapes the rules of one node in one family, worked out once. Immutable; compiled
 * rules are cached by its identity.
 */
export interface ProxySettings {
  readonly family: Family;
  readonly generation: Generation;
  readonly node: NodeInfo;
  readonly config: ProxyConfig;
  /** The mark that asks for masquerading: `1 << masqueradeBit`. */
  readonly masqueradeMark: number;
  readonly masqueradeAll: boolean;
  readonly localDetector: LocalDetector;
  readonly nodePortAddresses: NodePortAddresses;
  /** Whether node ports answer on 127.0.0.1 (iptables mode, IPv4). */
  readonly localhostNodePorts: boolean;
  /** Whether iptables knows MASQUERADE --random-fully (1.6.2 and later). */
  readonly randomFully: boolean;
  /** Whether the node has the nfacct counters of kube-proxy (the module xt_nfacct and their objects). */
  readonly nfacct: boolean;
  /** Whether `nf_conntrack_tcp_be_liberal` is set, which does without the rule that drops INVALID packets. */
  readonly tcpBeLiberal: boolean;
  /** The feature gate PreferSameTrafficDistribution. */
  readonly nodeHints: boolean;
  /** Whether kubelet's own chains are there, as they were up to 1.24 or so: KUBE-MARK-DROP and KUBE-FIREWALL. */
  readonly kubeletChains: boolean;
}

/** What a node is like besides its object; each has a default. */
export interface SettingsOptions {
  readonly family?: Family;
  readonly generation?: Generation;
  readonly randomFully?: boolean;
  readonly nfacct?: boolean;
  readonly kubeletChains?: boolean;
}

/** Works out the settings of a node. Defaults: IPv4, current releases, `--random-fully` and nfacct at hand. */
export function resolveSettings(config: ProxyConfig, node: NodeInfo, options: SettingsOptions = {}): ProxySettings {
  const family = options.family ?? 'ipv4';
  const generation = options.generation ?? 'current';
  const nodePortAddresses = resolveNodePortAddresses(config, node, family);
  return {
    family,
    generation,
    node,
    config,
    masqueradeMark: 2 ** config.iptables.masqueradeBit,
    masqueradeAll: config.iptables.masqueradeAll,
    localDetector: localDetector(config, node, family),
    nodePortAddresses,
    localhostNodePorts:
      family === 'ipv4' &&
      config.iptables.localhostNodePorts &&
      coversLoopback(config.nodePortAddresses, nodePortAddresses),
    randomFully: options.randomFully ?? generation === 'current',
    nfacct: options.nfacct ?? true,
    tcpBeLiberal: config.conntrack.tcpBeLiberal,
    nodeHints: config.featureGates['PreferSameTrafficDistribution'] ?? true,
    kubeletChains: options.kubeletChains ?? generation === '1.12',
  };
}

/**
 * `nodePortAddresses`: prefixes of the other family do not count; without any left, or with one of length 0, node ports
 * answer everywhere.
 */
function resolveNodePortAddresses(config: ProxyConfig, node: NodeInfo, family: Family): NodePortAddresses {
  const primary = node.primary[family];
  const cidrs: string[] = [];
  for (const entry of config.nodePortAddresses) {
    if (entry === 'all') return { kind: 'all' };
    if (entry === 'primary') {
      if (primary !== undefined) cidrs.push(`${primary}/${family === 'ipv4' ? 32 : 128}`);
    } else if (entry === 'localhost') cidrs.push(family === 'ipv4' ? '127.0.0.0/8' : '::1/128');
    else cidrs.push(canonicalCidr(entry) ?? entry);
  }
  const own = cidrs.filter((cidr) => familyOfText(cidr) === family);
  if (own.length === 0 || own.some((cidr) => cidr.endsWith('/0'))) return { kind: 'all' };
  const local = [...nodeAddresses(node, family), family === 'ipv4' ? '127.0.0.1' : '::1'];
  return { kind: 'some', addresses: local.filter((ip) => own.some((cidr) => cidrContains(cidr, ip))) };
}

function coversLoopback(given: readonly string[], resolved: NodePortAddresses): boolean {
  if (resolved.kind === 'all') return true;
  return (
    given.some((cidr) => cidr === 'localhost' || cidrContains(cidr, '127.0.0.1')) ||
    resolved.addresses.some(isLoopbackText)
  );
}

/** The addresses that IPVS mode serves node ports on: never loopback ones. */
export function ipvsNodePortAddresses(settings: ProxySettings): readonly string[] {
  const { nodePortAddresses, node, family } = settings;
  if (nodePortAddresses.kind === 'all') return nodeAddresses(node, family);
  return nodePortAddresses.addresses.filter((ip) => !isLoopbackText(ip));
}

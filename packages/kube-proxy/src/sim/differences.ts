import { cidrContains } from '../api/ip-text.ts';
import type { ProxyMode } from '../api/proxy-config.ts';
import type { ServiceEntry } from '../model/cluster.ts';
import type { ServicePort } from '../model/service-port.ts';
import type { ProxySettings } from '../model/settings.ts';
import { categorizeEndpoints } from '../model/topology.ts';
import type { FlowSpec } from './fate.ts';

/** A way in which modes treat a flow differently by design, with where that is said or done. */
export interface KnownDifference {
  readonly id: string;
  readonly modes: readonly ProxyMode[];
  readonly why: string;
  readonly source: string;
}

/** How connections that end at the same place may differ: in whose address they come from. */
export const MASQUERADING: KnownDifference = {
  id: 'masquerade-by-origin',
  modes: ['ipvs', 'userspace'],
  why: "IPVS mode does not masquerade the node's own connections nor those under a local policy; userspace mode replaces every connection by its own",
  source: 'kubernetes pkg/proxy/ipvs/README.md; pkg/proxy/userspace/proxysocket.go (removed in v1.26)',
};

/** Everything in which the modes are known to differ. What differs and is not on this list is a fault of ours. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    id: 'local-fallback',
    modes: ['ipvs'],
    why: 'with a local policy and no local endpoint, IPVS mode sends to all endpoints where iptables mode drops',
    source: 'kubernetes pkg/proxy/ipvs/proxier.go, syncEndpoint; kubernetes PR 97081',
  },
  {
    id: 'node-is-subject-to-policy',
    modes: ['ipvs'],
    why: 'IPVS mode holds the node itself to the external policy Local, past which iptables mode sends it to all endpoints',
    source: 'kubernetes pkg/proxy/ipvs/proxier.go, syncEndpoint: one set of real servers for every client',
  },
  {
    id: 'pod-is-subject-to-policy',
    modes: ['ipvs'],
    why: 'IPVS mode holds pods to the external policy Local, past which iptables mode sends them to all endpoints',
    source: 'kubernetes pkg/proxy/ipvs/proxier.go, syncEndpoint: one set of real servers for every client',
  },
  {
    id: 'vip-is-local',
    modes: ['ipvs'],
    why: 'in IPVS mode service addresses are local, so that ports which no Service has are rejected (KUBE-IPVS-FILTER) where iptables mode routes on',
    source: 'kubernetes pkg/proxy/ipvs/proxier.go, writeIptablesRules; kubernetes issue 72236',
  },
  {
    id: 'output-without-external-check',
    modes: ['ipvs', 'userspace'],
    why: 'iptables mode does not visit KUBE-EXTERNAL-SERVICES from OUTPUT, so that the node itself is not refused external addresses without endpoints',
    source: 'kubernetes pkg/proxy/iptables/proxier.go, iptablesJumpChains',
  },
  MASQUERADING,
  {
    id: 'userspace-policies',
    modes: ['userspace'],
    why: 'userspace mode knows no traffic policies, no source ranges, no terminating endpoints, no topology and no SCTP',
    source: 'kubernetes pkg/proxy/userspace (removed in v1.26)',
  },
  {
    id: 'userspace-accepts',
    modes: ['userspace'],
    why: 'the userspace process accepts a connection before it finds that there is no endpoint, and closes it then',
    source: 'kubernetes pkg/proxy/userspace/proxysocket.go (removed in v1.26)',
  },
  {
    id: 'physdev',
    modes: ['userspace'],
    why: 'the rules of userspace mode take external addresses only from remote traffic that did not come by a bridge',
    source: 'kubernetes v1.12 pkg/proxy/userspace/proxier.go, openOnePortal',
  },
  {
    id: 'firewall-before-service',
    modes: ['ipvs'],
    why: 'IPVS mode checks source ranges also where the service has no endpoints, and drops where iptables mode rejects',
    source: 'kubernetes pkg/proxy/ipvs/proxier.go, ipsetWithIptablesChain',
  },
];

/**
 * Which of the known differences can be behind it that these modes treat a flow otherwise than iptables mode does, given
 * the Services.
 */
export function differencesOf(
  flow: FlowSpec,
  entries: readonly ServiceEntry[],
  settings: ProxySettings,
  deviating: readonly ProxyMode[],
): readonly KnownDifference[] {
  const ids = new Set<string>();
  const entry = entries.find(({ port }) => answers(port, flow, settings));
  if (entry === undefined) {
    if (entries.some(({ port }) => addressesOf(port).includes(flow.to))) ids.add('vip-is-local');
  } else {
    const { port, endpoints } = entry;
    const sets = categorizeEndpoints(port, endpoints, settings);
    const policyLocal = flow.to === port.clusterIP ? port.internalPolicy === 'Local' : port.externalPolicy === 'Local';
    if (policyLocal && sets.local.length === 0) ids.add('local-fallback');
    if (settings.node.addresses.includes(flow.from)) {
      if (!sets.any) ids.add('output-without-external-check');
      if (policyLocal) ids.add('node-is-subject-to-policy');
    } else if (policyLocal && flow.to !== port.clusterIP && isPod(flow.from, settings))
      ids.add('pod-is-subject-to-policy');
    if (!endpoints.some((endpoint) => endpoint.ready)) ids.add('userspace-accepts');
    if (port.externalIPs.includes(flow.to)) ids.add('physdev');
    if (port.sourceRanges.length > 0 && !sets.any) ids.add('firewall-before-service');
    const plain = endpoints.every(
      (endpoint) => endpoint.ready && endpoint.zoneHints.length + endpoint.nodeHints.length === 0,
    );
    if (policyLocal || port.sourceRanges.length > 0 || !plain || port.protocol === 'sctp')
      ids.add('userspace-policies');
  }
  return KNOWN_DIFFERENCES.filter(({ id, modes }) => ids.has(id) && modes.some((mode) => deviating.includes(mode)));
}

/** Whether the rules take an address for a pod's; by a device they could, but here it is not known. */
function isPod(address: string, { localDetector }: ProxySettings): boolean {
  return localDetector.kind === 'cidr' ? cidrContains(localDetector.cidr, address) : localDetector.kind === 'device';
}

function addressesOf(port: ServicePort): readonly string[] {
  return [port.clusterIP, ...port.externalIPs, ...port.loadBalancerVIPs];
}

function answers(port: ServicePort, flow: FlowSpec, settings: ProxySettings): boolean {
  if (port.protocol !== flow.protocol) return false;
  if (port.port === flow.port && addressesOf(port).includes(flow.to)) return true;
  return port.nodePort === flow.port && (settings.node.addresses.includes(flow.to) || flow.to.startsWith('127.'));
}

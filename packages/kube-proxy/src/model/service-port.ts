import type { Family } from '@chainwalk/core';

/** Transport protocols that a Service port may have, as rules spell them. */
export type Protocol = 'tcp' | 'udp' | 'sctp';

/** Traffic policy of one direction: every endpoint, or those on this node. */
export type TrafficPolicy = 'Cluster' | 'Local';

/**
 * One port of one Service in one address family, with everything that kube-proxy makes rules of. Immutable; a port that
 * did not change keeps its identity from one version of the cluster to the next, and caches hang on that.
 *
 * Addresses are canonical texts, prefixes have their host bits cleared.
 */
export interface ServicePort {
  readonly family: Family;
  readonly namespace: string;
  readonly name: string;
  /** '' if the port has no name. */
  readonly portName: string;
  readonly protocol: Protocol;
  readonly clusterIP: string;
  readonly port: number;
  /** 0 for none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  /** Addresses of `status.loadBalancer.ingress` that the node itself shall serve (not `ipMode: Proxy`). */
  readonly loadBalancerVIPs: readonly string[];
  /** Empty: everybody. */
  readonly sourceRanges: readonly string[];
  /** Seconds of `ClientIP` session affinity; 0 for none. */
  readonly affinitySeconds: number;
  readonly internalPolicy: TrafficPolicy;
  readonly externalPolicy: TrafficPolicy;
  /** Only of LoadBalancer Services with a local external policy; otherwise 0. */
  readonly healthCheckNodePort: number;
}

/** What identifies a service port among all: kube-proxy's ServicePortName. */
export function servicePortKey(port: {
  readonly namespace: string;
  readonly name: string;
  readonly portName: string;
  readonly protocol: Protocol;
}): string {
  return `${port.namespace}/${port.name}:${port.portName}/${port.protocol}`;
}

/** Whether it can be reached by anything but its cluster IP. */
export function isExternallyAccessible(port: ServicePort): boolean {
  return port.nodePort !== 0 || port.loadBalancerVIPs.length > 0 || port.externalIPs.length > 0;
}

/**
 * Whether the set of all endpoints matters. With a local external policy it still does: pods and the node itself are
 * sent past the policy.
 */
export function usesClusterEndpoints(port: ServicePort): boolean {
  return port.internalPolicy !== 'Local' || isExternallyAccessible(port);
}

/** Whether the set of this node's endpoints matters. */
export function usesLocalEndpoints(port: ServicePort): boolean {
  return port.internalPolicy === 'Local' || (port.externalPolicy === 'Local' && isExternallyAccessible(port));
}

import type { Endpoint } from './endpoint.ts';
import { type NodeInfo, ZONE_LABEL } from './node.ts';
import { type ServicePort, usesClusterEndpoints, usesLocalEndpoints } from './service-port.ts';

/** Which endpoints of a service port this node uses, and for what. All lists keep the order of the endpoints. */
export interface CategorizedEndpoints {
  /** For the policy Cluster; empty if no policy of the service port asks for it. */
  readonly cluster: readonly Endpoint[];
  /** For the policy Local; empty if no policy of the service port asks for it. */
  readonly local: readonly Endpoint[];
  /** Those that can be reached from here by one policy or the other: each has rules. */
  readonly reachable: readonly Endpoint[];
  /** Whether any node has a usable endpoint: without one, clients are rejected rather than dropped. */
  readonly any: boolean;
}

/** What decides about the choice besides the endpoints. */
export interface TopologyOptions {
  readonly node: NodeInfo;
  /** The feature gate PreferSameTrafficDistribution: whether hints for nodes are looked at. */
  readonly nodeHints: boolean;
}

const NONE: readonly Endpoint[] = [];

/**
 * Sorts a service port's endpoints by use. A set without a ready endpoint falls back to those that still serve while
 * they terminate; the two sets fall back independently, and hints narrow the cluster set alone.
 */
export function categorizeEndpoints(
  port: ServicePort,
  endpoints: readonly Endpoint[],
  options: TopologyOptions,
): CategorizedEndpoints {
  const isLocal = (endpoint: Endpoint): boolean => endpoint.nodeName !== '' && endpoint.nodeName === options.node.name;
  const any = endpoints.some((endpoint) => endpoint.ready || isFallback(endpoint));
  let cluster = NONE;
  if (usesClusterEndpoints(port)) {
    const admits = hintFilter(endpoints, options);
    cluster = endpoints.filter((endpoint) => endpoint.ready && admits(endpoint));
    if (cluster.length === 0) cluster = endpoints.filter(isFallback);
  }
  let local = NONE;
  if (usesLocalEndpoints(port)) {
    local = endpoints.filter((endpoint) => endpoint.ready && isLocal(endpoint));
    if (local.length === 0) local = endpoints.filter((endpoint) => isFallback(endpoint) && isLocal(endpoint));
  }
  let reachable = cluster;
  if (local.length > 0) {
    const used = new Set([...cluster, ...local]);
    reachable = used.size === cluster.length ? cluster : endpoints.filter((endpoint) => used.has(endpoint));
  }
  return { cluster, local, reachable, any };
}

/** Still answers while it goes away. */
function isFallback(endpoint: Endpoint): boolean {
  return endpoint.serving && endpoint.terminating;
}

/**
 * Which ready endpoints the hints leave. A hint of one kind counts only if every ready endpoint has one and at least one
 * of them names this node or its zone; hints for nodes come before hints for zones.
 */
function hintFilter(endpoints: readonly Endpoint[], options: TopologyOptions): (endpoint: Endpoint) => boolean {
  let ready = 0;
  let nodeHinted = 0;
  let zoneHinted = 0;
  let forNode = false;
  let forZone = false;
  const zone = options.node.labels[ZONE_LABEL];
  for (const endpoint of endpoints) {
    if (!endpoint.ready) continue;
    ready++;
    if (endpoint.nodeHints.length > 0) nodeHinted++;
    if (endpoint.zoneHints.length > 0) zoneHinted++;
    forNode ||= endpoint.nodeHints.includes(options.node.name);
    forZone ||= zone !== undefined && endpoint.zoneHints.includes(zone);
  }
  if (options.nodeHints && ready > 0 && nodeHinted === ready && forNode) {
    return (endpoint) => endpoint.nodeHints.includes(options.node.name);
  }
  if (ready > 0 && zoneHinted === ready && forZone) return (endpoint) => endpoint.zoneHints.includes(zone!);
  return () => true;
}

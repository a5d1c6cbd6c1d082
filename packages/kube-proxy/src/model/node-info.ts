import { type Family, refuse } from '@chainwalk/core';
import { canonicalIp, familyOfText } from '../api/ip-text.ts';
import type { ClusterObjects } from '../api/parse-objects.ts';
import { nodeFacts } from './cluster.ts';
import type { NodeInfo } from './node.ts';

/** What is known of a node besides its object, or instead of it. */
export interface NodeOptions {
  /** Addresses of its interfaces that its object does not list. The first of a family is primary if there is no object. */
  readonly addresses?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly cpus?: number;
}

/**
 * The node of a name, from its object and the options. A node without any address is its loopback address, which is what
 * kube-proxy falls back to. A name that no object has is refused, unless the options give addresses.
 */
export function nodeInfo(name: string, objects: Pick<ClusterObjects, 'nodes'>, options: NodeOptions = {}): NodeInfo {
  const object = objects.nodes.find((node) => node.metadata.name === name);
  if (object === undefined && objects.nodes.length > 0 && options.addresses === undefined) {
    const names = objects.nodes.map((node) => node.metadata.name).join(', ');
    refuse('unknown-node', `there is no Node ${name}`, undefined, `use one of ${names}, or give the node's addresses`);
  }
  const facts = object === undefined ? undefined : nodeFacts(object);
  const extra = (options.addresses ?? []).map((address) => {
    const ip = canonicalIp(address);
    return ip ?? refuse('invalid-address', `"${address}" is no IP address`);
  });
  const addresses = [...new Set([...(facts?.addresses ?? []), ...extra])];
  const primary = (family: Family): string | undefined => addresses.find((ip) => familyOfText(ip) === family);
  return {
    name,
    primary: { ipv4: primary('ipv4') ?? '127.0.0.1', ipv6: primary('ipv6') ?? '::1' },
    addresses,
    labels: { ...facts?.labels, ...options.labels },
    podCIDRs: facts?.podCIDRs ?? [],
    cpus: options.cpus ?? facts?.cpus ?? 1,
  };
}

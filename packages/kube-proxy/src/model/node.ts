import type { Family } from '@chainwalk/core';

/** The node that the rules are for, as far as kube-proxy looks at it. */
export interface NodeInfo {
  readonly name: string;
  /** Its main address of each family, the one that source ranges are compared with. */
  readonly primary: Readonly<Record<Family, string | undefined>>;
  /** All addresses of its interfaces but loopback ones and those of kube-ipvs0, primary ones first. */
  readonly addresses: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** `spec.podCIDRs`. */
  readonly podCIDRs: readonly string[];
  /** Processors, which the limit of connections is computed from. */
  readonly cpus: number;
}

/** The node label that names its zone. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** The addresses of one family. */
export function nodeAddresses(node: NodeInfo, family: Family): readonly string[] {
  return node.addresses.filter((address) => address.includes(':') === (family === 'ipv6'));
}

import type { Family } from '@chainwalk/core';
import { familyOfText } from '../api/ip-text.ts';
import type { ProxyConfig } from '../api/proxy-config.ts';
import type { NodeInfo } from './node.ts';

/** How a rule tells that a packet comes from a pod of this cluster; `none` where nothing is known. */
export type LocalDetector =
  | { readonly kind: 'none' }
  /** By source prefix. */
  | { readonly kind: 'cidr'; readonly cidr: string }
  /** By the device it came in on; ends in `+` if it is a prefix of names. */
  | { readonly kind: 'device'; readonly device: string };

/** The detector that a configuration asks for, in one family. */
export function localDetector(config: ProxyConfig, node: NodeInfo, family: Family): LocalDetector {
  switch (config.detectLocalMode) {
    case 'BridgeInterface':
      return { kind: 'device', device: config.bridgeInterface };
    case 'InterfaceNamePrefix':
      return { kind: 'device', device: `${config.interfaceNamePrefix}+` };
    default: {
      const cidrs = config.detectLocalMode === 'NodeCIDR' ? node.podCIDRs : config.clusterCIDR.split(',');
      const cidr = cidrs.find((candidate) => candidate !== '' && familyOfText(candidate) === family);
      return cidr === undefined ? { kind: 'none' } : { kind: 'cidr', cidr };
    }
  }
}

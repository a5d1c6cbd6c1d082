import {
  ACCEPT,
  comment,
  destination,
  dport,
  hostPrefix,
  match,
  protocol,
  type Rule,
  type RulePart,
  target,
} from '../iptables/rule.ts';
import type { JumpRule, Ruleset } from '../iptables/ruleset.ts';
import type { ServiceEntry } from '../model/cluster.ts';
import type { ProxySettings } from '../model/settings.ts';
import { nameString } from '../names/chain-names.ts';

/**
 * Userspace mode as it was until it went away in 1.26: rules lead every connection to a port of the kube-proxy process,
 * which opens a second connection to an endpoint and copies bytes between the two.
 */

/** A service port and the local port on which the process takes its connections. */
export interface ProxyPort {
  readonly entry: ServiceEntry;
  readonly proxyPort: number;
}

/** First of the local ports. The real process took whatever port the kernel gave it. */
const FIRST_PROXY_PORT = 32768;

/** Gives each service port its local port, in order. */
export function allocateProxyPorts(
  entries: readonly ServiceEntry[],
  first: number = FIRST_PROXY_PORT,
): readonly ProxyPort[] {
  return entries.map((entry, index) => ({ entry, proxyPort: first + index }));
}

const PORTALS_CONTAINER = 'KUBE-PORTALS-CONTAINER';
const PORTALS_HOST = 'KUBE-PORTALS-HOST';
const NODE_PORT_CONTAINER = 'KUBE-NODEPORT-CONTAINER';
const NODE_PORT_HOST = 'KUBE-NODEPORT-HOST';
const NODE_PORT_NON_LOCAL = 'KUBE-NODEPORT-NON-LOCAL';

/** The rules of userspace mode. Connections from pods are redirected; the node's own need a real address to go to. */
export function userspaceRuleset(ports: readonly ProxyPort[], settings: ProxySettings): Ruleset {
  const nat: Rule[] = [];
  const filter: Rule[] = [];
  const host = settings.node.primary[settings.family] ?? '127.0.0.1';
  for (const { entry, proxyPort } of ports) {
    const { port } = entry;
    // The process cannot speak SCTP, and leaves such ports alone.
    if (port.protocol === 'sctp') continue;
    const redirect = target(`REDIRECT --to-ports ${proxyPort}`);
    const dnat = target(`DNAT --to-destination ${host}:${proxyPort}`);
    const name = comment(nameString(port, true));
    const portal = (chain: string, ip: string, extra: readonly RulePart[], to: Rule['target']): void => {
      const parts = [name, ...protocol(port.protocol), destination(hostPrefix(ip)), dport(port.port), ...extra];
      nat.push({ chain, parts, target: to });
    };
    portal(PORTALS_CONTAINER, port.clusterIP, [], redirect);
    portal(PORTALS_HOST, port.clusterIP, [], dnat);
    for (const ip of port.externalIPs) {
      const local = match('-m addrtype --dst-type LOCAL');
      portal(
        PORTALS_CONTAINER,
        ip,
        [match('-m physdev ! --physdev-is-in'), match('-m addrtype ! --src-type LOCAL')],
        redirect,
      );
      portal(PORTALS_CONTAINER, ip, [local], redirect);
      portal(PORTALS_HOST, ip, [local], dnat);
    }
    for (const ip of port.loadBalancerVIPs) {
      portal(PORTALS_CONTAINER, ip, [], redirect);
      portal(PORTALS_HOST, ip, [], dnat);
    }
    if (port.nodePort === 0) continue;
    const parts = [name, ...protocol(port.protocol), dport(port.nodePort)];
    nat.push({ chain: NODE_PORT_CONTAINER, parts, target: redirect });
    nat.push({ chain: NODE_PORT_HOST, parts, target: dnat });
    filter.push({ chain: NODE_PORT_NON_LOCAL, parts: [...parts, match('-m state --state NEW')], target: ACCEPT });
  }
  return {
    nat: { chains: [PORTALS_CONTAINER, PORTALS_HOST, NODE_PORT_CONTAINER, NODE_PORT_HOST], rules: nat },
    filter: { chains: [NODE_PORT_NON_LOCAL], rules: filter },
    jumps: JUMPS,
    canary: [],
    order: ['nat', 'filter'],
  };
}

const CLUSTER_IPS = comment('handle ClusterIPs; NOTE: this must be before the NodePort rules');
const NODE_PORTS = comment('handle service NodePorts; NOTE: this must be the last rule in the chain');

/** Listed so that the last one ends on top; the real proxier appended the two node port rules instead. */
const JUMPS: readonly JumpRule[] = [
  natJump('OUTPUT', [match('-m addrtype --dst-type LOCAL'), NODE_PORTS], NODE_PORT_HOST),
  natJump('PREROUTING', [match('-m addrtype --dst-type LOCAL'), NODE_PORTS], NODE_PORT_CONTAINER),
  natJump('OUTPUT', [CLUSTER_IPS], PORTALS_HOST),
  natJump('PREROUTING', [CLUSTER_IPS], PORTALS_CONTAINER),
  {
    table: 'filter',
    rule: {
      chain: 'INPUT',
      parts: [comment('Ensure that non-local NodePort traffic can flow')],
      target: target(NODE_PORT_NON_LOCAL),
    },
  },
];

function natJump(chain: string, parts: readonly RulePart[], to: string): JumpRule {
  return { table: 'nat', rule: { chain, parts, target: target(to) } };
}

/** Which of a service port's endpoints the process uses: the ready ones, whatever the policies say. */
export function userspaceEndpoints(entry: ServiceEntry): readonly { readonly ip: string; readonly port: number }[] {
  return entry.endpoints.filter((endpoint) => endpoint.ready);
}

import { cidrContains } from '../api/ip-text.ts';
import type { ServiceEntry } from '../model/cluster.ts';
import type { Endpoint } from '../model/endpoint.ts';
import type { LocalDetector } from '../model/local-detector.ts';
import {
  isExternallyAccessible,
  type ServicePort,
  usesClusterEndpoints,
  usesLocalEndpoints,
} from '../model/service-port.ts';
import type { ProxySettings } from '../model/settings.ts';
import { categorizeEndpoints } from '../model/topology.ts';
import { type ChainNames, chainNamesOf, nameString } from '../names/chain-names.ts';
import { probabilityText } from '../names/probability.ts';
import {
  ACCEPT,
  comment,
  DROP,
  destination,
  dport,
  inDevice,
  match,
  NO_TARGET,
  nfacct,
  probability,
  protocol,
  type Rule,
  type RulePart,
  type RuleTarget,
  recentCheck,
  recentSet,
  reject,
  source,
  target,
} from './rule.ts';

/** The nfacct object that counts connections to node ports on 127.0.0.1. */
export const LOCALHOST_NODE_PORTS_ACCOUNT = 'localhost_nps_accepted_pkts';

/**
 * The rules that one service port adds. What stands in chains that services share is apart from the service's own
 * chains, because a partial sync writes the former always and the latter only after a change.
 */
export interface ServiceRules {
  readonly filter: readonly Rule[];
  /** Of KUBE-SERVICES and KUBE-NODEPORTS in nat. */
  readonly dispatch: readonly Rule[];
  /** The chains of its own, in order of writing. */
  readonly chains: readonly string[];
  readonly own: readonly Rule[];
  /** Endpoints exist, but none here where a local policy asks for one. */
  readonly noLocalInternal: boolean;
  readonly noLocalExternal: boolean;
}

const SERVICES = 'KUBE-SERVICES';
const EXTERNAL_SERVICES = 'KUBE-EXTERNAL-SERVICES';
const NODE_PORTS = 'KUBE-NODEPORTS';
const FIREWALL = 'KUBE-PROXY-FIREWALL';
const MARK_MASQ: RuleTarget = target('KUBE-MARK-MASQ');

/** The rules of a service port in today's releases. `large` leaves out the comments that can be done without. */
export function serviceRules(entry: ServiceEntry, settings: ProxySettings, large: boolean): ServiceRules {
  return new ServiceRuleWriter(entry, settings, large).write();
}

class ServiceRuleWriter {
  readonly #port: ServicePort;
  readonly #settings: ProxySettings;
  readonly #large: boolean;
  readonly #names: ChainNames;
  readonly #name: string;
  readonly #cluster: readonly Endpoint[];
  readonly #local: readonly Endpoint[];
  readonly #reachable: readonly Endpoint[];
  readonly #any: boolean;
  readonly #internal: boolean;
  readonly #external: boolean;
  readonly #firewalled: boolean;
  readonly #filter: Rule[] = [];
  readonly #dispatch: Rule[] = [];
  readonly #chains: string[] = [];
  readonly #own: Rule[] = [];

  constructor(entry: ServiceEntry, settings: ProxySettings, large: boolean) {
    const { port } = entry;
    this.#port = port;
    this.#settings = settings;
    this.#large = large;
    this.#names = chainNamesOf(port, false);
    this.#name = nameString(port);
    const found = categorizeEndpoints(port, entry.endpoints, settings);
    this.#cluster = found.cluster;
    this.#local = found.local;
    this.#reachable = found.reachable;
    this.#any = found.any;
    this.#internal = found.any && (port.internalPolicy !== 'Local' || found.local.length > 0);
    this.#external = found.any && (port.externalPolicy !== 'Local' || found.local.length > 0);
    this.#firewalled = found.any && port.loadBalancerVIPs.length > 0 && port.sourceRanges.length > 0;
  }

  write(): ServiceRules {
    this.#capture();
    this.#healthCheck();
    this.#internalChain();
    if (this.#any && isExternallyAccessible(this.#port)) this.#externalChain();
    if (this.#firewalled) this.#firewallChain();
    if (this.#cluster.length > 0 && usesClusterEndpoints(this.#port)) this.#balance(this.#names.svc, this.#cluster);
    if (this.#local.length > 0 && usesLocalEndpoints(this.#port)) this.#balance(this.#names.svl, this.#local);
    for (const endpoint of this.#reachable) this.#endpointChain(endpoint);
    return {
      filter: this.#filter,
      dispatch: this.#dispatch,
      chains: this.#chains,
      own: this.#own,
      noLocalInternal: this.#any && !this.#internal,
      noLocalExternal: this.#any && !this.#external,
    };
  }

  /** Sends what is for the service into its chains, and refuses it where nobody would answer. */
  #capture(): void {
    const port = this.#port;
    const to = (ip: string, words: string): RulePart[] => [
      comment(`${this.#name} ${words}`),
      ...protocol(port.protocol),
      destination(ip),
      dport(port.port),
    ];
    if (this.#internal) {
      const chain = port.internalPolicy === 'Local' ? this.#names.svl : this.#names.svc;
      this.#nat(SERVICES, to(port.clusterIP, 'cluster IP'), target(chain));
    } else this.#refuse(SERVICES, to(port.clusterIP, this.#why()));
    for (const ip of port.externalIPs) {
      if (this.#any) this.#nat(SERVICES, to(ip, 'external IP'), target(this.#names.ext));
      if (!this.#external) this.#refuse(EXTERNAL_SERVICES, to(ip, this.#why()));
    }
    for (const ip of port.loadBalancerVIPs) {
      const chain = this.#firewalled ? this.#names.fw : this.#names.ext;
      if (this.#any) this.#nat(SERVICES, to(ip, 'loadbalancer IP'), target(chain));
      if (this.#firewalled) {
        const words = `traffic not accepted by ${this.#names.fw}`;
        this.#filter.push({ chain: FIREWALL, parts: to(ip, words), target: DROP });
      }
    }
    if (!this.#external) for (const ip of port.loadBalancerVIPs) this.#refuse(EXTERNAL_SERVICES, to(ip, this.#why()));
    if (port.nodePort !== 0) this.#captureNodePort();
  }

  #captureNodePort(): void {
    const port = this.#port;
    if (this.#any) {
      const to = target(this.#names.ext);
      if (this.#settings.localhostNodePorts && this.#settings.nfacct) {
        const parts = [
          comment(this.#name),
          ...protocol(port.protocol),
          destination('127.0.0.0/8'),
          dport(port.nodePort),
          nfacct(LOCALHOST_NODE_PORTS_ACCOUNT),
        ];
        this.#nat(NODE_PORTS, parts, to);
      }
      this.#nat(NODE_PORTS, [comment(this.#name), ...protocol(port.protocol), dport(port.nodePort)], to);
    }
    if (this.#external) return;
    this.#refuse(EXTERNAL_SERVICES, [
      comment(`${this.#name} ${this.#why()}`),
      match('-m addrtype --dst-type LOCAL'),
      ...protocol(port.protocol),
      dport(port.nodePort),
    ]);
  }

  #why(): string {
    return this.#any ? 'has no local endpoints' : 'has no endpoints';
  }

  #refuse(chain: string, parts: readonly RulePart[]): void {
    this.#filter.push({ chain, parts, target: this.#any ? DROP : reject(this.#settings.family) });
  }

  #nat(chain: string, parts: readonly RulePart[], to: RuleTarget): void {
    this.#dispatch.push({ chain, parts, target: to });
  }

  #healthCheck(): void {
    const { healthCheckNodePort } = this.#port;
    if (healthCheckNodePort === 0) return;
    const words = comment(`${this.#name} health check node port`);
    const parts = [words, ...protocol('tcp'), dport(healthCheckNodePort)];
    this.#filter.push({ chain: NODE_PORTS, parts, target: ACCEPT });
  }

  /** Marks what comes to the cluster IP from outside of the cluster, so that its answer comes back this way. */
  #internalChain(): void {
    if (!this.#internal) return;
    const port = this.#port;
    const { masqueradeAll, localDetector } = this.#settings;
    if (!masqueradeAll && localDetector.kind === 'none') return;
    const parts = [
      comment(`${this.#name} cluster IP`),
      ...protocol(port.protocol),
      destination(port.clusterIP),
      dport(port.port),
      ...(masqueradeAll ? [] : fromPods(localDetector, true)),
    ];
    this.#write(port.internalPolicy === 'Local' ? this.#names.svl : this.#names.svc, parts, MARK_MASQ);
  }

  #externalChain(): void {
    const chain = this.#names.ext;
    this.#chains.push(chain);
    const destinations = `${this.#name} external destinations`;
    if (this.#port.externalPolicy === 'Local') {
      const all = target(this.#names.svc);
      const local = match('-m addrtype --src-type LOCAL');
      const { localDetector } = this.#settings;
      if (localDetector.kind !== 'none') {
        this.#write(chain, [comment(`pod traffic for ${destinations}`), ...fromPods(localDetector, false)], all);
      }
      this.#write(chain, [comment(`masquerade LOCAL traffic for ${destinations}`), local], MARK_MASQ);
      this.#write(chain, [comment(`route LOCAL traffic for ${destinations}`), local], all);
    } else this.#write(chain, [comment(`masquerade traffic for ${destinations}`)], MARK_MASQ);
    if (!this.#external) return;
    this.#write(chain, [], target(this.#port.externalPolicy === 'Local' ? this.#names.svl : this.#names.svc));
  }

  /** Lets the allowed sources through. Others fall out without having been rewritten, and the filter table drops them. */
  #firewallChain(): void {
    const chain = this.#names.fw;
    this.#chains.push(chain);
    const words = comment(`${this.#name} loadbalancer IP`);
    const to = target(this.#names.ext);
    const ranges = this.#port.sourceRanges;
    for (const range of ranges) this.#write(chain, [words, source(range)], to);
    if (allowsNode(this.#port, this.#settings)) {
      for (const ip of this.#port.loadBalancerVIPs) this.#write(chain, [words, source(ip)], to);
    }
    const rest = `other traffic to ${this.#name} will be dropped by KUBE-PROXY-FIREWALL`;
    this.#write(chain, [comment(rest)], NO_TARGET);
  }

  /** First whoever was here before, then a cascade of dice. */
  #balance(chain: string, endpoints: readonly Endpoint[]): void {
    this.#chains.push(chain);
    const { affinitySeconds, family } = this.#port;
    const words = (endpoint: Endpoint): readonly RulePart[] =>
      this.#large ? [] : [comment(`${this.#name} -> ${endpoint.text}`)];
    if (affinitySeconds !== 0) {
      for (const endpoint of endpoints) {
        const sep = this.#names.sep(endpoint.text);
        this.#write(chain, [...words(endpoint), recentCheck(sep, affinitySeconds, family)], target(sep));
      }
    }
    for (const [index, endpoint] of endpoints.entries()) {
      const left = endpoints.length - index;
      const dice = left === 1 ? [] : [probability(probabilityText(left, 10))];
      this.#write(chain, [...words(endpoint), ...dice], target(this.#names.sep(endpoint.text)));
    }
  }

  #endpointChain(endpoint: Endpoint): void {
    const chain = this.#names.sep(endpoint.text);
    this.#chains.push(chain);
    const { affinitySeconds, family } = this.#port;
    const words = this.#large ? [] : [comment(this.#name)];
    this.#write(chain, [...words, source(endpoint.ip)], MARK_MASQ);
    const seen = affinitySeconds === 0 ? [] : [recentSet(chain, family)];
    const parts = [...words, ...seen, ...protocol(this.#port.protocol)];
    this.#write(chain, parts, target(`DNAT --to-destination ${endpoint.text}`));
  }

  #write(chain: string, parts: readonly RulePart[], to: RuleTarget): void {
    this.#own.push({ chain, parts, target: to });
  }
}

/** The match for traffic of this cluster's pods, or for anything but that. */
export function fromPods(detector: LocalDetector, not: boolean): readonly RulePart[] {
  switch (detector.kind) {
    case 'none':
      return [];
    case 'cidr':
      return [source(detector.cidr, not)];
    case 'device':
      return [inDevice(detector.device, not)];
  }
}

/** Whether one of the source ranges holds the node's own main address. */
export function allowsNode(port: ServicePort, settings: ProxySettings): boolean {
  const ip = settings.node.primary[settings.family];
  return ip !== undefined && port.sourceRanges.some((range) => cidrContains(range, ip));
}

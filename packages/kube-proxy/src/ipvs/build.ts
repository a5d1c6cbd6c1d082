import { allowsNode } from '../iptables/service-rules.ts';
import type { ServiceEntry } from '../model/cluster.ts';
import type { Endpoint } from '../model/endpoint.ts';
import type { ServicePort } from '../model/service-port.ts';
import { ipvsNodePortAddresses, type ProxySettings } from '../model/settings.ts';
import { categorizeEndpoints } from '../model/topology.ts';
import { ipvsRuleset } from './rules.ts';
import { SET_KEYS, type SetKey } from './sets.ts';
import type { IpvsState, RealServer, VirtualServer } from './state.ts';

/** What one service port adds in IPVS mode. */
export interface IpvsServiceParts {
  readonly members: readonly (readonly [SetKey, string])[];
  readonly virtualServers: readonly VirtualServer[];
  /** To be bound to kube-ipvs0. */
  readonly addresses: readonly string[];
  /** Load balancer addresses that the node itself may not use. */
  readonly closedToNode: readonly ClosedAddress[];
  readonly noLocalInternal: boolean;
  readonly noLocalExternal: boolean;
}

/** A load balancer address whose source ranges leave the node out. */
export interface ClosedAddress {
  readonly address: string;
  readonly port: number;
  readonly protocol: string;
}

/** What a service port has in IPVS mode. */
export function ipvsServiceParts(entry: ServiceEntry, settings: ProxySettings): IpvsServiceParts {
  const { port } = entry;
  const members: (readonly [SetKey, string])[] = [];
  const virtualServers: VirtualServer[] = [];
  const addresses: string[] = [];
  const closedToNode: ClosedAddress[] = [];
  const { cluster, local, any } = categorizeEndpoints(port, entry.endpoints, settings);
  const localFirst = local.length > 0 ? local : cluster;
  const internal = port.internalPolicy === 'Local' ? localFirst : cluster;
  const external = port.externalPolicy === 'Local' ? localFirst : cluster;
  const serve = (address: string, number: number, endpoints: readonly Endpoint[]): void => {
    virtualServers.push(virtualServer(port, address, number, endpoints, settings));
  };
  const bind = (address: string): void => {
    if (!settings.node.addresses.includes(address)) addresses.push(address);
  };
  for (const endpoint of entry.endpoints) {
    if (endpoint.nodeName === '' || endpoint.nodeName !== settings.node.name) continue;
    members.push(['loopBack', `${endpoint.ip},${port.protocol}:${endpoint.port},${endpoint.ip}`]);
  }
  members.push(['clusterIp', portEntry(port.clusterIP, port)]);
  serve(port.clusterIP, port.port, internal);
  // A cluster IP is bound even where the node has it on another device.
  addresses.push(port.clusterIP);
  for (const ip of port.externalIPs) {
    members.push([port.externalPolicy === 'Local' ? 'externalIpLocal' : 'externalIp', portEntry(ip, port)]);
    serve(ip, port.port, external);
    bind(ip);
  }
  for (const ip of port.loadBalancerVIPs) {
    const member = portEntry(ip, port);
    members.push(['loadBalancer', member]);
    if (port.externalPolicy === 'Local') members.push(['loadBalancerLocal', member]);
    if (port.sourceRanges.length > 0) {
      members.push(['loadBalancerFw', member]);
      for (const range of port.sourceRanges) members.push(['sourceCidr', `${member},${range}`]);
      if (allowsNode(port, settings)) members.push(['sourceIp', `${member},${ip}`]);
      else closedToNode.push({ address: ip, port: port.port, protocol: port.protocol });
    }
    serve(ip, port.port, external);
    bind(ip);
  }
  const nodeIps = ipvsNodePortAddresses(settings);
  // Without node addresses kube-proxy goes on to the next service port, health check and all.
  const skipped = port.nodePort !== 0 && nodeIps.length === 0;
  if (port.nodePort !== 0 && !skipped) {
    members.push(...nodePortMembers(port, nodeIps));
    for (const ip of nodeIps) serve(ip, port.nodePort, external);
  }
  if (port.healthCheckNodePort !== 0 && !skipped) members.push(['healthCheck', String(port.healthCheckNodePort)]);
  return {
    members,
    virtualServers,
    addresses,
    closedToNode,
    noLocalInternal: any && port.internalPolicy === 'Local' && local.length === 0,
    noLocalExternal: any && port.externalPolicy === 'Local' && local.length === 0,
  };
}

function portEntry(ip: string, port: ServicePort): string {
  return `${ip},${port.protocol}:${port.port}`;
}

function nodePortMembers(port: ServicePort, nodeIps: readonly string[]): readonly (readonly [SetKey, string])[] {
  const local = port.externalPolicy === 'Local';
  switch (port.protocol) {
    case 'tcp':
      return [['nodePortTcp', String(port.nodePort)], ...member(local, 'nodePortLocalTcp', String(port.nodePort))];
    case 'udp':
      return [['nodePortUdp', String(port.nodePort)], ...member(local, 'nodePortLocalUdp', String(port.nodePort))];
    case 'sctp':
      return nodeIps.flatMap((ip) => {
        const entry = `${ip},sctp:${port.nodePort}`;
        return [['nodePortSctp', entry] as const, ...member(local, 'nodePortLocalSctp', entry)];
      });
  }
}

function member(condition: boolean, key: SetKey, entry: string): readonly (readonly [SetKey, string])[] {
  return condition ? [[key, entry]] : [];
}

function virtualServer(
  port: ServicePort,
  address: string,
  number: number,
  endpoints: readonly Endpoint[],
  settings: ProxySettings,
): VirtualServer {
  return {
    address,
    port: number,
    protocol: port.protocol,
    scheduler: settings.config.ipvs.scheduler,
    persistentSeconds: port.affinitySeconds,
    realServers: endpoints.map((endpoint): RealServer => ({ address: endpoint.ip, port: endpoint.port, weight: 1 })),
  };
}

/** The whole state of IPVS mode from what each service port has. */
export function buildIpvsState(parts: readonly IpvsServiceParts[], settings: ProxySettings): IpvsState {
  const sets = new Map<SetKey, Set<string>>(SET_KEYS.map((key) => [key, new Set<string>()]));
  const addresses = new Set<string>();
  const virtualServers = new Map<string, VirtualServer>();
  const closed: ClosedAddress[] = [];
  for (const part of parts) {
    for (const [key, entry] of part.members) sets.get(key)!.add(entry);
    for (const address of part.addresses) addresses.add(address);
    for (const server of part.virtualServers) {
      virtualServers.set(`${server.address} ${server.port} ${server.protocol}`, server);
    }
    closed.push(...part.closedToNode);
  }
  sets.set('ipvsIps', addresses);
  return {
    sets,
    ruleset: ipvsRuleset(sets, closed, settings),
    virtualServers: [...virtualServers.values()],
    addresses: [...addresses],
  };
}

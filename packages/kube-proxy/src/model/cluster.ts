import type { Family } from '@chainwalk/core';
import { canonicalCidr, canonicalIp, familyOfText } from '../api/ip-text.ts';
import type { EndpointSliceObject, NodeObject, ServiceObject } from '../api/kubernetes-objects.ts';
import type { ClusterObjects } from '../api/parse-objects.ts';
import { type Endpoint, endpointText, mergeEndpoints } from './endpoint.ts';
import { type Protocol, type ServicePort, servicePortKey } from './service-port.ts';

/** The label by which an EndpointSlice names its Service. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

/** A service port and its endpoints, merged and in order. Both keep their identity while nothing about them changes. */
export interface ServiceEntry {
  readonly key: string;
  readonly port: ServicePort;
  readonly endpoints: readonly Endpoint[];
}

/** What one change did: which Services (`namespace/name`) look different now. */
export interface ClusterChange {
  readonly kind: 'service' | 'endpoints';
  readonly name: string;
}

/**
 * The Services and endpoints of one family as a node sees them, kept up to date object by object (kube-proxy's service
 * and endpoints change trackers).
 *
 * Invariant: an object that changes touches the entries of its own Service only; all others keep their identity.
 */
export class Cluster {
  readonly family: Family;
  readonly nodeName: string;
  readonly #services = new Map<string, ServiceObject>();
  readonly #slices = new Map<string, Map<string, EndpointSliceObject>>();
  /** By Service, then by key of the port. */
  readonly #entries = new Map<string, readonly ServiceEntry[]>();

  constructor(nodeName: string, family: Family = 'ipv4', objects?: ClusterObjects) {
    this.nodeName = nodeName;
    this.family = family;
    if (objects === undefined) return;
    for (const slice of objects.endpointSlices) this.#putSlice(slice);
    for (const service of objects.services) this.#services.set(nameOf(service.metadata), service);
    for (const name of this.#services.keys()) this.#rebuild(name);
  }

  /** Every service port, sorted by Service, in the order in which the Service lists its ports. */
  entries(): readonly ServiceEntry[] {
    const names = [...this.#entries.keys()].sort();
    return names.flatMap((name) => this.#entries.get(name)!);
  }

  /** The service ports of one Service. */
  entriesOf(name: string): readonly ServiceEntry[] {
    return this.#entries.get(name) ?? [];
  }

  service(name: string): ServiceObject | undefined {
    return this.#services.get(name);
  }

  setService(service: ServiceObject): ClusterChange | undefined {
    const name = nameOf(service.metadata);
    this.#services.set(name, service);
    return this.#rebuild(name) ? { kind: 'service', name } : undefined;
  }

  deleteService(name: string): ClusterChange | undefined {
    this.#services.delete(name);
    return this.#rebuild(name) ? { kind: 'service', name } : undefined;
  }

  setSlice(slice: EndpointSliceObject): ClusterChange | undefined {
    const before = this.#sliceOf(slice);
    const name = this.#putSlice(slice);
    if (name === undefined) return undefined;
    // Endpoints may come before their Service; that is a change of endpoints all the same.
    const changed = this.#services.has(name) ? this.#rebuild(name) : !equal(before, slice);
    return changed ? { kind: 'endpoints', name } : undefined;
  }

  deleteSlice(slice: EndpointSliceObject): ClusterChange | undefined {
    const name = serviceOf(slice);
    if (name === undefined) return undefined;
    this.#slices.get(name)?.delete(slice.metadata.name);
    return this.#rebuild(name) ? { kind: 'endpoints', name } : undefined;
  }

  #sliceOf(slice: EndpointSliceObject): EndpointSliceObject | undefined {
    return this.#slices.get(serviceOf(slice) ?? '')?.get(slice.metadata.name);
  }

  #putSlice(slice: EndpointSliceObject): string | undefined {
    const name = serviceOf(slice);
    if (name === undefined) return undefined;
    let slices = this.#slices.get(name);
    if (slices === undefined) this.#slices.set(name, (slices = new Map()));
    slices.set(slice.metadata.name, slice);
    return name;
  }

  /** Works out a Service's entries anew; false if that changed nothing. */
  #rebuild(name: string): boolean {
    const service = this.#services.get(name);
    const before = this.#entries.get(name) ?? [];
    if (service === undefined) return this.#entries.delete(name);
    const slices = [...(this.#slices.get(name)?.values() ?? [])];
    const old = new Map(before.map((entry) => [entry.key, entry]));
    let changed = false;
    const entries = servicePorts(service, this.family).map((fresh): ServiceEntry => {
      const key = servicePortKey(fresh);
      const known = old.get(key);
      const port = known !== undefined && equal(known.port, fresh) ? known.port : fresh;
      const merged = mergeEndpoints(endpointsOf(slices, fresh), this.nodeName);
      const endpoints = known !== undefined && equal(known.endpoints, merged) ? known.endpoints : merged;
      if (known !== undefined && known.port === port && known.endpoints === endpoints) return known;
      changed = true;
      return { key, port, endpoints };
    });
    changed ||= entries.length !== before.length;
    if (entries.length === 0) this.#entries.delete(name);
    else if (changed) this.#entries.set(name, entries);
    return changed;
  }
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** `namespace/name`. */
export function nameOf(meta: { readonly name: string; readonly namespace?: string | null | undefined }): string {
  return `${meta.namespace ?? 'default'}/${meta.name}`;
}

function serviceOf(slice: EndpointSliceObject): string | undefined {
  const service = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  return service === undefined ? undefined : `${slice.metadata.namespace ?? 'default'}/${service}`;
}

/** The ports of a Service in one family; none for headless and ExternalName Services. */
function servicePorts(service: ServiceObject, family: Family): readonly ServicePort[] {
  const spec = service.spec ?? {};
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return [];
  const own = (ips: readonly (string | null | undefined)[]): string[] =>
    ips.flatMap((ip) => (ip ? (canonicalIp(ip) ?? []) : [])).filter((ip) => familyOfText(ip) === family);
  const clusterIP = own(spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP])[0];
  if (clusterIP === undefined) return [];
  const ingress = (service.status?.loadBalancer?.ingress ?? []).filter((entry) => (entry.ipMode ?? 'VIP') === 'VIP');
  const affine = spec.sessionAffinity === 'ClientIP';
  const externalPolicy = spec.externalTrafficPolicy === 'Local' ? 'Local' : 'Cluster';
  const needsHealthCheck = spec.type === 'LoadBalancer' && externalPolicy === 'Local';
  const shared = {
    family,
    namespace: service.metadata.namespace ?? 'default',
    name: service.metadata.name,
    clusterIP,
    externalIPs: own(spec.externalIPs ?? []),
    loadBalancerVIPs: own(ingress.map((entry) => entry.ip)),
    sourceRanges: (spec.loadBalancerSourceRanges ?? [])
      .flatMap((range) => canonicalCidr(range) ?? [])
      .filter((range) => familyOfText(range) === family),
    affinitySeconds: affine ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800) : 0,
    internalPolicy: spec.internalTrafficPolicy === 'Local' ? ('Local' as const) : ('Cluster' as const),
    externalPolicy,
    healthCheckNodePort: needsHealthCheck ? (spec.healthCheckNodePort ?? 0) : 0,
  } as const;
  return (spec.ports ?? []).map((port) => ({
    ...shared,
    portName: port.name ?? '',
    protocol: (port.protocol ?? 'TCP').toLowerCase() as Protocol,
    port: port.port,
    nodePort: port.nodePort ?? 0,
  }));
}

/** The endpoints that slices have for a port: same name and protocol, an address of the family, the first of each. */
function endpointsOf(slices: readonly EndpointSliceObject[], port: ServicePort): readonly Endpoint[] {
  const type = port.family === 'ipv4' ? 'IPv4' : 'IPv6';
  const found: Endpoint[] = [];
  for (const slice of slices) {
    if (slice.addressType !== type) continue;
    const number = slice.ports?.find(
      (candidate) =>
        (candidate.name ?? '') === port.portName && (candidate.protocol ?? 'TCP').toLowerCase() === port.protocol,
    )?.port;
    if (number === undefined || number === null || number === 0) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const ip = endpoint.addresses[0] === undefined ? undefined : canonicalIp(endpoint.addresses[0]);
      if (ip === undefined) continue;
      found.push({
        ip,
        port: number,
        text: endpointText(ip, number),
        nodeName: endpoint.nodeName ?? '',
        ready: endpoint.conditions?.ready ?? true,
        serving: endpoint.conditions?.serving ?? true,
        terminating: endpoint.conditions?.terminating ?? false,
        zone: endpoint.zone ?? '',
        zoneHints: endpoint.hints?.forZones?.map((hint) => hint.name) ?? [],
        nodeHints: endpoint.hints?.forNodes?.map((hint) => hint.name) ?? [],
      });
    }
  }
  return found;
}

/** What kube-proxy knows of a node from its object. */
export interface NodeFacts {
  readonly addresses: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly podCIDRs: readonly string[];
  readonly cpus: number | undefined;
}

/** Reads a Node object: InternalIPs before ExternalIPs, as kube-proxy prefers them. */
export function nodeFacts(node: NodeObject): NodeFacts {
  const addresses = node.status?.addresses ?? [];
  const ofType = (type: string): string[] =>
    addresses.filter((entry) => entry.type === type).flatMap((entry) => canonicalIp(entry.address) ?? []);
  const podCIDRs = node.spec?.podCIDRs?.length ? node.spec.podCIDRs : node.spec?.podCIDR ? [node.spec.podCIDR] : [];
  const cpu = String(node.status?.capacity?.['cpu'] ?? '');
  const cpus = /^\d+$/.test(cpu)
    ? Number(cpu)
    : /^\d+m$/.test(cpu)
      ? Math.ceil(Number(cpu.slice(0, -1)) / 1000)
      : undefined;
  return {
    addresses: [...ofType('InternalIP'), ...ofType('ExternalIP')],
    labels: node.metadata.labels ?? {},
    podCIDRs: podCIDRs.flatMap((cidr) => canonicalCidr(cidr) ?? []),
    cpus,
  };
}

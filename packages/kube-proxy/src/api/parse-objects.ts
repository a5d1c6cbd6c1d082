import { type Diagnostic, FaultList } from '@chainwalk/core';
import { SERVICE_NAME_LABEL } from '../model/cluster.ts';
import { formatPath, type Path, type Report, readDocuments, type SourceDocument } from './document.ts';
import { canonicalIp } from './ip-text.ts';
import type { EndpointSliceObject, EndpointsObject, NodeObject, ServiceObject } from './kubernetes-objects.ts';
import { mirrorEndpoints } from './mirror-endpoints.ts';
import { asEndpointSlice, asEndpoints, asNode, asService } from './schemas.ts';
import { validateEndpointSlice, validateEndpoints, validateNode } from './validate-endpoint-slice.ts';
import { validateService } from './validate-service.ts';

/** What a set of files says about a cluster. */
export interface ClusterObjects {
  readonly services: readonly ServiceObject[];
  readonly endpointSlices: readonly EndpointSliceObject[];
  readonly nodes: readonly NodeObject[];
  /** Other kinds that were passed over. */
  readonly warnings: readonly Diagnostic[];
}

/** One text and the name to call it by in messages. */
export interface SourceText {
  readonly source: string;
  readonly text: string;
}

/**
 * Reads what `kubectl get ... -o yaml` or `-o json` prints: single objects, Lists, several documents. Everything that the
 * API server would refuse is thrown as one InputError with the field's path and its line and column.
 */
export function parseObjects(text: string, source: string): ClusterObjects {
  return parseObjectFiles([{ source, text }]);
}

/** As {@link parseObjects}, for several files that describe one cluster; an object may stand in one of them only. */
export function parseObjectFiles(files: readonly SourceText[]): ClusterObjects {
  const reader = new ObjectReader();
  for (const { text, source } of files) for (const document of readDocuments(text, source)) reader.read(document);
  return reader.finish();
}

interface Found {
  readonly kind: string;
  readonly key: string;
  readonly document: SourceDocument;
  readonly path: Path;
}

class ObjectReader {
  readonly #faults = new FaultList();
  readonly #warnings: Diagnostic[] = [];
  readonly #services: ServiceObject[] = [];
  readonly #slices: EndpointSliceObject[] = [];
  readonly #endpoints: EndpointsObject[] = [];
  readonly #nodes: NodeObject[] = [];
  readonly #seen = new Map<string, Found>();
  /** Who has an address or a port that only one Service may have. */
  readonly #owners = new Map<string, string>();

  read(document: SourceDocument): void {
    this.#object(document.value, document, [], undefined);
  }

  finish(): ClusterObjects {
    this.#faults.throwIfAny();
    return {
      services: this.#services,
      endpointSlices: [...this.#slices, ...this.#mirrored()],
      nodes: this.#nodes,
      warnings: this.#warnings,
    };
  }

  /** Endpoints count only for Services that have no EndpointSlice. */
  #mirrored(): readonly EndpointSliceObject[] {
    const nameOf = (name: string | undefined, namespace: string | null | undefined): string =>
      `${namespace ?? 'default'}/${name ?? ''}`;
    const sliced = new Set(
      this.#slices.map((slice) => nameOf(slice.metadata.labels?.[SERVICE_NAME_LABEL], slice.metadata.namespace)),
    );
    return this.#endpoints
      .filter(({ metadata }) => !sliced.has(nameOf(metadata.name, metadata.namespace)))
      .flatMap(mirrorEndpoints);
  }

  #object(value: unknown, document: SourceDocument, path: Path, kindOfList: string | undefined): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      if (Array.isArray(value) && path.length === 0) {
        for (const [index, item] of value.entries()) this.#object(item, document, [index], undefined);
      } else this.#fault(document, path, 'expected a Kubernetes object');
      return;
    }
    const { kind: ownKind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
    const kind = typeof ownKind === 'string' ? ownKind : kindOfList;
    if (kind === undefined) return this.#fault(document, [...path, 'kind'], 'kind: a value is required');
    if (kind === 'List' || (kind.endsWith('List') && Array.isArray(items))) {
      const itemKind = kind === 'List' ? undefined : kind.slice(0, -4);
      for (const [index, item] of ((items as unknown[] | null | undefined) ?? []).entries()) {
        this.#object(item, document, [...path, 'items', index], itemKind);
      }
      return;
    }
    this.#single(kind, value, document, path);
  }

  #single(kind: string, value: object, document: SourceDocument, path: Path): void {
    const name = describe(kind, value);
    const report: Report = (field, message, hint) => {
      this.#fault(document, [...path, ...field], `${name}: ${formatPath(field)}: ${message}`, hint);
    };
    const version = (value as { readonly apiVersion?: unknown }).apiVersion;
    if (version !== undefined && API_VERSIONS[kind] !== undefined && !API_VERSIONS[kind].includes(String(version))) {
      return report(['apiVersion'], `"${String(version)}" is not known for ${kind}`, `use ${API_VERSIONS[kind][0]}`);
    }
    switch (kind) {
      case 'Service': {
        const service = asService(value, report);
        if (service === undefined) return;
        validateService(service, report);
        this.#once(kind, service.metadata, document, path, report);
        this.#claim(service, name, report);
        this.#services.push(service);
        return;
      }
      case 'EndpointSlice': {
        const slice = asEndpointSlice(value, report);
        if (slice === undefined) return;
        validateEndpointSlice(slice, report);
        this.#once(kind, slice.metadata, document, path, report);
        this.#slices.push(slice);
        return;
      }
      case 'Endpoints': {
        const endpoints = asEndpoints(value, report);
        if (endpoints === undefined) return;
        validateEndpoints(endpoints, report);
        this.#once(kind, endpoints.metadata, document, path, report);
        this.#endpoints.push(endpoints);
        return;
      }
      case 'Node': {
        const node = asNode(value, report);
        if (node === undefined) return;
        validateNode(node, report);
        this.#once(kind, { name: node.metadata.name }, document, path, report);
        this.#nodes.push(node);
        return;
      }
      default:
        this.#warnings.push({
          severity: 'warning',
          code: 'object-ignored',
          message: `${name} is passed over: kube-proxy reads Services, EndpointSlices and Nodes`,
          place: document.placeOf(path),
        });
    }
  }

  #once(
    kind: string,
    meta: { readonly name: string; readonly namespace?: string | null | undefined },
    document: SourceDocument,
    path: Path,
    report: Report,
  ): void {
    const key = `${kind} ${kind === 'Node' ? '' : `${meta.namespace ?? 'default'}/`}${meta.name}`;
    if (this.#seen.has(key)) report(['metadata', 'name'], `${key} is there twice`);
    else this.#seen.set(key, { kind, key, document, path });
  }

  /** Cluster addresses and node ports are allocated to one Service each. */
  #claim(service: ServiceObject, name: string, report: Report): void {
    const spec = service.spec ?? {};
    if (spec.type === 'ExternalName') return;
    const claim = (key: string, path: Path, message: string): void => {
      const owner = this.#owners.get(key);
      if (owner !== undefined && owner !== name) report(path, `${message} is already allocated to ${owner}`);
      else this.#owners.set(key, name);
    };
    const ip = spec.clusterIP ? canonicalIp(spec.clusterIP) : undefined;
    if (ip !== undefined) claim(`ip ${ip}`, ['spec', 'clusterIP'], ip);
    for (const [index, port] of (spec.ports ?? []).entries()) {
      if (!port.nodePort) continue;
      const protocol = port.protocol ?? 'TCP';
      claim(
        `port ${port.nodePort}/${protocol}`,
        ['spec', 'ports', index, 'nodePort'],
        `${protocol} node port ${port.nodePort}`,
      );
    }
  }

  #fault(document: SourceDocument, path: Path, message: string, hint?: string): void {
    // To find a place takes longer than to find a fault.
    if (this.#faults.isFull) return;
    this.#faults.add({
      severity: 'error',
      code: 'invalid-object',
      message,
      place: document.placeOf(path),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

const API_VERSIONS: Readonly<Record<string, readonly string[]>> = {
  Service: ['v1'],
  Endpoints: ['v1'],
  EndpointSlice: ['discovery.k8s.io/v1', 'discovery.k8s.io/v1beta1'],
  Node: ['v1'],
};

function describe(kind: string, value: object): string {
  const meta = (value as { readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown } }).metadata;
  const name = typeof meta?.name === 'string' ? meta.name : '(without a name)';
  if (kind === 'Node') return `${kind} ${name}`;
  return `${kind} ${typeof meta?.namespace === 'string' ? meta.namespace : 'default'}/${name}`;
}

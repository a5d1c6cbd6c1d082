import { parseObjects } from '../src/api/parse-objects.ts';
import { DEFAULT_CONFIG, type ProxyConfig } from '../src/api/proxy-config.ts';
import { Cluster } from '../src/model/cluster.ts';
import type { NodeInfo } from '../src/model/node.ts';
import { type ProxySettings, resolveSettings, type SettingsOptions } from '../src/model/settings.ts';

/** The node of the cases: its main address, the others of its interfaces. */
export const TEST_NODE: NodeInfo = {
  name: 'test-node',
  primary: { ipv4: '192.168.0.2', ipv6: '2001:db8::1' },
  addresses: ['192.168.0.2', '192.168.1.2', '192.168.99.11', '2001:db8::1', '2001:db8:1::2'],
  labels: {},
  podCIDRs: [],
  cpus: 1,
};

export interface PortSpec {
  name?: string;
  protocol?: string;
  port: number;
  targetPort?: number;
  nodePort?: number;
}

export interface ServiceSpec {
  name: string;
  type?: string;
  ip: string;
  ports?: PortSpec[];
  extra?: Record<string, unknown>;
  lb?: string[];
  /** `IP`, `IP@node`, or with conditions after a colon: `IP@node:terminating`, `:notready`, `:gone`. */
  eps?: string[];
  /** Hints for zones, one list for each endpoint. */
  zones?: string[][];
}

/** One Service and its EndpointSlice as JSON items. `ns1/svc1` names; `@here` is the test node. */
export function objectsOf(specs: ServiceSpec[]): unknown[] {
  return specs.flatMap((spec) => {
    const [namespace, name] = spec.name.split('/') as [string, string];
    const ports = spec.ports ?? [{ name: 'p80', port: 80 }];
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: {
        type: spec.type ?? 'ClusterIP',
        clusterIP: spec.ip,
        ports: ports.map(({ targetPort, ...port }) => ({ protocol: 'TCP', ...port })),
        ...spec.extra,
      },
      ...(spec.lb ? { status: { loadBalancer: { ingress: spec.lb.map((ip) => ({ ip })) } } } : {}),
    };
    if (spec.eps === undefined) return [service];
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-1`, namespace, labels: { 'kubernetes.io/service-name': name } },
      addressType: spec.ip.includes(':') ? 'IPv6' : 'IPv4',
      ports: ports.map((port) => ({
        ...(port.name === undefined ? {} : { name: port.name }),
        protocol: port.protocol ?? 'TCP',
        port: port.targetPort ?? port.port,
      })),
      endpoints: spec.eps.map((text, index) => endpointOf(text, spec.zones?.[index])),
    };
    return [service, slice];
  });
}

function endpointOf(text: string, zones: string[] | undefined): unknown {
  const [, ip, node, state] = /^([^@!]+)(?:@([^!]+))?(?:!(.*))?$/.exec(text)!;
  const conditions =
    state === 'terminating'
      ? { ready: false, serving: true, terminating: true }
      : state === 'notready'
        ? { ready: false, serving: false, terminating: false }
        : state === 'gone'
          ? { ready: false, serving: false, terminating: true }
          : {};
  return {
    addresses: [ip],
    conditions,
    ...(node === undefined ? {} : { nodeName: node === 'here' ? 'test-node' : node }),
    ...(zones === undefined ? {} : { hints: { forZones: zones.map((name) => ({ name })) } }),
  };
}

/** The cluster of these Services, read through the parser. */
export function clusterOf(specs: ServiceSpec[], node: NodeInfo = TEST_NODE): Cluster {
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objectsOf(specs) });
  return new Cluster(node.name, specs[0]?.ip.includes(':') ? 'ipv6' : 'ipv4', parseObjects(text, 'test.json'));
}

/** The settings of the cases: pods by 10.0.0.0/8, everything else by default. */
export function settingsOf(
  config: Partial<ProxyConfig> = {},
  options: SettingsOptions = {},
  node = TEST_NODE,
): ProxySettings {
  return resolveSettings({ ...DEFAULT_CONFIG, clusterCIDR: '10.0.0.0/8,fd00:10::/64', ...config }, node, {
    randomFully: false,
    ...options,
  });
}

/** The base set of services of the cases. */
export const OVERALL: ServiceSpec[] = [
  { name: 'ns1/svc1', ip: '172.30.0.41', ports: [{ name: 'p80', port: 80 }], eps: ['10.180.0.1'] },
  {
    name: 'ns2/svc2',
    type: 'LoadBalancer',
    ip: '172.30.0.42',
    ports: [{ name: 'p80', port: 80, nodePort: 3001 }],
    extra: { externalTrafficPolicy: 'Local', externalIPs: ['192.168.99.22'], healthCheckNodePort: 30000 },
    lb: ['1.2.3.4'],
    eps: ['10.180.0.2'],
  },
  {
    name: 'ns3/svc3',
    type: 'NodePort',
    ip: '172.30.0.43',
    ports: [{ name: 'p80', port: 80, nodePort: 3003 }],
    eps: ['10.180.0.3'],
  },
  {
    name: 'ns4/svc4',
    type: 'NodePort',
    ip: '172.30.0.44',
    extra: { externalIPs: ['192.168.99.33'] },
    eps: ['10.180.0.4', '10.180.0.5@here'],
  },
  {
    name: 'ns5/svc5',
    type: 'LoadBalancer',
    ip: '172.30.0.45',
    ports: [{ name: 'p80', port: 80, nodePort: 3002 }],
    extra: {
      loadBalancerSourceRanges: [' 203.0.113.0/25'],
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
      healthCheckNodePort: 30000,
      externalTrafficPolicy: 'Cluster',
    },
    lb: ['5.6.7.8'],
    eps: ['10.180.0.3'],
  },
  { name: 'ns6/svc6', ip: '172.30.0.46' },
];

/** The base set with several ports, protocols, local policies and load balancer addresses beside it. */
export const MANY_SIDED: ServiceSpec[] = [
  ...OVERALL,
  {
    name: 'ns7/multi',
    type: 'LoadBalancer',
    ip: '172.30.0.47',
    lb: ['9.9.9.9', '8.8.8.8'],
    ports: [
      { name: 'a', port: 53, protocol: 'UDP', nodePort: 30053 },
      { name: 'b', port: 53, protocol: 'TCP', nodePort: 30053 },
      { name: 'c', port: 99, protocol: 'SCTP', nodePort: 30099 },
    ],
    extra: {
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 31234,
      loadBalancerSourceRanges: ['192.168.0.0/24', '7.0.0.0/8'],
      externalIPs: ['192.168.99.11'],
    },
    eps: ['10.180.1.1@here', '10.180.1.2', '10.180.1.3', '10.180.1.10@here'],
  },
  {
    name: 'ns8/il',
    ip: '172.30.0.48',
    ports: [{ port: 80 }],
    extra: { internalTrafficPolicy: 'Local' },
    eps: ['10.180.2.1'],
  },
];

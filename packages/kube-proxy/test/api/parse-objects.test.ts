import { formatDiagnostic, InputError } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { parseObjects } from '../../src/api/parse-objects.ts';

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec:
  type: NodePort
  clusterIP: 10.96.0.10
  ports:
  - name: http
    port: 80
    nodePort: 30080
`;
const SLICE = `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: web-1
  labels: {kubernetes.io/service-name: web}
addressType: IPv4
ports: [{name: http, port: 8080}]
endpoints:
- addresses: [10.244.1.5]
  nodeName: node1
`;

function faults(text: string): string[] {
  try {
    parseObjects(text, 'a.yaml');
  } catch (error) {
    if (error instanceof InputError) return error.diagnostics.map(formatDiagnostic);
    throw error;
  }
  return [];
}

describe('reading objects', () => {
  it('takes single objects, several documents, Lists and typed lists, in YAML and JSON', () => {
    const both = parseObjects(`${SERVICE}---\n${SLICE}---\n`, 'a.yaml');
    expect([both.services.length, both.endpointSlices.length]).toEqual([1, 1]);
    const { services, endpointSlices } = both;
    const json = JSON.stringify({
      kind: 'List',
      items: [
        { kind: 'ServiceList', items: services.map((service) => ({ ...service })) },
        { kind: 'EndpointSlice', apiVersion: 'discovery.k8s.io/v1', ...endpointSlices[0] },
      ],
    });
    expect(parseObjects(json, 'a.json')).toMatchObject({ services, endpointSlices });
  });

  it('passes over what kube-proxy does not read, with a warning', () => {
    const { warnings, services } = parseObjects(`${SERVICE}---\nkind: Pod\nmetadata: {name: p}\n`, 'a.yaml');
    expect(services).toHaveLength(1);
    expect(warnings.map(formatDiagnostic)).toEqual([
      'a.yaml:12:1: warning: Pod default/p is passed over: kube-proxy reads Services, EndpointSlices and Nodes',
    ]);
  });

  it.each([
    [
      'port: 80',
      'port: 0',
      'a.yaml:9:11: error: Service default/web: spec.ports[0].port: 0 is not between 1 and 65535',
    ],
    [
      'port: 80',
      'port: "80"',
      'a.yaml:9:11: error: Service default/web: spec.ports[0].port: expected number, found "80"',
    ],
    ['    port: 80\n', '', 'a.yaml:8:5: error: Service default/web: spec.ports[0].port: a value is required'],
    [
      '10.96.0.10',
      '10.96.0.300',
      'a.yaml:6:14: error: Service default/web: spec.clusterIP: "10.96.0.300" is no IP address',
    ],
    [
      'type: NodePort',
      'type: Nodeport',
      'a.yaml:5:9: error: Service default/web: spec.type: "Nodeport" is not supported (use one of ClusterIP, NodePort, LoadBalancer, ExternalName)',
    ],
    [
      'type: NodePort',
      'type: ClusterIP',
      'a.yaml:10:15: error: Service default/web: spec.ports[0].nodePort: may not be used when type is ClusterIP (set type: NodePort)',
    ],
    [
      'name: web',
      'name: 1web',
      'metadata.name: "1web" is no DNS label (use up to 63 lower-case letters, digits and "-", beginning with a letter)',
    ],
    [
      'port: 80',
      'port: 80\n    targetPort: a-very-long-port-name',
      'spec.ports[0].targetPort: "a-very-long-port-name" is no name of a port',
    ],
    [
      '  clusterIP: 10.96.0.10',
      '  clusterIP: 10.96.0.10\n  clusterIPs: [10.96.0.10, 10.96.0.11]',
      'spec.clusterIPs: two addresses must be of different families',
    ],
    [
      'clusterIP: 10.96.0.10',
      'clusterIP: 10.96.0.10\n  ipFamilies: [IPv5]',
      'spec.ipFamilies[0]: "IPv5" is not supported (use IPv4 or IPv6)',
    ],
    ['name: web', 'name: Web', 'error: Service default/Web: metadata.name: "Web" is no DNS label'],
    [
      '  clusterIP: 10.96.0.10\n',
      '  clusterIP: None\n',
      'a.yaml:6:14: error: Service default/web: spec.clusterIP: may not be None for a Service of type NodePort',
    ],
    [
      'name: http',
      'name: http\n    protocol: ICMP',
      'spec.ports[0].protocol: "ICMP" is not supported (use one of TCP, UDP, SCTP)',
    ],
    [
      'clusterIP: 10.96.0.10',
      'clusterIP: 10.96.0.10\n  sessionAffinity: Client',
      'spec.sessionAffinity: "Client" is not supported',
    ],
    [
      'clusterIP: 10.96.0.10',
      'clusterIP: 10.96.0.10\n  loadBalancerSourceRanges: [10.0.0.0/8]',
      'spec.loadBalancerSourceRanges: may only be used when type is LoadBalancer',
    ],
    [
      'clusterIP: 10.96.0.10',
      'clusterIP: 10.96.0.10\n  externalIPs: [127.0.0.1]',
      'spec.externalIPs[0]: 127.0.0.1 may not be an external address',
    ],
    [
      'clusterIP: 10.96.0.10',
      'clusterIP: 10.96.0.10\n  sessionAffinity: ClientIP\n  sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}',
      'a.yaml:8:54: error: Service default/web: spec.sessionAffinityConfig.clientIP.timeoutSeconds: 86401 is not between 1 and 86400',
    ],
  ])('refuses what the API server refuses: %j as %j', (was, is, message) => {
    expect(faults(SERVICE.replace(was, is)).join('\n')).toContain(message);
  });

  it.each([
    ['10.244.1.5', 'fd00::5', 'endpoints[0].addresses[0]: fd00::5 is no IPv4 address'],
    ['10.244.1.5', '10.244.1', 'endpoints[0].addresses[0]: "10.244.1" is no IP address'],
    ['10.244.1.5', '127.0.0.1', 'endpoints[0].addresses[0]: 127.0.0.1 may not be an endpoint'],
    ['IPv4', 'ipv4', 'addressType: "ipv4" is not supported'],
    ['addressType: IPv4', 'kind2: x', 'addressType: a value is required'],
    ['discovery.k8s.io/v1', 'v1', 'apiVersion: "v1" is not known for EndpointSlice (use discovery.k8s.io/v1)'],
  ])('refuses slices with %j as %j', (was, is, message) => {
    expect(faults(SLICE.replace(was, is)).join('\n')).toContain(message);
  });

  it('refuses an address or a node port that another Service has', () => {
    const other = SERVICE.replace('name: web', 'name: other').replace('10.96.0.10', '010.96.0.10');
    const found = faults(`${SERVICE}---\n${other}`);
    expect(found[0]).toContain('spec.clusterIP: 10.96.0.10 is already allocated to Service default/web');
    expect(found[1]).toContain(
      'spec.ports[0].nodePort: TCP node port 30080 is already allocated to Service default/web',
    );
  });

  it('names every fault at once, and the place of each in JSON too', () => {
    const text = '{"kind": "Service",\n "metadata": {"name": "x"},\n "spec": {"type": "Foo", "ports": []}}';
    expect(faults(text)).toEqual([
      'a.yaml:3:19: error: Service default/x: spec.type: "Foo" is not supported (use one of ClusterIP, NodePort, LoadBalancer, ExternalName)',
      'a.yaml:3:26: error: Service default/x: spec.ports: a Service needs at least one port',
    ]);
  });

  it('tells where YAML is broken', () => {
    expect(faults('kind: Service\n  metadata: {')[0]).toMatch(/^a\.yaml:\d+:\d+: error: /);
  });

  it('takes Endpoints for Services that have no EndpointSlice', () => {
    const endpoints = `kind: Endpoints
metadata:
  name: web
subsets:
- addresses:
  - ip: 10.244.1.5
    nodeName: node1
  notReadyAddresses:
  - ip: 10.244.1.6
  ports:
  - name: http
    port: 8080
`;
    const { endpointSlices } = parseObjects(`${SERVICE}---\n${endpoints}`, 'a.yaml');
    expect(
      endpointSlices.map((slice) =>
        slice.endpoints?.map((endpoint) => [endpoint.addresses[0], endpoint.conditions?.ready]),
      ),
    ).toEqual([
      [
        ['10.244.1.5', true],
        ['10.244.1.6', false],
      ],
    ]);
    expect(parseObjects(`${SLICE}---\n${endpoints}`, 'a.yaml').endpointSlices).toHaveLength(1);
    expect(faults(endpoints.replace('8080', '0'))[0]).toContain(
      'a.yaml:12:11: error: Endpoints default/web: subsets[0].ports[0].port',
    );
  });
});

describe('a file nested beyond measure', () => {
  const refused = [expect.stringMatching(/^a\.yaml:\d+:\d+: error: maps and lists are nested deeper than 100 levels/)];

  it.each([
    ['flow lists', `a: ${'['.repeat(200_000)}`],
    ['flow lists with their ends', `a: ${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['flow maps', `a: ${'{a: '.repeat(200_000)}`],
    ['lists on a line', `${'- '.repeat(200_000)}x`],
    ['maps, a level a line', Array.from({ length: 3000 }, (_, level) => `${' '.repeat(level)}a:\n`).join('')],
    ['JSON', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    [
      'flow lists in a field that nobody reads',
      SERVICE.replace('spec:', `x: ${'['.repeat(101)}${']'.repeat(101)}\nspec:`),
    ],
  ])('as %s is one fault with its place', (_, text) => {
    expect(faults(text)).toEqual(refused);
  });

  it('is one within the bound, or where brackets are text', () => {
    const deep = `${'['.repeat(90)}${']'.repeat(90)}`;
    const text = '['.repeat(500);
    for (const field of [`x: ${deep}`, `x: "${text}"`, `x: |\n  ${text}`, `x: a${text}`, `x: 1 # ${text}`])
      expect(parseObjects(`${field}\n${SERVICE}`, 'a.yaml').services).toHaveLength(1);
    expect(parseObjects(`x: "${text}"\ny: !t [&z "${text}"]\n${SERVICE}`, 'a.yaml').services).toHaveLength(1);
    const json = {
      x: text,
      y: JSON.parse(deep),
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { ports: [{ port: 80 }] },
    };
    expect(parseObjects(JSON.stringify(json), 'a.json').services).toHaveLength(1);
  });
});

it('aliases that stand for too much, or for nothing, are faults with a place', () => {
  const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
  for (let i = 1; i < 30; i++) bomb.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`);
  expect(faults(bomb.join('\n'))).toEqual([
    expect.stringMatching(/^a\.yaml:5:\d+: error: aliases stand for more than 10000/),
  ]);
  expect(faults('a: *b')).toEqual([expect.stringContaining('a.yaml:1:4: error: the alias *b names no anchor')]);
});

it('a file of a hundred thousand objects that are none tells the first hundred', () => {
  expect(faults('- {}\n'.repeat(100_000))).toHaveLength(100);
});

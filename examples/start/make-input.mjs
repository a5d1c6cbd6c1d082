// Makes what `npm start` reads: 300 Services as kubectl prints them, and a capture of what their clients said.
//
//   node make-input.mjs      # writes cluster/services.yaml and cluster/traffic.pcapng, the same bytes each time
import { writeFileSync } from 'node:fs';
import {
  encodePacket,
  LINKTYPE,
  Packet,
  parseIpv4,
  pcapngHeader,
  pcapngPacket,
  RandomStreams,
  TCP_FLAG,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';

const { SYN, ACK, PSH, FIN } = TCP_FLAG;
const here = (name) => new URL(name, import.meta.url);
const random = new RandomStreams(7).stream('input');
const pick = (list) => list[random.below(list.length)];

const TEAMS = ['billing', 'catalog', 'checkout', 'identity', 'media', 'orders', 'search', 'stock'];
const NODE = '192.168.1.10';
const services = Array.from({ length: 300 }, (_, i) => ({
  namespace: TEAMS[i % TEAMS.length],
  name: `svc-${String(i + 1).padStart(3, '0')}`,
  clusterIP: `10.96.${1 + (i >> 7)}.${1 + (i & 127)}`,
  port: i % 3 === 0 ? 443 : 80,
  nodePort: i % 60 === 59 ? 30_000 + i : undefined,
  // Most have one pod; some three, on two nodes; a few have none that is ready.
  pods: i % 50 === 49 ? [] : i % 7 === 6 ? [podOf(i, 2), podOf(i, 3), podOf(i + 1, 3)] : [podOf(i, 2 + (i % 2))],
}));
services.unshift({
  namespace: 'kube-system',
  name: 'kube-dns',
  clusterIP: '10.96.0.10',
  port: 53,
  protocol: 'UDP',
  pods: [{ address: '10.244.2.250', node: 'worker-2' }],
});

function podOf(i, node) {
  return { address: `10.244.${node}.${2 + (i % 240)}`, node: `worker-${node}` };
}

const objects = ['apiVersion: v1', 'kind: List', 'items:'];
objects.push(
  '- apiVersion: v1',
  '  kind: Node',
  '  metadata: { name: worker-1 }',
  '  spec: { podCIDR: 10.244.1.0/24, podCIDRs: [10.244.1.0/24] }',
  `  status: { addresses: [{ type: InternalIP, address: ${NODE} }] }`,
);
for (const { namespace, name, clusterIP, port, protocol = 'TCP', nodePort, pods } of services) {
  const target = port === 53 ? 53 : 8080;
  objects.push(
    '- apiVersion: v1',
    '  kind: Service',
    `  metadata: { name: ${name}, namespace: ${namespace} }`,
    '  spec:',
    `    type: ${nodePort === undefined ? 'ClusterIP' : 'NodePort'}`,
    `    clusterIP: ${clusterIP}`,
    '    ports:',
    `    - { name: main, protocol: ${protocol}, port: ${port}, targetPort: ${target}${nodePort === undefined ? '' : `, nodePort: ${nodePort}`} }`,
    '- apiVersion: discovery.k8s.io/v1',
    '  kind: EndpointSlice',
    '  addressType: IPv4',
    `  metadata: { name: ${name}-1, namespace: ${namespace}, labels: { kubernetes.io/service-name: ${name} } }`,
    `  ports: [{ name: main, protocol: ${protocol}, port: ${target} }]`,
  );
  if (pods.length === 0) objects.push('  endpoints: []');
  else {
    objects.push('  endpoints:');
    for (const { address, node } of pods)
      objects.push(`  - { addresses: [${address}], nodeName: ${node}, conditions: { ready: true } }`);
  }
}
writeFileSync(here('cluster/services.yaml'), `${objects.join('\n')}\n`);

/** Frames of the capture, each with its time in nanoseconds and its interface: 0 is the pods' side, 1 the outside. */
const frames = [];
function add(time, interfaceId, [from, sport], [to, dport], fields) {
  const { flags, seq = 0, ack = 0, payloadLength = 0 } = fields;
  const packet = new Packet({
    src: parseIpv4(from),
    dst: parseIpv4(to),
    protocol: flags === undefined ? 17 : 6,
    id: 1 + random.below(65_535),
    transport:
      flags === undefined ? udpHeader(sport, dport, payloadLength) : tcpHeader({ sport, dport, flags, seq, ack }),
    payloadLength,
  });
  frames.push({ time: Math.round(time), interfaceId, bytes: encodePacket(packet) });
}

const client = () => [`10.244.1.${2 + random.below(40)}`, 32_768 + random.below(28_000)];
const stranger = () => [pick(['203.0.113.', '198.51.100.']) + (1 + random.below(250)), 1024 + random.below(60_000)];
const MS = 1e6;

/** A request to a Service of one pod, from its SYN to its last ACK: the pod's answers come in from the outside. */
function conversation(start, { clusterIP, port, pods }) {
  const from = client();
  const to = [clusterIP, port];
  const pod = [pods[0].address, 8080];
  const [request, response] = [80 + random.below(60), 120 + random.below(200)];
  const delay = (0.3 + random.next()) * MS;
  const steps = [
    [0, { flags: SYN, seq: 1000 }],
    [1, { flags: SYN | ACK, seq: 9000, ack: 1001 }],
    [0, { flags: ACK, seq: 1001, ack: 9001 }],
    [0, { flags: PSH | ACK, seq: 1001, ack: 9001, payloadLength: request }],
    [1, { flags: PSH | ACK, seq: 9001, ack: 1001 + request, payloadLength: response }],
    [0, { flags: FIN | ACK, seq: 1001 + request, ack: 9001 + response }],
    [1, { flags: FIN | ACK, seq: 9001 + response, ack: 1002 + request }],
    [0, { flags: ACK, seq: 1002 + request, ack: 9002 + response }],
  ];
  for (const [number, [side, fields]] of steps.entries()) {
    if (side === 0) add(start + number * delay, 0, from, to, fields);
    else add(start + number * delay, 1, pod, from, fields);
  }
}

const answered = services.filter(({ pods, port }) => pods.length === 1 && port !== 53);
for (let i = 0; i < 130; i++) {
  // Few Services get most of the requests.
  const service = answered[Math.floor(answered.length * random.next() ** 3)];
  conversation(random.next() * 2000 * MS, service);
}
for (let i = 0; i < 60; i++) {
  const from = client();
  const at = random.next() * 2000 * MS;
  add(at, 0, from, ['10.96.0.10', 53], { payloadLength: 33 });
  add(at + 0.4 * MS, 1, ['10.244.2.250', 53], from, { payloadLength: 49 });
}
for (const service of services.filter(({ pods }) => pods.length === 3).slice(0, 25)) {
  add(random.next() * 2000 * MS, 0, client(), [service.clusterIP, service.port], { flags: SYN, seq: 1 });
}
for (const service of services.filter(({ pods }) => pods.length === 0)) {
  add(random.next() * 2000 * MS, 0, client(), [service.clusterIP, service.port], { flags: SYN, seq: 1 });
}
for (const { nodePort } of services.filter((service) => service.nodePort !== undefined)) {
  for (let i = 0; i < 3; i++) add(random.next() * 2000 * MS, 1, stranger(), [NODE, nodePort], { flags: SYN, seq: 1 });
}
for (let i = 0; i < 6; i++) add(random.next() * 2000 * MS, 1, stranger(), [NODE, 22], { flags: SYN, seq: 1 });
for (let i = 0; i < 4; i++) add(random.next() * 2000 * MS, 0, client(), ['10.96.7.7', 80], { flags: SYN, seq: 1 });

frames.sort((a, b) => a.time - b.time);
const began = 1_780_000_000;
const parts = [pcapngHeader(['cni0', 'eth0'].map((name) => ({ name, linkType: LINKTYPE.ipv4 })))];
for (const { time, interfaceId, bytes } of frames) {
  const seconds = Math.floor(time / 1e9);
  parts.push(pcapngPacket({ time: { seconds: began + seconds, nanoseconds: time % 1e9 }, interfaceId, bytes }));
}
writeFileSync(here('cluster/traffic.pcapng'), Buffer.concat(parts));
console.log(`${services.length} Services, ${frames.length} packets`);

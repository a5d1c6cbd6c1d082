import type { ServiceSpec } from '../cluster-fixtures.ts';

/** Services for which chance has no part in where a packet ends: one endpoint each, or IPVS's round robin. */
export const FLOW_SPECS: ServiceSpec[] = [
  { name: 'ns1/svc1', ip: '172.30.0.41', eps: ['10.180.0.1@here'] },
  {
    name: 'ns2/svc2',
    type: 'LoadBalancer',
    ip: '172.30.0.42',
    ports: [{ name: 'p80', port: 80, nodePort: 3001 }],
    extra: { externalTrafficPolicy: 'Local', healthCheckNodePort: 30000 },
    lb: ['1.2.3.4'],
    eps: ['10.180.0.2@other'],
  },
  {
    name: 'ns3/svc3',
    type: 'NodePort',
    ip: '172.30.0.43',
    ports: [{ name: 'p80', port: 80, nodePort: 3003, targetPort: 8080 }],
    eps: ['10.180.0.3'],
  },
  {
    name: 'ns4/dns',
    type: 'NodePort',
    ip: '172.30.0.44',
    ports: [{ name: 'dns', port: 53, protocol: 'UDP', nodePort: 30053, targetPort: 5353 }],
    eps: ['10.180.0.4@here'],
  },
  {
    name: 'ns5/svc5',
    type: 'LoadBalancer',
    ip: '172.30.0.45',
    ports: [{ name: 'p80', port: 80, nodePort: 3002 }],
    extra: {
      loadBalancerSourceRanges: ['203.0.113.0/25'],
      sessionAffinity: 'ClientIP',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
    },
    lb: ['5.6.7.8'],
    eps: ['10.180.0.5@here'],
  },
  { name: 'ns6/svc6', ip: '172.30.0.46' },
  { name: 'ns8/ext', ip: '172.30.0.48', extra: { externalIPs: ['192.168.99.22'] }, eps: ['10.180.0.8@here'] },
  { name: 'ns7/local', ip: '172.30.0.47', extra: { internalTrafficPolicy: 'Local' }, eps: ['10.180.0.7@other'] },
];

/** From, to: every kind of client to every way in. */
export const FLOWS: readonly (readonly [string, string])[] = [
  ...['10.180.0.9', '10.180.0.1', '203.0.113.2', '192.168.0.2', '203.0.113.130'].flatMap((from) =>
    [
      '172.30.0.41:80',
      '172.30.0.42:80',
      '172.30.0.43:80',
      '172.30.0.44:53/udp',
      '172.30.0.45:80',
      '172.30.0.46:80',
      '172.30.0.47:80',
      '172.30.0.41:81',
      '1.2.3.4:80',
      '192.168.99.22:80',
      '5.6.7.8:80',
      '192.168.0.2:3001',
      '192.168.0.2:3002',
      '192.168.0.2:3003',
      '192.168.0.2:30053/udp',
      '192.168.0.2:30000',
      '192.168.0.2:22',
    ].map((to) => [from, to] as const),
  ),
  ['192.168.0.2', '127.0.0.1:3003'],
];

import { describe, expect, it } from 'vitest';
import type { ProxyConfig } from '../../src/api/proxy-config.ts';
import { DEFAULT_CONFIG } from '../../src/api/proxy-config.ts';
import type { ServiceSpec } from '../cluster-fixtures.ts';
import { nodeFor, outcomes } from './walker.ts';

const service = (external: string): ServiceSpec => ({
  name: 'ns1/svc1',
  type: 'LoadBalancer',
  ip: '172.30.1.1',
  ports: [{ port: 80, nodePort: 3001 }],
  extra: { externalTrafficPolicy: external },
  lb: ['5.5.5.5'],
  eps: ['10.180.0.1@here', '10.180.1.1@remote'],
});
const BOTH = '10.180.0.1:80, 10.180.1.1:80';
const HERE = '10.180.0.1:80';
const ALL: Partial<ProxyConfig> = { iptables: { ...DEFAULT_CONFIG.iptables, masqueradeAll: true } };

/** Client, way in, and for each policy where it goes and whether it is masqueraded. */
type Row = readonly [from: string, to: string, cluster: boolean, local: readonly [string, boolean]];

const POD = '10.0.0.2';
const NODE = '192.168.0.2';
const OUTSIDER = '203.0.113.2';

describe.each<readonly [string, Partial<ProxyConfig>, readonly Row[]]>([
  [
    'with a cluster CIDR',
    {},
    [
      [POD, '172.30.1.1:80', false, [BOTH, false]],
      [POD, `${NODE}:3001`, true, [BOTH, false]],
      [POD, '5.5.5.5:80', true, [BOTH, false]],
      [NODE, '172.30.1.1:80', true, [BOTH, true]],
      [NODE, `${NODE}:3001`, true, [BOTH, true]],
      [NODE, '5.5.5.5:80', true, [BOTH, true]],
      [OUTSIDER, '172.30.1.1:80', true, [BOTH, true]],
      [OUTSIDER, `${NODE}:3001`, true, [HERE, false]],
      [OUTSIDER, '5.5.5.5:80', true, [HERE, false]],
    ],
  ],
  [
    'with masqueradeAll',
    ALL,
    [
      [POD, '172.30.1.1:80', true, [BOTH, true]],
      [POD, `${NODE}:3001`, true, [BOTH, false]],
      [NODE, '172.30.1.1:80', true, [BOTH, true]],
      [OUTSIDER, '172.30.1.1:80', true, [BOTH, true]],
      [OUTSIDER, '5.5.5.5:80', true, [HERE, false]],
    ],
  ],
  [
    'without any detector',
    { clusterCIDR: '' },
    [
      [POD, '172.30.1.1:80', false, [BOTH, false]],
      [POD, `${NODE}:3001`, true, [HERE, false]],
      [POD, '5.5.5.5:80', true, [HERE, false]],
      [NODE, '172.30.1.1:80', false, [BOTH, false]],
      [NODE, `${NODE}:3001`, true, [BOTH, true]],
      [OUTSIDER, '172.30.1.1:80', false, [BOTH, false]],
      [OUTSIDER, '5.5.5.5:80', true, [HERE, false]],
    ],
  ],
])('masquerading %s', (_, config, rows) => {
  const cluster = nodeFor([service('Cluster')], 'iptables', config);
  const local = nodeFor([service('Local')], 'iptables', config);

  it.each(rows)(
    'of %s -> %s with the external policy Cluster: %s; with Local: %j',
    (from, to, masq, [ends, masqLocal]) => {
      expect(outcomes(cluster, from, to)).toEqual({ to: BOTH, masq });
      expect(outcomes(local, from, to)).toEqual({ to: ends, masq: masqLocal });
    },
  );
});

describe('node ports', () => {
  const web: ServiceSpec = {
    name: 'ns1/svc1',
    type: 'NodePort',
    ip: '172.30.0.41',
    ports: [{ name: 'p80', port: 80, nodePort: 3001 }],
    eps: ['10.180.0.1'],
  };
  it.each<readonly [string, Partial<ProxyConfig>, readonly (readonly [string, string])[]]>([
    [
      'everywhere by default, 127.0.0.1 included',
      {},
      [
        ['192.168.0.2', HERE],
        ['192.168.1.2', HERE],
        ['127.0.0.1', HERE],
      ],
    ],
    [
      'on the addresses that nodePortAddresses names',
      { nodePortAddresses: ['192.168.0.0/24'] },
      [
        ['192.168.0.2', HERE],
        ['192.168.1.2', 'ACCEPT'],
        ['127.0.0.1', 'ACCEPT'],
      ],
    ],
    [
      'on loopback alone if it names nothing else',
      { nodePortAddresses: ['127.0.0.0/8'] },
      [
        ['192.168.0.2', 'ACCEPT'],
        ['127.0.0.1', HERE],
      ],
    ],
    [
      'not on 127.0.0.1 without localhostNodePorts',
      { iptables: { ...DEFAULT_CONFIG.iptables, localhostNodePorts: false } },
      [
        ['192.168.0.2', HERE],
        ['127.0.0.1', 'ACCEPT'],
      ],
    ],
  ])('answer %s', (_, config, rows) => {
    const node = nodeFor([web], 'iptables', config);
    for (const [address, end] of rows) expect(outcomes(node, NODE, `${address}:3001`, 3).to).toBe(end);
  });
});

describe('packets of no connection', () => {
  it('are dropped in FORWARD unless conntrack is liberal', () => {
    const rule = '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP';
    const conntrack = { ...DEFAULT_CONFIG.conntrack, tcpBeLiberal: true };
    expect(nodeFor([]).sh('iptables-save').stdout).toContain(rule);
    expect(nodeFor([], 'iptables', { conntrack }).sh('iptables-save').stdout).not.toContain(rule);
  });
});

describe('pods told by their device', () => {
  it('are those behind the link that the configuration names', () => {
    const bridge = { clusterCIDR: '', detectLocalMode: 'BridgeInterface', bridgeInterface: 'cbr0' } as const;
    const prefix = { clusterCIDR: '', detectLocalMode: 'InterfaceNamePrefix', interfaceNamePrefix: 'veth' } as const;
    for (const config of [bridge, prefix]) {
      const node = nodeFor([service('Local')], 'iptables', config);
      expect(outcomes(node, '10.180.0.1', '5.5.5.5:80')).toMatchObject({ to: BOTH });
      expect(outcomes(node, OUTSIDER, '5.5.5.5:80')).toEqual({ to: HERE, masq: false });
      expect(outcomes(node, OUTSIDER, '172.30.1.1:80')).toEqual({ to: BOTH, masq: true });
    }
  });
});

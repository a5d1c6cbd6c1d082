import type { InterfaceSpec } from '../format.ts';
import type { Draw } from './draw.ts';
import type { Plan } from './plan.ts';
import { drawRoutingHost } from './routing.ts';

/** A place that packets come from and go to: an address behind a device. */
export interface Peer {
  readonly address: string;
  readonly device: string;
}

/** The host of a scenario, and who there is to talk to. */
export interface HostPlan {
  readonly interfaces: readonly InterfaceSpec[];
  readonly routes: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  /** Addresses of this host on its devices. */
  readonly local: readonly Peer[];
  readonly peers: readonly Peer[];
  /** Destinations that are nobody's: broadcast, multicast, refused, without a route. */
  readonly odd: readonly string[];
  readonly devices: readonly string[];
}

/** Service addresses of the hosts that run IPVS or kube-proxy. */
export const SERVICE_ADDRESSES = ['10.96.0.1', '10.96.0.2'] as const;
/** Pods behind cni0. */
export const PODS = ['10.244.1.5', '10.244.1.6', '10.244.1.7', '10.244.1.9'] as const;

/** A router between three networks, with what routers have in varying measure. */
function router(draw: Draw, plan: Plan): HostPlan {
  const plain = plan.base === 'limit' || draw.chance(0.6);
  const vary = (probability: number): boolean => !plain && draw.chance(probability);
  const down = vary(0.06);
  const eth1: InterfaceSpec = {
    name: 'eth1',
    addresses: ['10.0.0.1/24', ...(vary(0.3) ? ['10.0.0.2/24'] : []), ...(vary(0.15) ? ['10.1.0.1/16'] : [])],
    ...(vary(0.2) ? { mtu: draw.pick([576, 1000, 1400]) } : {}),
    ...(down ? { up: false } : {}),
  };
  const dummy = vary(0.3);
  // A link without an address: REDIRECT has nowhere to go.
  const bare = draw.chance(0.1);
  // Destinations that a route refuses, each way; a source of theirs is a martian.
  const refused = draw.chance(0.12) ? draw.pick(['unreachable', 'prohibit', 'blackhole']) : undefined;
  const interfaces: InterfaceSpec[] = [
    { name: 'eth0', addresses: ['192.168.1.10/24', ...(vary(0.15) ? ['192.168.1.11/24'] : [])] },
    eth1,
    { name: 'eth2', addresses: bare ? [] : [vary(0.15) ? '172.16.0.1/32' : '172.16.0.1/16'] },
    ...(dummy
      ? [
          {
            name: 'dum0',
            kind: 'dummy' as const,
            addresses: ['10.200.0.1/32'],
            ...(draw.chance(0.5) ? { up: false } : {}),
          },
        ]
      : []),
  ];
  const routes = [
    ...(vary(0.1) ? [] : ['default via 192.168.1.1 dev eth0']),
    ...(!down && vary(0.25) ? ['203.0.113.0/24 via 10.0.0.254 dev eth1'] : []),
    ...(bare ? ['172.16.0.0/16 dev eth2'] : []),
    ...(refused === undefined ? [] : [`${refused} 198.51.100.0/24`]),
    ...(vary(0.15) ? ['8.8.8.0/24 dev eth2 src 10.0.0.1'] : []),
    ...(vary(0.1) ? ['172.17.0.0/16 dev eth2'] : []),
    ...(vary(0.1) ? ['10.0.0.99/32 dev eth2'] : []),
  ];
  const sysctls: Record<string, string> = {
    ...(vary(0.08) ? { 'net.ipv4.ip_forward': '0' } : {}),
    ...(vary(0.2) ? { 'net.ipv4.conf.eth0.rp_filter': draw.pick(['1', '2']) } : {}),
    ...(vary(0.06) ? { 'net.ipv4.conf.all.rp_filter': draw.pick(['1', '2']) } : {}),
    ...(vary(0.08) ? { 'net.ipv4.conf.eth0.route_localnet': '1' } : {}),
    ...(vary(0.05) ? { 'net.ipv4.icmp_echo_ignore_all': '1' } : {}),
    ...(vary(0.05) ? { 'net.ipv4.icmp_errors_use_inbound_ifaddr': '1' } : {}),
    ...(vary(0.05) ? { 'net.ipv4.conf.eth1.accept_local': '1' } : {}),
  };
  return {
    interfaces,
    routes,
    sysctls,
    local: interfaces.flatMap(({ name, addresses }) =>
      (addresses ?? []).map((text) => ({ device: name, address: text.replace(/\/.*/, '') })),
    ),
    peers: [
      { device: 'eth0', address: '192.168.1.50' },
      { device: 'eth1', address: '10.0.0.5' },
      { device: 'eth2', address: '172.16.5.5' },
      { device: 'eth0', address: '192.168.1.51' },
      { device: 'eth1', address: '10.0.0.6' },
      { device: 'eth0', address: '8.8.8.8' },
      { device: 'eth1', address: '10.0.0.99' },
      { device: 'eth2', address: '172.16.200.1' },
      { device: 'eth0', address: '203.0.113.7' },
      ...(refused === undefined ? [] : [{ device: 'eth0', address: '198.51.100.9' }]),
    ],
    odd: [
      '192.168.1.255',
      '255.255.255.255',
      '224.0.0.5',
      '198.51.100.9',
      '127.0.0.1',
      '10.200.0.1',
      '10.200.0.9',
      '10.1.7.7',
    ],
    devices: interfaces.map(({ name }) => name),
  };
}

/** A Kubernetes node: the world behind eth0, pods behind cni0, service addresses on a dummy device. */
function node(draw: Draw, plan: Plan): HostPlan {
  const dummy = plan.base === 'ipvs' ? draw.chance(0.85) : draw.chance(0.3);
  const interfaces: InterfaceSpec[] = [
    { name: 'eth0', addresses: ['192.168.1.10/24'] },
    { name: 'cni0', addresses: ['10.244.1.1/24'] },
    ...(dummy
      ? [
          {
            name: 'kube-ipvs0',
            kind: 'dummy' as const,
            addresses: SERVICE_ADDRESSES.map((address) => `${address}/32`),
            // kube-proxy never brings it up.
            ...(draw.chance(0.5) ? { up: false } : {}),
          },
        ]
      : []),
  ];
  return {
    interfaces,
    routes: [
      'default via 192.168.1.1 dev eth0',
      ...(draw.chance(0.3) ? ['10.244.2.0/24 via 192.168.1.20 dev eth0'] : []),
    ],
    sysctls: {},
    local: [
      { device: 'eth0', address: '192.168.1.10' },
      { device: 'cni0', address: '10.244.1.1' },
    ],
    peers: [
      { device: 'eth0', address: '192.168.1.50' },
      { device: 'eth0', address: '192.168.1.51' },
      { device: 'cni0', address: '10.244.1.5' },
      { device: 'eth0', address: '8.8.8.8' },
      { device: 'cni0', address: '10.244.1.6' },
      { device: 'eth0', address: '192.168.1.52' },
    ],
    odd: ['192.168.1.255', '10.244.2.7', '127.0.0.1'],
    devices: interfaces.map(({ name }) => name),
  };
}

/** The host of a scenario with this plan. */
export function drawHost(draw: Draw, plan: Plan): HostPlan {
  if (plan.base === 'routing') return drawRoutingHost(draw);
  return plan.base === 'ipvs' || plan.base === 'kube' ? node(draw, plan) : router(draw, plan);
}

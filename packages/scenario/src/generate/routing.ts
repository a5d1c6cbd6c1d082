import type { InterfaceSpec, PacketSpec, Step } from '../format.ts';
import type { Draw, Weighted } from './draw.ts';
import type { HostPlan } from './host.ts';
import { port } from './matches.ts';
import { drawPacketStep } from './packets.ts';
import type { Plan } from './plan.ts';

/** A network that a `local` route makes this host's own, without any device having an address of it. */
const LOCAL_NETWORK = '198.18.0.0/24';
const GATEWAYS: Readonly<Record<string, string>> = { eth0: '192.168.1.1', eth1: '10.0.0.254', eth2: '172.16.0.254' };
const DEVICES = Object.keys(GATEWAYS);
/** Networks that are no neighbours, for routes and their changes. */
const FAR = ['203.0.113.0/24', '8.8.8.0/24', '8.8.8.8/32', '8.0.0.0/8', '198.51.100.0/24', '172.20.0.0/16'] as const;
const TABLES = ['', '', '', ' table 100'] as const;

/** A router whose routes, addresses and parameters vary in every way. */
export function drawRoutingHost(draw: Draw): HostPlan {
  // A link whose address says nothing of its neighbours.
  const bare = draw.chance(0.3);
  const interfaces: InterfaceSpec[] = [
    { name: 'eth0', addresses: ['192.168.1.10/24', ...some(draw, 0.3, '192.168.1.11/24', '192.168.2.10/24')] },
    {
      name: 'eth1',
      addresses: ['10.0.0.1/24', ...some(draw, 0.3, '10.0.0.2/24', '10.0.0.3/32', '10.1.0.0/31', '10.0.0.129/25')],
      ...(draw.chance(0.2) ? { mtu: draw.pick([576, 1000]) } : {}),
    },
    { name: 'eth2', addresses: [bare ? '172.16.0.1/32' : '172.16.0.1/16'] },
    ...(draw.chance(0.3)
      ? [{ name: 'dum0', kind: 'dummy' as const, addresses: ['10.200.0.1/24'], up: draw.chance(0.7) }]
      : []),
  ];
  const networks = draw.some(FAR, 0, 4);
  const routes = [
    ...(bare ? ['172.16.0.0/16 dev eth2'] : []),
    ...(draw.chance(0.85) ? [`default ${way(draw, 'eth0')}${metrics(draw)}`] : []),
    ...networks.map((network) => route(draw, network)),
    ...(draw.chance(0.25) ? [`local ${LOCAL_NETWORK} dev ${draw.pick(['lo', 'eth1'])}`] : []),
    ...(draw.chance(0.15) ? [`broadcast 10.9.0.255/32 dev eth1`] : []),
  ];
  return {
    interfaces,
    routes,
    sysctls: drawRoutingSysctls(draw),
    local: [
      ...interfaces.flatMap(({ name, addresses }) =>
        (addresses ?? []).map((text) => ({ device: name, address: text.replace(/\/.*/, '') })),
      ),
      ...(draw.chance(0.3) ? [{ device: 'eth1', address: '198.18.0.9' }] : []),
    ],
    peers: [
      { device: 'eth0', address: '192.168.1.50' },
      { device: 'eth1', address: '10.0.0.5' },
      { device: 'eth2', address: '172.16.5.5' },
      { device: 'eth0', address: '8.8.8.8' },
      { device: 'eth0', address: '203.0.113.7' },
      { device: 'eth0', address: '192.168.1.51' },
      { device: 'eth1', address: '198.51.100.9' },
      { device: 'eth2', address: '172.20.3.3' },
      { device: 'eth1', address: '10.0.0.130' },
    ],
    odd: [
      '192.168.1.255',
      '10.0.0.255',
      '10.9.0.255',
      '255.255.255.255',
      '224.0.0.1',
      '224.0.0.5',
      '239.1.1.1',
      '127.0.0.1',
      '198.18.0.200',
      '10.200.0.9',
      '0.0.0.0',
    ],
    devices: interfaces.map(({ name }) => name),
  };
}

function some(draw: Draw, probability: number, ...list: string[]): string[] {
  return draw.chance(probability) ? draw.some(list, 1, 2) : [];
}

function way(draw: Draw, device: string): string {
  return draw.chance(0.75) ? `via ${GATEWAYS[device]} dev ${device}` : `dev ${device}`;
}

function metrics(draw: Draw): string {
  return draw.weighted([
    [6, ''],
    [1, ' mtu 600'],
    [0.5, ' mtu lock 1000'],
    [1, ' realm 5'],
    [1, ' metric 50'],
    [0.5, ' src 10.0.0.1'],
    [0.3, ' advmss 500'],
  ]);
}

/** The words behind `ip route add`: a route to a network that is no neighbour. */
function route(draw: Draw, network: string): string {
  return draw.weighted<() => string>([
    [5, () => `${network} ${way(draw, draw.pick(DEVICES))}${metrics(draw)}`],
    [1.5, () => `${draw.pick(['unreachable', 'prohibit', 'blackhole', 'throw'])} ${network}`],
    [0.5, () => `${network} via 9.9.9.9 dev eth0 onlink`],
    [0.5, () => `${network} ${way(draw, draw.pick(DEVICES))} tos 0x10`],
  ])();
}

/** Parameters by what they may be set to, most often left alone. */
function drawRoutingSysctls(draw: Draw): Record<string, string> {
  const on = (): string => draw.pick(['all', ...DEVICES]);
  const choices: readonly Weighted<readonly [string, string]>[] = [
    [0.3, [`conf.${on()}.rp_filter`, draw.pick(['1', '2'])]],
    [0.25, [`conf.${on()}.send_redirects`, '1']],
    [0.1, ['conf.all.shared_media', '0']],
    [0.12, [`conf.${on()}.accept_local`, '1']],
    [0.12, [`conf.${on()}.route_localnet`, '1']],
    [0.1, [`conf.${on()}.src_valid_mark`, '1']],
    [0.1, [`conf.${on()}.forwarding`, '0']],
    [0.05, ['ip_forward', '0']],
    [0.2, ['icmp_echo_ignore_broadcasts', '0']],
    [0.05, ['icmp_echo_ignore_all', '1']],
    [0.1, ['icmp_errors_use_inbound_ifaddr', '1']],
    [0.15, ['fwmark_reflect', '1']],
    [0.15, ['ip_forward_use_pmtu', '1']],
    [0.05, ['ip_no_pmtu_disc', draw.pick(['1', '2', '3'])]],
    [0.06, ['ip_default_ttl', draw.pick(['1', '2', '100'])]],
  ];
  const sysctls = choices.flatMap(([probability, [name, value]]) =>
    draw.chance(probability) ? [[`net.ipv4.${name}`, value]] : [],
  );
  // Either both or none.
  const forwardsBroadcasts = draw.chance(0.1)
    ? DEVICES.concat('all').map((name) => [`net.ipv4.conf.${name}.bc_forwarding`, '1'])
    : [];
  return Object.fromEntries([...sysctls, ...forwardsBroadcasts]);
}

/** A change of routes, rules, addresses, links or parameters; some of them cannot be made. */
export function drawRoutingCommand(draw: Draw, host: HostPlan): Step {
  const device = draw.pick(DEVICES);
  const network = draw.pick(FAR);
  const place = draw.pick(host.local);
  const rule = (): string =>
    draw.weighted([
      [2, 'fwmark 0x1'],
      [1, 'fwmark 0x4000/0x4000'],
      [1, `from ${draw.pick(['10.0.0.0/24', '192.168.1.50', '10.0.0.1'])}`],
      [1, `to ${network}`],
      [1, `iif ${draw.pick([device, 'lo'])}`],
      [0.7, `oif ${device}`],
      [0.7, 'tos 0x10'],
      [0.4, 'not from 10.0.0.0/24 fwmark 0x1'],
    ]);
  const action = (): string =>
    draw.pick(['table 100', 'table 100', 'table 100', 'unreachable', 'prohibit', 'blackhole', 'table 200']);
  return {
    run: draw.weighted<() => string>([
      [4, () => `ip route add ${route(draw, network)}${draw.pick(TABLES)}`],
      [2, () => `ip route add default ${way(draw, device)} table 100`],
      [1, () => `ip route ${draw.pick(['append', 'prepend', 'replace', 'change'])} ${route(draw, network)}`],
      [1.5, () => `ip route del ${draw.pick([network, 'default', '10.0.0.0/24'])}`],
      [0.5, () => `ip route add local ${LOCAL_NETWORK} dev lo`],
      [4, () => `ip rule add ${rule()} ${action()}`],
      [1, () => `ip rule del ${rule()} ${action()}`],
      [0.5, () => `ip addr add ${draw.pick(['10.0.0.7/24', '10.9.0.1/24', '192.168.1.12/32'])} dev ${device}`],
      [0.7, () => `ip addr del ${place.address}/24 dev ${place.device}`],
      [0.7, () => `ip link set dev ${device} ${draw.pick(['down', 'up', 'mtu 600'])}`],
      [1, () => `sysctl -w net.ipv4.conf.${device}.${draw.pick(['rp_filter=1', 'rp_filter=2', 'accept_local=1'])}`],
      [0.5, () => `sysctl -w net.ipv4.${draw.pick(['ip_forward=0', 'fwmark_reflect=1', 'ip_default_ttl=9'])}`],
    ])(),
  };
}

/** Somebody says that a packet of this host was too big. */
function tooBig(draw: Draw, host: HostPlan): Step {
  const { address } = draw.pick(host.local);
  const inner: PacketSpec = {
    src: address,
    dst: draw.pick(host.peers).address,
    ...draw.pick<PacketSpec>([
      { proto: 'udp', sport: port(draw), dport: port(draw), payload: 10 },
      { proto: 'tcp', sport: port(draw), dport: port(draw), flags: 'A', seq: 100 },
      { proto: 'icmp', type: 8, code: 0, id: 1, seq: 1 },
      { proto: 47, payload: 20 },
    ]),
  };
  const from = draw.pick(host.peers);
  return { in: from.device, packet: { src: from.address, dst: address, proto: 'icmp', type: 3, code: 4, inner } };
}

/** A large packet of this host, or through it. */
function large(draw: Draw, host: HostPlan): Step {
  const from = draw.chance(0.5) ? draw.pick(host.peers) : undefined;
  const packet: PacketSpec = {
    src: from?.address ?? draw.pick(host.local).address,
    dst: draw.pick(host.peers).address,
    ...draw.pick<PacketSpec>([
      { proto: 'udp', sport: 1000, dport: 53 },
      { proto: 'icmp', type: 8, code: 0, id: 1, seq: 1 },
      { proto: 'tcp', sport: 1000, dport: 80, flags: 'A', seq: 1, ack: 1 },
    ]),
    payload: draw.pick([500, 540, 600, 1000, 1400, ...(from === undefined ? [1600] : [])]),
  };
  return from === undefined ? { packet } : { in: from.device, packet };
}

/** A question to many, or to an address that no device has. */
function toOdd(draw: Draw, host: HostPlan): Step {
  const from = draw.pick(host.peers);
  const packet: PacketSpec = {
    src: from.address,
    dst: draw.pick([...host.odd, '198.18.0.9']),
    ...draw.pick<PacketSpec>([
      { proto: 'icmp', type: 8, code: 0, id: 1, seq: 1 },
      { proto: 'udp', sport: port(draw), dport: port(draw), payload: 10 },
      { proto: draw.pick([103, 2, 89]), payload: 20 },
    ]),
  };
  return { in: from.device, packet };
}

/** One packet that shows what routes and parameters do. */
export function drawRoutingPacket(draw: Draw, host: HostPlan, plan: Plan): Step {
  return draw.weighted<() => Step>([
    [6, () => drawPacketStep(draw, host, plan)],
    [1.2, () => tooBig(draw, host)],
    [2, () => large(draw, host)],
    [1.5, () => toOdd(draw, host)],
  ])();
}

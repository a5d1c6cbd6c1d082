import type { PacketSpec, Step } from '../format.ts';
import type { Draw } from './draw.ts';
import type { HostPlan, Peer } from './host.ts';
import { port } from './matches.ts';
import type { Plan } from './plan.ts';

const FLAGS = ['S', 'SA', 'A', 'PA', 'FA', 'F', 'R', 'RA', '', 'FPU', 'SE', 'SEC'] as const;

/** Fields that a packet has apart from who sends it to whom. */
function header(draw: Draw): Pick<PacketSpec, 'ttl' | 'tos'> {
  return {
    ttl: draw.weighted([
      [12, 64],
      [1, 1],
      [1, 2],
      [1, 5],
      [1, 63],
      [0.5, 128],
      [0.5, 255],
    ]),
    tos: draw.weighted([
      [6, 0],
      [2, 16],
      [2, 184],
      [0.5, 8],
      [0.5, 4],
      [0.8, draw.pick([1, 2, 3])],
      [0.3, 255],
    ]),
  };
}

export function payload(draw: Draw): number {
  return draw.weighted([
    [5, 0],
    [3, 20],
    [1, 10],
    [1, 100],
    [0.5, 500],
    [0.3, 1400],
    [0.2, 1472],
  ]);
}

/** What a packet carries, with ports from those that rules look at. */
function transport(draw: Draw): PacketSpec {
  return draw.weighted<() => PacketSpec>([
    [
      10,
      () => ({
        proto: 'tcp',
        sport: port(draw),
        dport: port(draw),
        payload: payload(draw),
        flags: draw.pick(FLAGS),
        seq: 1000,
        ack: draw.pick([0, 2000]),
      }),
    ],
    [7, () => ({ proto: 'udp', sport: port(draw), dport: port(draw), payload: payload(draw) })],
    [
      3,
      () => ({
        proto: 'icmp',
        type: draw.pick([8, 8, 8, 0, 13, 15, 17]),
        code: 0,
        id: draw.int(1, 3),
        seq: draw.int(0, 2),
        payload: payload(draw),
      }),
    ],
    [1, () => icmpError(draw)],
    [2.2, () => ({ proto: draw.pick(OTHER_PROTOCOLS), payload: otherPayload(draw) })],
  ])();
}

/** GRE, DCCP, UDP-Lite, those that rules have matches for, and some that nobody looks into. */
const OTHER_PROTOCOLS = [50, 51, 132, 50, 51, 132, 47, 47, 33, 136, 2, 89, 253] as const;

/** Zeros behind the IP header of another protocol: now and then too few for a header of it. */
export function otherPayload(draw: Draw): number {
  return draw.pick([20, 40, 12, 16, 20, 8, 4, 0]);
}

/** Sources that nobody has: some are refused, some only look strange. */
const STRANGE_SOURCES = [
  '127.0.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '224.0.0.5',
  '240.0.0.1',
  '0.1.2.3',
  '192.168.1.255',
  '192.168.1.0',
  '192.168.1.10',
] as const;

/** An ICMP error about a packet that nobody sent. */
function icmpError(draw: Draw): PacketSpec {
  const inner: PacketSpec = {
    src: draw.pick(['10.0.0.5', '192.168.1.50', '192.168.1.10', '10.244.1.5']),
    dst: draw.pick(['172.16.5.5', '10.0.0.6', '8.8.8.8', '10.96.0.1']),
    ...draw.pick<PacketSpec>([
      { proto: 'udp', sport: port(draw), dport: port(draw), payload: 10 },
      { proto: 'tcp', sport: port(draw), dport: port(draw), flags: 'S', seq: 100 },
      { proto: 'icmp', type: 8, code: 0, id: 1, seq: 1 },
    ]),
    ttl: 63,
  };
  return {
    proto: 'icmp',
    ...draw.pick([
      { type: 3, code: 1 },
      { type: 3, code: 3 },
      { type: 11, code: 0 },
      { type: 5, code: 1 },
      { type: 12, code: 0 },
    ]),
    inner,
  };
}

/** Whom a packet from this peer is for. */
export function drawDestination(draw: Draw, host: HostPlan, from: Peer | undefined): string {
  const others = host.peers.filter((peer) => peer.device !== from?.device);
  return draw.weighted([
    [8, draw.pick(others.length > 0 ? others : host.peers).address],
    [3, draw.pick(host.local).address],
    [1, draw.pick(host.peers).address],
    [0.6, draw.pick(host.odd)],
  ]);
}

/** A packet on its own, that arrives or is sent by this host. */
export function drawPacketStep(draw: Draw, host: HostPlan, plan: Plan): Step {
  const local = plan.base !== 'limit' && draw.chance(0.2);
  const peers = plan.base === 'limit' ? host.peers.slice(0, 4) : host.peers;
  const from = local ? undefined : draw.pick(peers);
  const arrives =
    plan.base === 'limit' ? host.peers[draw.chance(0.5) ? 1 : 4]!.address : drawDestination(draw, host, from);
  const strange = from !== undefined && plan.base !== 'limit' && draw.chance(0.04);
  const packet: PacketSpec = {
    src:
      (strange ? draw.pick(STRANGE_SOURCES) : from?.address) ??
      draw.pick(draw.chance(0.05) ? host.peers : host.local).address,
    dst: arrives,
    ...transport(draw),
    ...(plan.base === 'limit' ? { ttl: 64 } : header(draw)),
  };
  if (from === undefined) {
    // A raw socket takes none of these from a process.
    return {
      packet: { ...packet, dst: local && packet.dst === '255.255.255.255' ? host.peers[0]!.address : packet.dst },
    };
  }
  // Now and then on another device than its route: an asymmetric path, or a spoofed source.
  const devices = host.interfaces.filter((device) => device.kind !== 'dummy').map(({ name }) => name);
  const watched = Object.keys(host.sysctls).some((name) => name.endsWith('.rp_filter'));
  return { in: draw.chance(watched ? 0.3 : 0.06) ? draw.pick(devices) : from.device, packet };
}

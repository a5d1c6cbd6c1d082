import {
  decodePacket,
  describePacket,
  encodePacket,
  type Host,
  type Ipv4Address,
  icmpHeader,
  Packet,
  PROTOCOL,
  parseIpv4,
  parseTcpFlags,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import { runIptablesRestore } from '../../src/iptables/run.ts';
import { addInterface, emptyWorld, type World } from './world.ts';

/** A router between eth0 (10.0.1.1/24) and eth1 (10.0.2.1/24), and what came out of it, as one line a packet. */
export interface Router extends World {
  /** Receives a packet on eth0 and answers what came of it. */
  readonly arrive: (packet: Packet, device?: string) => readonly string[];
  /** A process sends it. */
  readonly send: (packet: Packet) => readonly string[];
  /** The packets themselves that the last call let out. */
  readonly out: () => readonly Packet[];
  readonly packetsOf: (table: string, chain: string) => readonly number[];
}

export function router(rules: string, sysctls: Readonly<Record<string, number>> = {}): Router {
  const world = emptyWorld();
  const { host, net } = world;
  addInterface(host, 'eth0', '10.0.1.1/24');
  addInterface(host, 'eth1', '10.0.2.1/24');
  const settings = { 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.all.rp_filter': 0, 'net.ipv4.icmp_ratelimit': 0 };
  for (const [name, value] of Object.entries({ ...settings, ...sysctls })) host.sysctl.write(name, value);
  load(world, rules);
  let lines: string[] = [];
  let packets: Packet[] = [];
  host.observe((event) => {
    if (event.kind === 'transmit') {
      lines.push(`${event.device.name} < ${describePacket(event.packet)}`);
      packets.push(event.packet.clone());
    } else if (event.kind === 'deliver') lines.push(`${event.device.name}: ${describePacket(event.packet)}`);
    else if (!event.reason.includes('socket') && event.reason !== 'consumed-locally') lines.push(event.reason);
  });
  const watch = (work: () => void): readonly string[] => {
    lines = [];
    packets = [];
    work();
    return lines;
  };
  return {
    ...world,
    arrive: (packet, device = 'eth0') => watch(() => host.receive(host.device(device)!, packet)),
    send: (packet) => watch(() => host.send(packet)),
    out: () => packets,
    packetsOf: (table, chain) => net.counters(table as 'filter', chain).rules.map((counters) => counters.packets),
  };
}

/** Loads rules on top of nothing. */
export function load({ net }: World, rules: string): void {
  const result = runIptablesRestore(net, rules);
  if (result.status !== 0) throw new Error(result.stderr);
}

export const ip = (text: string): Ipv4Address => parseIpv4(text)!;

export interface TcpStory {
  readonly flags?: string;
  readonly seq?: number;
  readonly ack?: number;
  readonly payload?: number;
  readonly options?: readonly number[];
  readonly ttl?: number;
  readonly tos?: number;
}

/** `tcp('10.0.1.9:1000', '10.0.2.9:80')` is a SYN. */
export function tcp(from: string, to: string, story: TcpStory = {}): Packet {
  const [src, sport] = from.split(':') as [string, string];
  const [dst, dport] = to.split(':') as [string, string];
  return new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL.tcp,
    ttl: story.ttl ?? 64,
    tos: story.tos ?? 0,
    id: 7,
    transport: tcpHeader({
      sport: Number(sport),
      dport: Number(dport),
      flags: parseTcpFlags(story.flags ?? 'S')!,
      seq: story.seq ?? 100,
      ack: story.ack ?? 0,
      options: Uint8Array.from(story.options ?? []),
    }),
    payloadLength: story.payload ?? 0,
  });
}

export function udp(from: string, to: string, story: { payload?: number; ttl?: number; tos?: number } = {}): Packet {
  const [src, sport] = from.split(':') as [string, string];
  const [dst, dport] = to.split(':') as [string, string];
  return new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL.udp,
    ttl: story.ttl ?? 64,
    tos: story.tos ?? 0,
    id: 7,
    transport: udpHeader(Number(sport), Number(dport), story.payload ?? 0),
    payloadLength: story.payload ?? 0,
  });
}

export function echo(src: string, dst: string): Packet {
  return new Packet({ src: ip(src), dst: ip(dst), protocol: PROTOCOL.icmp, id: 7, transport: icmpHeader(8, 0, 1, 1) });
}

/** The same packet as it would arrive after a walk on the wire. */
export function overTheWire(packet: Packet): Packet {
  const copy = decodePacket(encodePacket(packet));
  if (!(copy instanceof Packet)) throw new Error(copy);
  return copy;
}

/** The text of the last line that the kernel logged. */
export function lastLogged(host: Host): string | undefined {
  return host.log.since(host.log.total - 1)[0]?.text;
}

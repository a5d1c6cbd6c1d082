import type { Conntrack } from '@chainwalk/conntrack';
import {
  type Device,
  Host,
  type HostEvent,
  type Ipv4Address,
  Packet,
  PROTOCOL,
  parseIpv4,
  parseTcpFlags,
  Simulation,
  sctpHeader,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import { type Connection, Ipvs, type IpvsOptions, runIpvsadm, stateName } from '../src/index.ts';

/** An address from its text. */
export function ip(text: string): Ipv4Address {
  const address = parseIpv4(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

export interface DirectorOptions extends IpvsOptions {
  /** Addresses that the director answers for, on a dummy device that is down. */
  readonly virtual?: readonly string[];
  readonly seed?: number;
  readonly conntrack?: (host: Host) => Conntrack;
}

/** One event, with a copy of its packet. */
export interface Seen {
  readonly kind: HostEvent['kind'];
  readonly packet: Packet;
  readonly device: string;
  readonly reason: string;
}

/**
 * The laboratory of the recordings: clients behind `c1`, real servers 10.244.1.x behind `s1`, virtual addresses on a
 * dummy device that is down.
 */
export class Director {
  readonly simulation: Simulation;
  readonly host: Host;
  readonly ipvs: Ipvs;
  readonly seen: Seen[] = [];

  constructor(options: DirectorOptions = {}) {
    this.simulation = new Simulation({ seed: options.seed ?? 1 });
    this.host = new Host(this.simulation);
    this.host.configure((config) => {
      const device = (
        name: string,
        kind: 'device' | 'dummy',
        up: boolean,
        addresses: readonly (readonly [string, number])[],
      ) => ({
        name,
        kind,
        up,
        mtu: 1500,
        group: 0,
        addresses: addresses.map(([address, length]) => ({
          address: ip(address),
          length,
          scope: 'global' as const,
          secondary: false,
        })),
      });
      config.interfaces.push(
        device('c1', 'device', true, [['192.0.2.254', 24]]),
        device('s1', 'device', true, [['10.244.1.254', 24]]),
        device(
          'kube-ipvs0',
          'dummy',
          false,
          (options.virtual ?? []).map((address) => [address, 32] as const),
        ),
      );
      config.routes.push({
        type: 'unicast',
        prefix: { network: ip('0.0.0.0'), length: 0 },
        table: 254,
        metric: 0,
        tos: 0,
        device: 'c1',
        gateway: ip('192.0.2.1'),
        scope: 'global',
      });
    });
    for (const name of ['net.ipv4.ip_forward', 'net.ipv4.conf.all.accept_local']) this.sysctl(name, 1);
    this.sysctl('net.ipv4.icmp_ratemask', 0);
    this.ipvs = new Ipvs(this.host, options.conntrack?.(this.host), options);
    this.host.observe((event) => {
      this.seen.push({
        kind: event.kind,
        packet: event.packet.clone(),
        device: event.kind === 'drop' ? '' : event.device.name,
        reason: event.kind === 'drop' ? event.reason : '',
      });
    });
  }

  sysctl(name: string, value: number): void {
    const fault = this.host.sysctl.write(name, value);
    if (fault !== undefined) throw new Error(`${name}=${value}: ${fault}`);
  }

  /** Runs one `ipvsadm` command line, with or without the tool's name in front; it must succeed. */
  ipvsadm(line: string): string {
    const words = line.split(' ').filter((word) => word !== '' && word !== 'ipvsadm');
    const result = runIpvsadm(this.ipvs, words);
    if (result.status !== 0) throw new Error(`ipvsadm ${line}: ${result.stderr}`);
    return result.stdout;
  }

  device(name: string): Device {
    return this.host.device(name)!;
  }

  /** Lets a packet in on a device and answers with what happened. */
  inject(device: string, packet: Packet): readonly Seen[] {
    this.seen.length = 0;
    this.host.receive(this.device(device), packet);
    return [...this.seen];
  }

  /** The same for a packet of the director's own. */
  send(packet: Packet): readonly Seen[] {
    this.seen.length = 0;
    this.host.send(packet);
    return [...this.seen];
  }

  /** Runs the clock on by a number of seconds. */
  wait(seconds: number): void {
    this.simulation.run(this.simulation.now + Math.round(seconds * 1e9));
  }

  /** The state of the entry of a client port, as listings name it. */
  state(client: string, port: number): string | undefined {
    const found = this.connection(client, port);
    return found === undefined ? undefined : stateName(found);
  }

  connection(client: string, port: number): Connection | undefined {
    for (const entry of this.ipvs.connections.table.entries()) {
      if (entry.clientPort === port && entry.clientAddress === ip(client)) return entry;
    }
    return undefined;
  }
}

/** A TCP segment, `flags` as letters. */
export function segment(src: string, sport: number, dst: string, dport: number, flags: string): Packet {
  return new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL.tcp,
    dontFragment: true,
    transport: tcpHeader({ sport, dport, flags: parseTcpFlags(flags) ?? 0, seq: 100 }),
  });
}

/** A datagram. */
export function datagram(src: string, sport: number, dst: string, dport: number, length = 2): Packet {
  return new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL.udp,
    transport: udpHeader(sport, dport, length),
    payloadLength: length,
  });
}

/** An SCTP packet with one chunk of a type, or several. */
export function chunk(src: string, sport: number, dst: string, dport: number, ...types: readonly number[]): Packet {
  return new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL.sctp,
    transport: sctpHeader(sport, dport, 1),
    payload: Uint8Array.from(types.flatMap((type) => [type, 0, 0, 4])),
  });
}

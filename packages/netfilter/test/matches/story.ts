import { Conntrack } from '@chainwalk/conntrack';
import {
  Host,
  type HostOptions,
  type Ipv4Address,
  icmpHeader,
  Packet,
  type PacketFields,
  PROTOCOL,
  parseIpv4,
  Simulation,
  type TcpHeader,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import { runIptables } from '../../src/iptables/run.ts';
import { Netfilter } from '../../src/netfilter.ts';
import type { TableName } from '../../src/x_tables/rule.ts';
import { addInterface } from '../targets/world.ts';

/** An address of a test, which is never wrong. */
export function address(text: string): Ipv4Address {
  return parseIpv4(text)!;
}

type Fields = Partial<Omit<PacketFields, 'src' | 'dst'>> & { readonly src?: string; readonly dst?: string };

/** A packet for the host at 10.0.0.1, from 10.0.0.9 unless it says otherwise. */
export function ip(protocol: number, fields: Fields = {}): Packet {
  const { src = '10.0.0.9', dst = '10.0.0.1', ...rest } = fields;
  return new Packet({ ...rest, protocol, src: address(src), dst: address(dst) });
}

export function udp(sport: number, dport: number, fields: Fields = {}): Packet {
  const length = fields.payloadLength ?? fields.payload?.length ?? 0;
  return ip(PROTOCOL.udp, { ...fields, transport: udpHeader(sport, dport, length) });
}

export function tcp(header: Partial<Omit<TcpHeader, 'kind'>>, fields: Fields = {}): Packet {
  return ip(PROTOCOL.tcp, { ...fields, transport: tcpHeader({ sport: 40000, dport: 80, ...header }) });
}

export function icmp(type: number, code = 0, fields: Fields = {}): Packet {
  return ip(PROTOCOL.icmp, { ...fields, transport: icmpHeader(type, code, 1, 1) });
}

/** A host with two networks and one chain of rules, told what arrives and when. */
export class Story {
  readonly simulation: Simulation = new Simulation();
  readonly host: Host;
  readonly net: Netfilter;
  readonly #table: TableName;
  readonly #chain: string;

  constructor(
    rules: string | readonly string[],
    options: Omit<HostOptions, 'name'> & { table?: TableName; chain?: string } = {},
  ) {
    this.#table = options.table ?? 'filter';
    this.#chain = options.chain ?? 'INPUT';
    this.host = new Host(this.simulation, options);
    this.net = new Netfilter(this.host, new Conntrack(this.host));
    this.host.sysctl.write('net.ipv4.ip_forward', 1);
    addInterface(this.host, 'eth0', '10.0.0.1/24');
    addInterface(this.host, 'eth1', '10.0.1.1/24');
    for (const rule of typeof rules === 'string' ? [rules] : rules)
      this.run(`iptables -t ${this.#table} -A ${this.#chain} ${rule}`);
  }

  /** Runs an iptables command that has to succeed. */
  run(command: string): string {
    const result = runIptables(this.net, command);
    if (result.status !== 0) throw new Error(`${command}: ${result.stderr}`);
    return result.stdout;
  }

  /** Lets time pass, in milliseconds. */
  wait(milliseconds: number): this {
    this.simulation.run(this.simulation.now + milliseconds * 1e6);
    return this;
  }

  /** A packet arrives. */
  arrives(packet: Packet, device = 'eth0'): this {
    this.host.receive(this.host.device(device)!, packet);
    return this;
  }

  /** How many packets each rule has counted. */
  get counts(): readonly number[] {
    return this.net.counters(this.#table, this.#chain).rules.map(({ packets }) => packets);
  }

  /** How many packets got as far as the policy. */
  get passed(): number {
    return this.net.counters(this.#table, this.#chain).policy.packets;
  }

  /** Whether the first rule counts this packet. */
  matches(packet: Packet, device = 'eth0'): boolean {
    const before = this.counts[0]!;
    this.arrives(packet, device);
    return this.counts[0]! > before;
  }

  /** Which of these packets the first rule counts, in order. */
  pattern(packets: readonly Packet[]): string {
    return packets.map((packet) => (this.matches(packet) ? 'x' : '.')).join('');
  }
}

/** The same packet many times. */
export function times(count: number, make: () => Packet): Packet[] {
  return Array.from({ length: count }, make);
}

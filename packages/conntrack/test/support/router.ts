import {
  type Address,
  Hook,
  Host,
  icmpHeader,
  Packet,
  PROTOCOL,
  parseIpv4,
  parseTcpFlags,
  runIp,
  Simulation,
  splitWords,
  type Trace,
  tcpHeader,
  udpHeader,
} from '@chainwalk/core';
import {
  Conntrack,
  type ConntrackOptions,
  CtInfo,
  ctOf,
  isUntracked,
  stateName,
  stateOf,
  TCP_STATE_NAMES,
} from '../../src/index.ts';

export const ip = (text: string): Address => parseIpv4(text)!;

/** What a hook saw of a packet, as the words of `--ctstate`. */
export type Seen = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';

/** What became of one packet. */
export interface Outcome {
  /** State in PREROUTING; `undefined` if the packet did not come that far. */
  readonly seen: Seen | undefined;
  /** What left or was delivered because of it. */
  readonly out: readonly Packet[];
  readonly drops: readonly string[];
}

/** A router between 192.168.1.0/24 (eth0) and 10.0.0.0/24 (eth1) that tracks connections and does nothing else. */
export class Router {
  readonly simulation: Simulation;
  readonly host: Host;
  readonly conntrack: Conntrack;
  readonly release: () => void;
  #seen: Seen | undefined;
  #out: Packet[] = [];
  #drops: string[] = [];

  constructor(options: ConntrackOptions & { readonly seed?: number; readonly hz?: number } = {}) {
    this.simulation = new Simulation({ seed: options.seed ?? 1 });
    this.host = new Host(this.simulation, { hz: options.hz ?? 100 });
    this.host.configure((config) => {
      for (const name of ['eth0', 'eth1']) {
        config.interfaces.push({ name, kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
      }
    });
    this.ip('addr add 192.168.1.10/24 dev eth0');
    this.ip('addr add 10.0.0.1/24 dev eth1');
    this.sysctl('net.ipv4.ip_forward', 1);
    this.sysctl('net.ipv4.icmp_ratemask', 0);
    for (const name of ['all', 'eth0', 'eth1']) this.sysctl(`net.ipv4.conf.${name}.send_redirects`, 0);
    this.conntrack = new Conntrack(this.host, options);
    this.release = this.conntrack.require('ipv4');
    this.host.hooks.register({
      family: 'ipv4',
      hook: Hook.PREROUTING,
      priority: -150,
      name: 'probe',
      fn: (packet) => {
        this.#seen = stateOfPacket(packet);
        return { kind: 'accept' };
      },
    });
    this.host.observe((event) => {
      if (event.kind === 'drop') this.#drops.push(event.reason);
      else this.#out.push(event.packet.clone());
    });
  }

  ip(line: string): void {
    const { status, stderr } = runIp(this.host, ['ip', ...splitWords(line)!]);
    if (status !== 0) throw new Error(`ip ${line}: ${stderr}`);
  }

  sysctl(name: string, value: number): void {
    const fault = this.host.sysctl.write(name, value);
    if (fault !== undefined) throw new Error(`${name}: ${fault}`);
  }

  /** Lets a packet arrive on the device that its source lives behind. */
  receive(packet: Packet, trace?: Trace): Outcome {
    this.#begin();
    packet.trace = trace;
    const behindEth1 = String(packet.src) !== '' && (packet.src as unknown as number) >>> 24 === 10;
    this.host.receive(this.host.device(behindEth1 ? 'eth1' : 'eth0')!, packet);
    return this.#end();
  }

  /** A process of the router sends a packet. */
  send(packet: Packet): Outcome & { readonly error: string | undefined } {
    this.#begin();
    const error = this.host.send(packet);
    return { ...this.#end(), error };
  }

  #begin(): void {
    this.#seen = undefined;
    this.#out = [];
    this.#drops = [];
  }

  #end(): Outcome {
    return { seen: this.#seen, out: this.#out, drops: this.#drops };
  }

  /** Lets simulated seconds pass. */
  wait(seconds: number): void {
    this.simulation.run(this.simulation.now + Math.round(seconds * 1e9));
  }

  /** The only connection in the table as `STATE seconds`, with `UNREPLIED` and `ASSURED` where they hold; or `none`. */
  get entry(): string {
    const all = [...this.conntrack.table];
    if (all.length !== 1) return all.length === 0 ? 'none' : `${all.length} connections`;
    const ct = all[0]!;
    const state = ct.protocol === PROTOCOL.tcp ? `${TCP_STATE_NAMES[stateOf(ct)]} ` : '';
    const flags = `${ct.has(2) ? '' : ' UNREPLIED'}${ct.has(4) ? ' ASSURED' : ''}`;
    return `${state}${this.conntrack.remainingSeconds(ct)}${flags}`;
  }
}

function stateOfPacket(packet: Packet): Seen {
  if (isUntracked(packet) || packet.ctinfo === CtInfo.UNTRACKED) return 'UNTRACKED';
  return ctOf(packet) === undefined ? 'INVALID' : stateName(packet.ctinfo);
}

export interface Segment {
  readonly seq?: number;
  readonly ack?: number;
  readonly payload?: number;
  readonly win?: number;
  readonly options?: Uint8Array;
}

/** A TCP segment of the client (192.168.1.50:40000) or of the server (10.0.0.5:80). */
export function segment(from: 'client' | 'server', flags: string, fields: Segment = {}): Packet {
  const isClient = from === 'client';
  return new Packet({
    src: ip(isClient ? '192.168.1.50' : '10.0.0.5'),
    dst: ip(isClient ? '10.0.0.5' : '192.168.1.50'),
    protocol: PROTOCOL.tcp,
    transport: tcpHeader({
      sport: isClient ? 40000 : 80,
      dport: isClient ? 80 : 40000,
      flags: parseTcpFlags(flags)!,
      seq: fields.seq ?? 0,
      ack: fields.ack ?? 0,
      window: fields.win ?? 65535,
      ...(fields.options === undefined ? {} : { options: fields.options }),
    }),
    payloadLength: fields.payload ?? 0,
  });
}

/** A UDP datagram. */
export function udp(src: string, sport: number, dst: string, dport: number, payload = 0): Packet {
  return new Packet({
    src: ip(src),
    dst: ip(dst),
    protocol: PROTOCOL.udp,
    transport: udpHeader(sport, dport, payload),
    payloadLength: payload,
  });
}

/** An ICMP query. */
export function icmp(src: string, dst: string, type: number, id = 1, code = 0): Packet {
  return new Packet({ src: ip(src), dst: ip(dst), protocol: PROTOCOL.icmp, transport: icmpHeader(type, code, id, 1) });
}

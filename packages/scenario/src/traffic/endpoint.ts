import {
  type Address,
  type Duration,
  encodePacket,
  formatAddress,
  type Host,
  icmpHeader,
  MICROSECOND,
  Packet,
  PROTOCOL,
  type RandomStream,
  refuse,
  type Simulation,
  TCP_FLAG,
  type TcpHeader,
  tcpHeader,
  tcpResetFor,
  udpHeader,
} from '@chainwalk/core';
import type { Network } from './network.ts';
import { TcpConnection, type TcpSettings, type TcpUser } from './tcp-connection.ts';

/** An address and a port to talk to. */
export interface Target {
  readonly address: Address;
  readonly port: number;
}

export interface EndpointOptions {
  readonly tcp?: TcpSettings;
  /** First and last port for connections (`ip_local_port_range`). Default 32768 to 60999. */
  readonly ports?: readonly [number, number];
}

/** What an endpoint stands on: a place in a network, or a host. */
interface Ground {
  readonly simulation: Simulation;
  readonly address: Address;
  readonly send: (packet: Packet) => void;
  /** Asks for the packets of a local port; the answer gives it back. */
  readonly claim: (protocol: number, port: number) => () => void;
  /** Computes for a while, then acts. */
  readonly compute: (time: Duration, about: Target & { readonly localPort: number }, action: () => void) => void;
  readonly detach: () => void;
}

/** Hears what comes for a UDP port; an ICMP error has no packet. */
export type DatagramReceiver = (from: Target, bytes: number) => void;

const ECHO_REQUEST = 8;

/** From one process of a host to another; never 0, so that a closed loop on one host takes time. */
const LOCAL_DELAY: Duration = 10 * MICROSECOND;

/**
 * A machine with one address that speaks TCP, UDP and enough ICMP to be a peer: behind a device of the host
 * ({@link endpointBehind}), or a process on the host itself ({@link endpointOn}). Ports are taken in order, from a random
 * one on, and skip those that a connection to the same target still has (TIME_WAIT included).
 */
export class Endpoint {
  readonly simulation: Simulation;
  readonly address: Address;
  readonly #ground: Ground;
  readonly #tcp: TcpSettings;
  readonly #firstPort: number;
  readonly #portCount: number;
  readonly #random: RandomStream;
  #nextPort: number;
  readonly #connections = new Map<string, TcpConnection>();
  readonly #acceptors = new Map<number, (connection: TcpConnection) => TcpUser>();
  readonly #datagrams = new Map<number, { receive: DatagramReceiver; refused: (() => void) | undefined }>();
  readonly #claims = new Map<string, { count: number; readonly end: () => void }>();

  /** Use {@link endpointBehind} or {@link endpointOn}. */
  constructor(ground: (receive: (packet: Packet) => void) => Ground, options: EndpointOptions) {
    const made = ground((packet) => this.#receive(packet));
    this.#ground = made;
    this.simulation = made.simulation;
    this.address = made.address;
    this.#tcp = options.tcp ?? {};
    const [first, last] = options.ports ?? [32768, 60999];
    if (!(Number.isInteger(first) && Number.isInteger(last) && first > 0 && last >= first && last < 65536))
      refuse('bad-ports', `${first} to ${last} is no range of ports`);
    this.#firstPort = first;
    this.#portCount = last - first + 1;
    this.#random = this.simulation.random.stream(`endpoint ${formatAddress(made.address)}`);
    this.#nextPort = this.#random.below(this.#portCount);
  }

  /** Connections that it knows, TIME_WAIT included. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Takes it off the network; nobody is told. */
  detach(): void {
    this.#ground.detach();
  }

  /** Computes for `time` nanoseconds for a client, then acts. On a host with processors that is process time there. */
  compute(time: Duration, about: Target & { readonly localPort: number }, action: () => void): void {
    this.#ground.compute(time, about, action);
  }

  /** Opens a connection; `undefined` if no port is left for that target (EADDRNOTAVAIL). */
  connect(target: Target, user: TcpUser): TcpConnection | undefined {
    const port = this.#freePort((candidate) => this.#connections.has(keyOf(candidate, target.address, target.port)));
    if (port === undefined) return undefined;
    const connection = this.#connection(port, target.address, target.port);
    connection.user = user;
    connection.open();
    return connection;
  }

  /** Accepts connections on a port; what the answer does refuses new ones again. @throws InputError if the port is taken */
  listen(port: number, accept: (connection: TcpConnection) => TcpUser): () => void {
    if (this.#acceptors.has(port)) refuse('port-taken', `TCP port ${port} is taken`);
    this.#acceptors.set(port, accept);
    const release = this.#claim(PROTOCOL.tcp, port);
    return () => {
      this.#acceptors.delete(port);
      release();
    };
  }

  /**
   * Takes the datagrams of a port, a free one if it is absent; `refused` hears that a packet from it came back as port
   * unreachable. `undefined` if no port is free.
   */
  bind(
    port: number | undefined,
    receive: DatagramReceiver,
    refused?: () => void,
  ): { readonly port: number; readonly close: () => void } | undefined {
    const chosen = port ?? this.#freePort((candidate) => this.#datagrams.has(candidate));
    if (chosen === undefined || this.#datagrams.has(chosen)) return undefined;
    this.#datagrams.set(chosen, { receive, refused });
    const release = this.#claim(PROTOCOL.udp, chosen);
    return {
      port: chosen,
      close: () => {
        this.#datagrams.delete(chosen);
        release();
      },
    };
  }

  sendDatagram(port: number, target: Target, bytes: number): void {
    const payloadLength = Math.max(0, Math.round(bytes));
    this.#ground.send(
      new Packet({
        src: this.address,
        dst: target.address,
        protocol: PROTOCOL.udp,
        transport: udpHeader(port, target.port, payloadLength),
        payloadLength,
      }),
    );
  }

  #connection(localPort: number, remote: Address, remotePort: number): TcpConnection {
    const key = keyOf(localPort, remote, remotePort);
    const release = this.#claim(PROTOCOL.tcp, localPort);
    const connection: TcpConnection = new TcpConnection({
      simulation: this.simulation,
      settings: this.#tcp,
      local: this.address,
      localPort,
      remote,
      remotePort,
      initial: this.#random.u32(),
      send: (packet) => this.#ground.send(packet),
      forget: () => {
        if (this.#connections.get(key) === connection) this.#connections.delete(key);
        release();
      },
    });
    this.#connections.set(key, connection);
    return connection;
  }

  #receive(packet: Packet): void {
    const { transport } = packet;
    if (packet.isFragment || packet.badChecksum) return;
    if (transport?.kind === 'tcp') this.#receiveTcp(packet, transport);
    else if (transport?.kind === 'udp') {
      const bound = this.#datagrams.get(transport.dport);
      if (bound !== undefined) bound.receive({ address: packet.src, port: transport.sport }, packet.payloadLength);
      else this.#answerIcmp(packet, 3, 3, encodePacket(packet, 28));
    } else if (transport?.kind === 'icmp') {
      if (transport.type === ECHO_REQUEST) this.#answerIcmp(packet, 0, 0, undefined);
      else if (transport.type === 3 || transport.type === 11)
        this.#receiveError(packet, transport.type, transport.code);
    }
  }

  #receiveTcp(packet: Packet, tcp: TcpHeader): void {
    const key = keyOf(tcp.dport, packet.src, tcp.sport);
    const isOpening = (tcp.flags & (TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST)) === TCP_FLAG.SYN;
    const known = this.#connections.get(key);
    if (known !== undefined && !(known.isTimeWait && isOpening)) return known.receive(tcp, packet.payloadLength);
    const accept = this.#acceptors.get(tcp.dport);
    if (isOpening && accept !== undefined) {
      known?.abort();
      const connection = this.#connection(tcp.dport, packet.src, tcp.sport);
      connection.user = accept(connection);
      connection.accept(tcp);
    } else if ((tcp.flags & TCP_FLAG.RST) === 0) this.#reset(packet, tcp);
  }

  #reset(packet: Packet, tcp: TcpHeader): void {
    this.#ground.send(
      new Packet({
        src: this.address,
        dst: packet.src,
        protocol: PROTOCOL.tcp,
        dontFragment: true,
        transport: tcpResetFor(tcp, packet.payloadLength),
      }),
    );
  }

  #answerIcmp(packet: Packet, type: number, code: number, quote: Uint8Array | undefined): void {
    const echo = packet.transport?.kind === 'icmp' ? packet.transport : undefined;
    this.#ground.send(
      new Packet({
        src: this.address,
        dst: packet.src,
        protocol: PROTOCOL.icmp,
        transport: icmpHeader(type, code, echo?.id ?? 0, echo?.seq ?? 0),
        ...(quote === undefined
          ? { payload: packet.payload, payloadLength: packet.payloadLength }
          : { payload: quote }),
      }),
    );
  }

  /** Finds what the quoted packet belonged to. */
  #receiveError(packet: Packet, type: number, code: number): void {
    const bytes = packet.payload;
    const at = ((bytes[0] ?? 0) & 15) * 4;
    if (at < 20 || bytes.length < at + 4) return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const protocol = bytes[9];
    const port = view.getUint16(at);
    const isRefusal = type === 3 && code === 3;
    if (protocol === PROTOCOL.tcp) {
      const key = keyOf(port, view.getUint32(16) as Address, view.getUint16(at + 2));
      this.#connections.get(key)?.unreachable(isRefusal);
    } else if (protocol === PROTOCOL.udp && isRefusal) this.#datagrams.get(port)?.refused?.();
  }

  #freePort(isTaken: (port: number) => boolean): number | undefined {
    for (let i = 0; i < this.#portCount; i++) {
      const port = this.#firstPort + this.#nextPort;
      this.#nextPort = (this.#nextPort + 1) % this.#portCount;
      if (!isTaken(port)) return port;
    }
    return undefined;
  }

  #claim(protocol: number, port: number): () => void {
    const key = `${protocol} ${port}`;
    const held = this.#claims.get(key);
    if (held === undefined) this.#claims.set(key, { count: 1, end: this.#ground.claim(protocol, port) });
    else held.count++;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const claim = this.#claims.get(key)!;
      if (--claim.count > 0) return;
      this.#claims.delete(key);
      claim.end();
    };
  }
}

/** An endpoint behind a device. @throws InputError as {@link Network.attach} and for a range of ports that is none */
export function endpointBehind(
  network: Network,
  device: string,
  address: Address,
  options: EndpointOptions = {},
): Endpoint {
  return new Endpoint(
    (receive) => ({
      simulation: network.simulation,
      address,
      send: (packet) => network.send(device, packet),
      claim: () => () => {},
      compute: (time, _about, action) => {
        network.simulation.schedule(Math.round(time), action);
      },
      detach: network.attach(device, address, receive),
    }),
    options,
  );
}

/**
 * A process on the host, reached at one of its addresses. What it sends goes through OUTPUT; with processors, what it
 * computes is process time of the core that its client's packets come in on.
 */
export function endpointOn(network: Network, address: Address, options: EndpointOptions = {}): Endpoint {
  const { host, simulation, cpus } = network;
  if (!host.hasAddress(address)) refuse('bad-address', `${formatAddress(address)} is no address of the host`);
  return new Endpoint(
    (receive) => ({
      simulation,
      address,
      send: (packet) => {
        // An answer in softirq is part of the packet that it answers; what a timer or a process sends has its own price.
        if (cpus === undefined || cpus.isServing) sendFrom(host, packet);
        else cpus.process(cpus.coreOf(answerTo(packet)), 0, () => sendFrom(host, packet));
      },
      claim: (protocol, port) =>
        host.listen({
          protocol,
          address,
          port,
          // What crosses lo comes while its sender is still in the call that sent it: it is heard when that is over.
          receive: (packet) => {
            if (packet.inDevice?.kind === 'loopback') simulation.schedule(LOCAL_DELAY, () => receive(packet));
            else receive(packet);
          },
        }),
      compute: (time, about, action) => {
        if (cpus === undefined) simulation.schedule(Math.round(time), action);
        else cpus.process(cpus.coreOf(tupleOf(about, { address, port: about.localPort })), Math.round(time), action);
      },
      detach: () => {},
    }),
    options,
  );
}

/** What a sender's error means to TCP is a lost packet, which it sends again; UDP's senders look at no errors here. */
function sendFrom(host: Host, packet: Packet): void {
  host.send(packet);
}

/** A packet with the tuple of what will come back for this one. */
function answerTo(packet: Packet): Packet {
  const ports = packet.ports;
  return tupleOf({ address: packet.dst, port: ports?.dport ?? 0 }, { address: packet.src, port: ports?.sport ?? 0 });
}

function tupleOf(from: Target, to: Target): Packet {
  return new Packet({
    src: from.address,
    dst: to.address,
    protocol: PROTOCOL.tcp,
    transport: tcpHeader({ sport: from.port, dport: to.port }),
  });
}

function keyOf(localPort: number, remote: Address, remotePort: number): string {
  return `${localPort} ${remote as number} ${remotePort}`;
}

import type { Address, Family } from '../address/address.ts';
import { IPV4_ANY, type Ipv4Address, ipv4FromBits, ipv4ToBits } from '../address/ipv4.ts';
import { Hook, hookName } from '../hook/hook.ts';
import type { HookRegistry, HookState } from '../hook/hook-registry.ts';
import type { Errno } from '../hook/verdict.ts';
import { invariant } from '../invariant.ts';
import type { Meter } from '../meter.ts';
import { fold } from '../packet/checksum.ts';
import type { Packet } from '../packet/packet.ts';
import { PROTOCOL } from '../packet/transport.ts';
import type { Device } from './device.ts';
import type { DropReason } from './drop-reason.ts';
import type { Host } from './host.ts';
import { type HostEvent, type HostObserver, subscribe } from './host-event.ts';
import { ALL_HOSTS, deservesRedirect, inputRoute } from './input-route.ts';
import { forwardOptions, receiveOptions } from './ip-options.ts';
import type { LocalStack } from './local-stack.ts';
import type { OutputFlow } from './output-route.ts';
import { describeRoute, isDelivered, isRouteFailure, type Route, type RouteFailure } from './route.ts';
import type { Listener, Socket } from './socket.ts';

/** Bytes of a TCP header without options. */
const TCP_HEADER = 20;

/**
 * The way of a packet through a host, from `ip_rcv` to `ip_output`, and what is under way.
 *
 * In and out stand together: a packet that is forwarded passes through both, and each call between objects is paid for
 * by every packet.
 */
export class IpPath {
  readonly #host: Host;
  readonly #hooks: HookRegistry;
  readonly #meter: Meter;
  readonly #stack: LocalStack;
  /** Who is told of each kind of event. */
  readonly #observers: Record<HostEvent['kind'], HostObserver[]> = { transmit: [], deliver: [], drop: [] };
  readonly #backlog: Packet[] = [];
  #depth = 0;
  #walks = 0;
  /** What the functions of each hook were last told: the same for most packets. */
  readonly #hookStates: (HookState | undefined)[] = [];
  /** Whether a packet is being received (a softirq), as opposed to sent by a process. */
  #receiving = false;

  constructor(host: Host, stack: LocalStack) {
    this.#host = host;
    this.#hooks = host.hooks;
    this.#meter = host.meter;
    this.#stack = stack;
  }

  /** How often a packet set out while none was under way. */
  get walks(): number {
    return this.#walks;
  }

  /** Calls `observer` for what leaves, arrives or ends, or for some of that; the answer ends that. */
  observe(observer: HostObserver, kinds: readonly HostEvent['kind'][]): () => void {
    const undo = kinds.map((kind) => subscribe(this.#observers[kind], observer));
    return () => {
      for (const stop of undo) stop();
    };
  }

  // ---------------------------------------------------------------- the way in

  /** A frame arrives on a device (`ip_rcv`). Precondition: the packet is the host's from now on. */
  receive(device: Device, packet: Packet): void {
    if (this.#depth++ === 0) this.#walks++;
    try {
      this.#receive(device, packet);
      if (this.#depth === 1 && this.#backlog.length > 0) this.#drain();
    } finally {
      this.#depth--;
    }
  }

  #receive(device: Device, packet: Packet): void {
    const outer = this.#receiving;
    this.#receiving = true;
    try {
      this.#receiveNow(device, packet);
    } finally {
      this.#receiving = outer;
    }
  }

  #receiveNow(device: Device, packet: Packet): void {
    this.#meter.received++;
    device.received.packets++;
    device.received.bytes += packet.length;
    packet.inDevice = device;
    packet.receivedOn = undefined;
    packet.trace?.add({ kind: 'receive', device: device.name });
    if (!device.up) return this.drop(packet, 'device-down', device.name);
    if (packet.packetType === 'otherhost') return this.drop(packet, 'other-host', device.name);
    if (packet.family !== 'ipv4') return this.drop(packet, 'unknown-protocol', device.name);
    if (!this.runHook(Hook.PREROUTING, packet, device, undefined)) return;
    this.#receiveFinish(device, packet);
  }

  /** Routing and what follows from it (`ip_rcv_finish`). A packet that crossed `lo` still has its route. */
  #receiveFinish(device: Device, packet: Packet): void {
    if (packet.route === undefined) {
      // The search for a socket wants a TCP header in one piece (`tcp_v4_early_demux`).
      if (
        packet.reassembled !== undefined &&
        packet.protocol === PROTOCOL.tcp &&
        packet.reassembled.lengths[0]! < TCP_HEADER
      )
        packet.joinFragments();
      const result = inputRoute(this.#host, packet, device);
      if (isRouteFailure(result)) {
        packet.trace?.add({ kind: 'route', direction: 'input', decision: result.reason });
        // What is refused with a word has a route as well, to the function that says it (`ip_error`).
        if (result.icmpCode !== undefined && packet.options.length > 0 && !this.#readOptions(packet)) return;
        return this.#refuseInput(packet, result);
      }
      packet.route = result;
      packet.trace?.add({ kind: 'route', direction: 'input', decision: describeRoute(result) });
    }
    const { route } = packet;
    if (route.type === 'multicast' && packet.dst !== ALL_HOSTS) return this.drop(packet, 'no-socket', 'ip_rcv_finish');
    if (packet.options.length > 0 && !this.#readOptions(packet)) return;
    if (route.type === 'unicast' && !isDelivered(route)) this.#forward(packet, route);
    else this.localDeliver(packet);
  }

  /** `ip_rcv_options`: false if the packet ended. */
  #readOptions(packet: Packet): boolean {
    const verdict = receiveOptions(this.#host, packet);
    if (verdict === 'good') return true;
    if (verdict === 'source-route') this.drop(packet, 'source-route', 'ip_rcv_options');
    else {
      this.#host.icmp.send(packet, 12, 0, 0, ipv4FromBits((verdict.faultAt << 24) >>> 0));
      this.drop(packet, 'ip-header', 'ip_rcv_options');
    }
    return false;
  }

  /** `ip_error`: the ICMP answer to a packet that has no way, within the limit of errors per source. */
  #refuseInput(packet: Packet, failure: RouteFailure): void {
    if (failure.icmpCode !== undefined && this.#host.icmp.mayReportRouteError(packet.src)) {
      this.#host.icmp.send(packet, 3, failure.icmpCode);
    }
    this.drop(packet, failure.reason, 'routing');
  }

  /** `ip_forward`. */
  #forward(packet: Packet, route: Route): void {
    if (packet.packetType !== 'host') return this.drop(packet, 'not-for-us', 'ip_forward');
    if (packet.ttl <= 1) {
      this.#host.icmp.send(packet, 11, 0);
      return this.drop(packet, 'ttl-exceeded', 'ip_forward');
    }
    if (packet.length > route.mtu && mayNotBeCut(packet, route.mtu)) {
      this.#host.icmp.send(packet, 3, 4, route.mtu);
      return this.drop(packet, 'packet-too-big', 'ip_forward');
    }
    const { ttl } = packet;
    packet.ttl = ttl - 1;
    packet.trace?.add({ kind: 'change', field: 'ttl', from: String(ttl), to: String(ttl - 1), by: 'ip_forward' });
    if (deservesRedirect(this.#host, packet, route)) this.#host.icmp.sendRedirect(packet, route);
    if (!this.runHook(Hook.FORWARD, packet, packet.inDevice, route.device)) return;
    if (packet.optionMarks !== undefined) forwardOptions(this.#host, packet, packet.route!);
    this.dstOutput(packet);
  }

  /** `ip_local_deliver`: reassembly, LOCAL_IN, then the local stack. */
  localDeliver(packet: Packet): void {
    let whole: Packet | undefined = packet;
    if (packet.isFragment) {
      whole = this.#host.fragmentation.collect(packet, 'local');
      if (whole === undefined) return;
    }
    if (!this.runHook(Hook.LOCAL_IN, whole, whole.inDevice, undefined)) return;
    this.#meter.delivered++;
    const device = whole.route?.inputDevice ?? whole.receivedOn ?? whole.inDevice!;
    whole.trace?.add({ kind: 'deliver', device: device.name });
    this.#stack.deliver(whole, device);
  }

  // ---------------------------------------------------------------- the way out

  /**
   * A process sends a packet whose IP header it wrote itself (a raw socket with IP_HDRINCL). The answer is the error
   * that the call returns, or `undefined`.
   */
  send(packet: Packet, socket: Socket): Errno | undefined {
    return this.#enter(() => {
      this.#meter.sent++;
      packet.socket = socket;
      if (socket.mark !== undefined) packet.mark = socket.mark;
      packet.packetType = 'outgoing';
      packet.trace?.add({ kind: 'send', by: 'a local process' });
      const route = this.#host.routeOutput({
        destination: packet.dst,
        source: undefined,
        // The sender writes its own header, of which the look-up of a route sees addresses alone.
        tos: 0,
        mark: packet.mark,
        outDevice: socket.boundDevice,
      });
      if (isRouteFailure(route)) {
        packet.trace?.add({ kind: 'route', direction: 'output', decision: route.reason });
        this.drop(packet, route.reason, 'routing');
        return route.errno;
      }
      packet.trace?.add({ kind: 'route', direction: 'output', decision: describeRoute(route) });
      if (packet.length > route.device.mtu) return 'EMSGSIZE';
      packet.route = route;
      // A sender that leaves the source open gets the one that the route would take.
      if (packet.src === IPV4_ANY && route.source !== undefined) {
        fillSource(packet, route.source);
      }
      // What cannot become fragments needs no identification (`ip_select_ident_segs`).
      if (packet.id === 0 && !packet.dontFragment)
        packet.id = this.#host.simulation.random.stream('ip-id').below(65536);
      return this.localOut(packet);
    });
  }

  /** Routes a packet that the host itself made and sends it; false if there is no way. For answers of the local stack. */
  output(packet: Packet, flow: OutputFlow): boolean {
    const route = this.#host.routeOutput(flow);
    if (isRouteFailure(route)) return false;
    packet.route = route;
    packet.packetType = 'outgoing';
    if (packet.src === IPV4_ANY && route.source !== undefined) fillSource(packet, route.source);
    if (route.type === 'multicast') packet.ttl = 1;
    return this.#enter(() => this.localOut(packet) === undefined);
  }

  /** Sends a packet that the host made and that has its route: an answer, or what IPVS and targets rewrote. */
  sendAnswer(packet: Packet): Errno | undefined {
    return this.#enter(() => this.localOut(packet));
  }

  /** LOCAL_OUT and what follows (`ip_local_out`). Precondition: `packet.route` is set. */
  localOut(packet: Packet): Errno | undefined {
    const route = packet.route;
    invariant(route !== undefined, 'ip_local_out without a route');
    const verdict = this.#runHook(Hook.LOCAL_OUT, packet, undefined, route.device);
    return verdict === undefined ? this.dstOutput(packet) : verdict === 'stolen' ? undefined : verdict;
  }

  /**
   * `dst_output`: POSTROUTING, fragmentation, the device. Precondition: `packet.route` is set. In POSTROUTING the
   * device that a forwarded packet came in on is still visible.
   */
  dstOutput(packet: Packet): Errno | undefined {
    const route = packet.route;
    invariant(route !== undefined, 'dst_output without a route');
    if (comesBack(route, packet.dst)) return this.#multicastOutput(packet, route);
    const verdict = this.#runHook(Hook.POSTROUTING, packet, packet.inDevice, route.device);
    if (verdict !== undefined) return verdict === 'stolen' ? undefined : verdict;
    return this.#finishOutput(packet);
  }

  /** `ip_mc_output`: a copy comes back to this host, through POSTROUTING of its own; then the packet itself leaves. */
  #multicastOutput(packet: Packet, route: Route): Errno | undefined {
    // In a softirq the copy waits, and shares its fragments with the packet until then.
    if (this.#receiving) packet.joinFragments();
    const copy = packet.clone();
    copy.inDevice = undefined;
    copy.socket = undefined;
    if (this.runHook(Hook.POSTROUTING, copy, undefined, route.device)) {
      copy.packetType = 'loopback';
      copy.inDevice = route.device;
      this.#backlog.push(copy);
      // A process that sends hears its copy before the packet itself goes on (`netif_rx` outside of a softirq).
      if (!this.#receiving) this.#drain();
    }
    if (route.type === 'multicast' && packet.ttl === 0) {
      this.drop(packet, 'ttl-exceeded', 'ip_mc_output');
      return undefined;
    }
    const verdict = this.#runHook(Hook.POSTROUTING, packet, packet.inDevice, route.device);
    if (verdict !== undefined) return verdict === 'stolen' ? undefined : verdict;
    return this.#finishOutput(packet);
  }

  /** `ip_finish_output`. The route may have been replaced in POSTROUTING. */
  #finishOutput(packet: Packet): Errno | undefined {
    const route = packet.route!;
    const { length } = packet;
    if (length > route.mtu || packet.reassembled !== undefined) {
      const limit = Math.min(packet.reassembled?.longest ?? route.mtu, route.mtu);
      if (mayNotBeCut(packet, route.mtu)) {
        this.#host.icmp.send(packet, 3, 4, route.mtu);
        this.drop(packet, 'packet-too-big', 'ip_fragment');
        return 'EMSGSIZE';
      }
      if (length > limit) {
        for (const fragment of this.#host.fragmentation.split(packet, limit)) this.transmit(route.device, fragment);
        return undefined;
      }
    }
    this.#transmit(route.device, packet, length);
    return undefined;
  }

  /** `dev_queue_xmit`: out of a device, or back in through `lo`. */
  transmit(device: Device, packet: Packet): void {
    this.#transmit(device, packet, packet.length);
  }

  #transmit(device: Device, packet: Packet, length: number): void {
    if (!device.up) return this.drop(packet, 'device-down', device.name);
    this.#meter.transmitted++;
    device.transmitted.packets++;
    device.transmitted.bytes += length;
    packet.trace?.add({ kind: 'transmit', device: device.name });
    if (device.kind === 'loopback') {
      // Connection and route stay with it; the socket that sent it does not (`loopback_xmit`).
      packet.socket = undefined;
      packet.packetType = 'host';
      packet.inDevice = device;
      this.#backlog.push(packet);
      return;
    }
    if (device.kind === 'dummy') return;
    const observers = this.#observers.transmit;
    if (observers.length > 0) tell(observers, { kind: 'transmit', packet, device });
  }

  // ---------------------------------------------------------------- what observers and hooks are told

  /** Ends a packet: observers are told, its trace too. Functions on hooks answer with a verdict instead. */
  drop(packet: Packet, reason: DropReason, at: string): void {
    this.#meter.dropped++;
    packet.trace?.add({ kind: 'drop', reason, at });
    tell(this.#observers.drop, { kind: 'drop', packet, reason, at });
  }

  /** Tells observers that a packet reached this host's sockets. For the local stack. */
  delivered(packet: Packet, device: Device, listener: Listener | undefined): void {
    tell(this.#observers.deliver, { kind: 'deliver', packet, device, listener });
  }

  /** Runs one hook; true if the packet goes on. */
  runHook(hook: Hook, packet: Packet, inDevice: Device | undefined, outDevice: Device | undefined): boolean {
    return this.#runHook(hook, packet, inDevice, outDevice) === undefined;
  }

  #runHook(
    hook: Hook,
    packet: Packet,
    inDevice: Device | undefined,
    outDevice: Device | undefined,
  ): Errno | 'stolen' | undefined {
    const verdict = this.#hooks.run(packet, this.#hookState(hook, packet.family, inDevice, outDevice));
    if (verdict.kind === 'accept') return undefined;
    if (verdict.kind === 'stolen') return 'stolen';
    this.#meter.dropped++;
    const at = `${hookName(hook)} ${this.#hooks.stoppedBy}`;
    tell(this.#observers.drop, { kind: 'drop', packet, reason: verdict.reason, at });
    // A sender hears nothing of a packet that was queued for nobody (`nf_queue`).
    return verdict.reason === 'queue-no-listener' ? 'stolen' : verdict.errno;
  }

  #hookState(hook: Hook, family: Family, inDevice: Device | undefined, outDevice: Device | undefined): HookState {
    const known = this.#hookStates[hook];
    if (
      known !== undefined &&
      known.inDevice === inDevice &&
      known.outDevice === outDevice &&
      known.family === family
    ) {
      return known;
    }
    const state: HookState = { hook, family, inDevice, outDevice, host: this.#host };
    this.#hookStates[hook] = state;
    return state;
  }

  /** Runs `work` and then, if this is the outermost call, everything that waits in the backlog of `lo`. */
  #enter<T>(work: () => T): T {
    if (this.#depth++ === 0) this.#walks++;
    try {
      const result = work();
      if (this.#depth === 1 && this.#backlog.length > 0) this.#drain();
      return result;
    } finally {
      this.#depth--;
    }
  }

  /** Receives what waits in the backlog (`process_backlog`). */
  #drain(): void {
    for (let next = this.#backlog.shift(); next !== undefined; next = this.#backlog.shift()) {
      this.#receive(next.inDevice!, next);
    }
  }
}

function tell(observers: readonly HostObserver[], event: HostEvent): void {
  for (let i = 0; i < observers.length; i++) observers[i]!(event);
}

/**
 * Whether a packet forbids to be cut to an MTU, and is heard. One put together from fragments that were themselves longer
 * than the MTU is heard in any case.
 */
function mayNotBeCut(packet: Packet, mtu: number): boolean {
  return packet.dontFragment && (!packet.ignoreDf || (packet.reassembled?.longest ?? 0) > mtu);
}

/** Gives a packet its source. Its checksum counted an address of zeros, and nobody corrects that. */
function fillSource(packet: Packet, source: Address): void {
  packet.src = source;
  const { transport } = packet;
  if (transport?.kind !== 'tcp' && (transport?.kind !== 'udp' || !transport.hasChecksum)) return;
  const bits = ipv4ToBits(source as Ipv4Address);
  packet.checksumFault = fold(packet.checksumFault + (bits >>> 16) + (bits & 0xffff)) % 0xffff;
}

/**
 * Whether a copy of what this host sends there comes back to it: of broadcasts, and of the one multicast group that it has
 * joined. Through `lo` the packet itself comes back.
 */
function comesBack(route: Route, destination: Address): boolean {
  if (route.device.kind === 'loopback') return false;
  return route.type === 'broadcast' || (route.type === 'multicast' && destination === ALL_HOSTS);
}

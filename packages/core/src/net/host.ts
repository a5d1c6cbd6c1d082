import type { Address, Family } from '../address/address.ts';
import { IPV4_ANY } from '../address/ipv4.ts';
import { edit, type Patch } from '../edit.ts';
import type { Simulation } from '../engine/simulation.ts';
import { Hook, hookName } from '../hook/hook.ts';
import { HookRegistry, type HookState } from '../hook/hook-registry.ts';
import type { Errno } from '../hook/verdict.ts';
import { invariant } from '../invariant.ts';
import { Meter } from '../meter.ts';
import type { Packet } from '../packet/packet.ts';
import { type AddressType, addressType } from './address-type.ts';
import { CoreSysctls } from './core-sysctls.ts';
import type { Device } from './device.ts';
import type { DropReason } from './drop-reason.ts';
import type { Fib } from './fib.ts';
import { Fragmentation } from './fragmentation.ts';
import { type HostConfig, type InterfaceConfig, type MutableHostConfig, SCOPE } from './host-config.ts';
import { HostDevices } from './host-devices.ts';
import { type ConfigEvent, type HostEvent, type HostObserver, subscribe } from './host-event.ts';
import { IcmpSender } from './icmp-sender.ts';
import { ALL_HOSTS, inputRoute } from './input-route.ts';
import { KernelClock } from './kernel-clock.ts';
import { KernelLog } from './kernel-log.ts';
import { LocalStack } from './local-stack.ts';
import { type OutputFlow, outputRoute } from './output-route.ts';
import { isRouteFailure, type Route, type RouteFailure } from './route.ts';
import { selectAddress } from './select-address.ts';
import { type Listener, ROOT_SOCKET, type Socket } from './socket.ts';
import { SysctlTable } from './sysctl.ts';

/** Kernels whose differences are modelled: the reference, and what differs in Linux 6.18 as FIDELITY.md says. */
export const KERNEL_VERSIONS = ['6.1', '6.18'] as const;
export type KernelVersion = (typeof KERNEL_VERSIONS)[number];

export interface HostOptions {
  readonly name?: string;
  /** Ticks a second of the kernel's clock: token buckets and timers see time in these steps. Default 100. */
  readonly hz?: number;
  /** Seconds that the kernel has been up when the simulation begins; what it shows is rare, see `jiffies32`. Default 0. */
  readonly uptime?: number;
  /** Default 6.1. */
  readonly kernel?: KernelVersion;
  /**
   * A kernel built for several CPUs, as distributions build it. Its packets take one CPU here too; it differs in what a
   * CPU may not do twice at a time: see {@link IcmpSender}. Default false, as the kernel that judges was built.
   */
  readonly smp?: boolean;
}

/**
 * One Linux network namespace: devices, addresses, routes, hooks, the local stack, and the way of a packet from `ip_rcv`
 * to `ip_output`. It knows no rules and no connections; those register with {@link Host.hooks}.
 *
 * Everything that a packet causes has happened when {@link Host.receive} or {@link Host.send} returns, but for what
 * timers do later. Packets that cross `lo` wait in a queue until the packet at hand is done, as in Linux's backlog.
 */
export class Host {
  readonly name: string;
  readonly simulation: Simulation;
  readonly hz: number;
  readonly kernel: KernelVersion;
  readonly smp: boolean;
  readonly #clock: KernelClock;
  readonly hooks: HookRegistry = new HookRegistry();
  readonly sysctl: SysctlTable = new SysctlTable();
  /** The parameters that the packet path itself reads. */
  readonly sysctls: CoreSysctls;
  readonly log: KernelLog;
  readonly meter: Meter = new Meter();
  readonly icmp: IcmpSender;
  readonly fragmentation: Fragmentation;
  readonly #stack: LocalStack;
  /**
   * Gives an answer the connection of the packet that it answers (`nf_ct_attach`); conntrack puts its function here
   * while it is in use.
   */
  attachConnection: ((answer: Packet, offender: Packet) => void) | undefined = undefined;

  readonly #devices: HostDevices;
  readonly #observers: HostObserver[] = [];
  readonly #backlog: Packet[] = [];
  #depth = 0;
  #walks = 0;
  /** What the functions of each hook were last told: the same for most packets. */
  readonly #hookStates: (HookState | undefined)[] = [];
  /** Whether a packet is being received (a softirq), as opposed to sent by a process. */
  #receiving = false;

  constructor(simulation: Simulation, options: HostOptions = {}) {
    this.simulation = simulation;
    this.name = options.name ?? 'host';
    this.hz = options.hz ?? 100;
    this.#clock = new KernelClock(simulation, this.hz, options.uptime ?? 0);
    this.kernel = options.kernel ?? '6.1';
    this.smp = options.smp ?? false;
    this.sysctls = new CoreSysctls(this.sysctl);
    this.log = new KernelLog(simulation);
    this.#devices = new HostDevices(this.sysctl, this.sysctls);
    this.icmp = new IcmpSender(this);
    this.fragmentation = new Fragmentation(this);
    this.#stack = new LocalStack(this);
  }

  // ---------------------------------------------------------------- configuration

  get config(): HostConfig {
    return this.#devices.config;
  }

  get fib(): Fib {
    return this.#devices.fib;
  }

  /** Kernel ticks since the host began (`jiffies`). */
  get jiffies(): number {
    return this.#clock.jiffies;
  }

  /** The kernel's clock of 32 bits, as a signed number: it starts at minus five minutes when the kernel does. */
  get jiffies32(): number {
    return this.#clock.jiffies32;
  }

  /**
   * Replaces the configuration by what `recipe` makes of it and answers with the patches. Devices follow: new ones are
   * created, gone ones forgotten, and observers of {@link onConfig} told what happened.
   */
  configure(recipe: (draft: MutableHostConfig) => void): readonly Patch[] {
    const { value, patches } = edit(this.config, recipe);
    this.replaceConfig(value);
    return patches;
  }

  /** Puts a whole configuration in place, such as an earlier snapshot. */
  replaceConfig(next: HostConfig): void {
    this.#devices.replaceConfig(next);
  }

  /** Calls `observer` on each change of devices and addresses; the answer ends that. */
  onConfig(observer: (event: ConfigEvent) => void): () => void {
    return this.#devices.onConfig(observer);
  }

  /** Calls `observer` for everything that leaves, arrives or ends; the answer ends that. */
  observe(observer: HostObserver): () => void {
    return subscribe(this.#observers, observer);
  }

  device(name: string): Device | undefined {
    return this.#devices.get(name);
  }

  /** All devices in the order of their index. */
  get devices(): readonly Device[] {
    return this.#devices.all;
  }

  /** The configuration of a device. */
  interfaceOf(device: Device): InterfaceConfig | undefined {
    return this.#devices.interfaceOf(device);
  }

  /** Whether an address belongs to this host, on any device, up or down. */
  hasAddress(address: Address): boolean {
    return this.fib.hasAddress(address);
  }

  /**
   * The address of `device` to use towards `destination` (`inet_select_addr`), if there is any. `scope` is the widest
   * number allowed.
   */
  selectAddress(device: Device, destination: Address | undefined, scope: number = SCOPE.global): Address | undefined {
    return selectAddress(this.config, this.interfaceOf(device), destination, scope);
  }

  /** What an address is to this host (`inet_addr_type`, or `inet_dev_addr_type` with a device): the local table decides. */
  addressType(address: Address, device?: Device): AddressType {
    return addressType(this.fib, address, device);
  }

  /**
   * How often a packet set out while none was under way. Nobody walks any more with what a packet of an earlier count
   * carried: modules use such things again, as Linux does after an RCU grace period.
   */
  get walks(): number {
    return this.#walks;
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
    this.meter.received++;
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
      const result = inputRoute(this, packet, device);
      if (isRouteFailure(result)) {
        packet.trace?.add({ kind: 'route', direction: 'input', decision: result.reason });
        return this.#refuseInput(packet, result);
      }
      packet.route = result;
      packet.trace?.add({ kind: 'route', direction: 'input', decision: describeRoute(result) });
    }
    if (packet.route.type === 'unicast') this.#forward(packet, packet.route);
    else if (packet.route.type === 'multicast' && packet.dst !== ALL_HOSTS)
      this.drop(packet, 'no-socket', 'ip_rcv_finish');
    else this.localDeliver(packet);
  }

  /** `ip_error`: the ICMP answer to a packet that has no way, within the limit of errors per source. */
  #refuseInput(packet: Packet, failure: RouteFailure): void {
    if (failure.icmpCode !== undefined && this.icmp.mayReportRouteError(packet.src)) {
      this.icmp.send(packet, 3, failure.icmpCode);
    }
    this.drop(packet, failure.reason, 'routing');
  }

  /** `ip_forward`. */
  #forward(packet: Packet, route: Route): void {
    if (packet.packetType !== 'host') return this.drop(packet, 'not-for-us', 'ip_forward');
    if (packet.ttl <= 1) {
      this.icmp.send(packet, 11, 0);
      return this.drop(packet, 'ttl-exceeded', 'ip_forward');
    }
    if (packet.length > route.mtu && packet.dontFragment) {
      this.icmp.send(packet, 3, 4, route.mtu);
      return this.drop(packet, 'packet-too-big', 'ip_forward');
    }
    const { ttl } = packet;
    packet.ttl = ttl - 1;
    packet.trace?.add({ kind: 'change', field: 'ttl', from: String(ttl), to: String(ttl - 1), by: 'ip_forward' });
    if (route.device === packet.inDevice && this.sysctls.sendRedirects(route.device))
      this.icmp.sendRedirect(packet, route);
    if (!this.runHook(Hook.FORWARD, packet, packet.inDevice, route.device)) return;
    this.dstOutput(packet);
  }

  /** `ip_local_deliver`: reassembly, LOCAL_IN, then the local stack. */
  localDeliver(packet: Packet): void {
    let whole: Packet | undefined = packet;
    if (packet.isFragment) {
      whole = this.fragmentation.collect(packet, 'local');
      if (whole === undefined) return;
    }
    if (!this.runHook(Hook.LOCAL_IN, whole, whole.inDevice, undefined)) return;
    this.meter.delivered++;
    const device = whole.route?.inputDevice ?? whole.inDevice!;
    whole.trace?.add({ kind: 'deliver', device: device.name });
    this.#stack.deliver(whole, device);
  }

  // ---------------------------------------------------------------- the way out

  /**
   * A process sends a packet whose IP header it wrote itself (a raw socket with IP_HDRINCL). The answer is the error
   * that the call returns, or `undefined`.
   */
  send(packet: Packet, socket: Socket = ROOT_SOCKET): Errno | undefined {
    return this.#enter(() => {
      this.meter.sent++;
      packet.socket = socket;
      if (socket.mark !== undefined) packet.mark = socket.mark;
      packet.packetType = 'outgoing';
      packet.trace?.add({ kind: 'send', by: 'a local process' });
      const route = this.routeOutput({
        destination: packet.dst,
        source: undefined,
        tos: packet.tos,
        mark: packet.mark,
        outDevice: socket.boundDevice,
      });
      if (isRouteFailure(route)) {
        packet.trace?.add({ kind: 'route', direction: 'output', decision: route.reason });
        this.drop(packet, route.reason, 'routing');
        return route.errno;
      }
      packet.trace?.add({ kind: 'route', direction: 'output', decision: describeRoute(route) });
      if (packet.length > route.mtu) return 'EMSGSIZE';
      packet.route = route;
      // A sender that leaves the source open gets the one that the route would take.
      if (packet.src === IPV4_ANY && route.source !== undefined) packet.src = route.source;
      if (packet.id === 0) packet.id = this.simulation.random.stream('ip-id').below(65536);
      return this.localOut(packet);
    });
  }

  /** Routes a packet that the host itself made and sends it; false if there is no way. For answers of the local stack. */
  output(packet: Packet, flow: OutputFlow): boolean {
    const route = this.routeOutput(flow);
    if (isRouteFailure(route)) return false;
    packet.route = route;
    packet.packetType = 'outgoing';
    if (packet.src === IPV4_ANY && route.source !== undefined) packet.src = route.source;
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
    const copy = packet.clone();
    copy.inDevice = undefined;
    if (this.runHook(Hook.POSTROUTING, copy, undefined, route.device)) {
      copy.packetType = 'loopback';
      copy.socket = undefined;
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
    if (packet.length > route.mtu || packet.fragMaxSize !== 0) {
      const limit = packet.fragMaxSize !== 0 ? Math.min(packet.fragMaxSize, route.mtu) : route.mtu;
      if (packet.length > route.mtu && packet.dontFragment && packet.fragMaxSize === 0) {
        this.icmp.send(packet, 3, 4, route.mtu);
        this.drop(packet, 'packet-too-big', 'ip_fragment');
        return 'EMSGSIZE';
      }
      if (packet.length > limit) {
        for (const fragment of this.fragmentation.split(packet, limit)) this.transmit(route.device, fragment);
        return undefined;
      }
    }
    this.transmit(route.device, packet);
    return undefined;
  }

  /** `dev_queue_xmit`: out of a device, or back in through `lo`. */
  transmit(device: Device, packet: Packet): void {
    if (!device.up) return this.drop(packet, 'device-down', device.name);
    this.meter.transmitted++;
    device.transmitted.packets++;
    device.transmitted.bytes += packet.length;
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
    this.#emit({ kind: 'transmit', packet, device });
  }

  // ---------------------------------------------------------------- for hook functions

  /** An output route (`ip_route_output_key`). */
  routeOutput(flow: OutputFlow): Route | RouteFailure {
    this.meter.routeLookups++;
    return outputRoute(this, flow);
  }

  /**
   * Routes a packet anew after LOCAL_OUT changed it (`ip_route_me_harder`). The answer is the error that drops it, if
   * any. The source address of the packet stays as it is.
   */
  routeMeHarder(packet: Packet): Errno | undefined {
    const type = this.addressType(packet.src);
    const route = this.routeOutput({
      destination: packet.dst,
      source: type === 'local' || type === 'unicast' ? packet.src : undefined,
      tos: packet.tos,
      mark: packet.mark,
      outDevice: packet.socket?.boundDevice,
      anySource: type !== 'local',
    });
    if (isRouteFailure(route)) return route.errno;
    packet.route = route;
    packet.trace?.add({ kind: 'route', direction: 'reroute', decision: describeRoute(route) });
    return undefined;
  }

  /** A local process waits for packets; the answer ends that. */
  listen(listener: Listener): () => void {
    return this.#stack.listen(listener);
  }

  /** Ends a packet: observers are told, its trace too. Functions on hooks answer with a verdict instead. */
  drop(packet: Packet, reason: DropReason, at: string): void {
    this.meter.dropped++;
    packet.trace?.add({ kind: 'drop', reason, at });
    this.#emit({ kind: 'drop', packet, reason, at });
  }

  /** Tells observers that a packet reached this host's sockets. For the local stack. */
  delivered(packet: Packet, device: Device, listener: Listener | undefined): void {
    this.#emit({ kind: 'deliver', packet, device, listener });
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
    const verdict = this.hooks.run(packet, this.#hookState(hook, packet.family, inDevice, outDevice));
    if (verdict.kind === 'accept') return undefined;
    if (verdict.kind === 'stolen') return 'stolen';
    this.meter.dropped++;
    this.#emit({ kind: 'drop', packet, reason: verdict.reason, at: `${hookName(hook)} ${this.hooks.stoppedBy}` });
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
    const state: HookState = { hook, family, inDevice, outDevice, host: this };
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

  #emit(event: HostEvent): void {
    const observers = this.#observers;
    for (let i = 0; i < observers.length; i++) observers[i]!(event);
  }
}

/** Whether this host hears what it sends there: broadcasts, and the one multicast group that it has joined. */
function comesBack(route: Route, destination: Address): boolean {
  return route.type === 'broadcast' || (route.type === 'multicast' && destination === ALL_HOSTS);
}

function describeRoute(route: Route): string {
  return route.type === 'unicast' ? `via ${route.device.name}` : route.type;
}

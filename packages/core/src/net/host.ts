import type { Address } from '../address/address.ts';
import { edit, type Patch } from '../edit.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Hook } from '../hook/hook.ts';
import { HookRegistry } from '../hook/hook-registry.ts';
import type { Errno } from '../hook/verdict.ts';
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
import { type ConfigEvent, HOST_EVENTS, type HostEvent, type HostObserver } from './host-event.ts';
import { IcmpSender } from './icmp-sender.ts';
import { IpPath } from './ip-path.ts';
import { KernelClock } from './kernel-clock.ts';
import { KernelLog } from './kernel-log.ts';
import { LocalStack } from './local-stack.ts';
import { type OutputFlow, outputRoute } from './output-route.ts';
import { PathMtus } from './path-mtus.ts';
import { describeRoute, isRouteFailure, type Route, type RouteFailure } from './route.ts';
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
  readonly pathMtus: PathMtus;
  readonly #stack: LocalStack;
  /**
   * Gives an answer the connection of the packet that it answers (`nf_ct_attach`); conntrack puts its function here
   * while it is in use.
   */
  attachConnection: ((answer: Packet, offender: Packet) => void) | undefined = undefined;

  readonly #devices: HostDevices;
  readonly #path: IpPath;

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
    this.pathMtus = new PathMtus(this);
    this.#stack = new LocalStack(this);
    this.#path = new IpPath(this, this.#stack);
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

  /**
   * Calls `observer` for everything that leaves, arrives or ends; the answer ends that.
   * @param kinds what it wants to hear of, where that is not all: each packet pays for each call
   */
  observe(observer: HostObserver, kinds: readonly HostEvent['kind'][] = HOST_EVENTS): () => void {
    return this.#path.observe(observer, kinds);
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
    return this.#path.walks;
  }

  // ---------------------------------------------------------------- packets

  /** A frame arrives on a device (`ip_rcv`). Precondition: the packet is the host's from now on. */
  receive(device: Device, packet: Packet): void {
    this.#path.receive(device, packet);
  }

  /** `ip_local_deliver`: reassembly, LOCAL_IN, then the local stack. */
  localDeliver(packet: Packet): void {
    this.#path.localDeliver(packet);
  }

  /**
   * A process sends a packet whose IP header it wrote itself (a raw socket with IP_HDRINCL). The answer is the error
   * that the call returns, or `undefined`.
   */
  send(packet: Packet, socket: Socket = ROOT_SOCKET): Errno | undefined {
    return this.#path.send(packet, socket);
  }

  /** Routes a packet that the host itself made and sends it; false if there is no way. For answers of the local stack. */
  output(packet: Packet, flow: OutputFlow): boolean {
    return this.#path.output(packet, flow);
  }

  /** Sends a packet that the host made and that has its route: an answer, or what IPVS and targets rewrote. */
  sendAnswer(packet: Packet): Errno | undefined {
    return this.#path.sendAnswer(packet);
  }

  /** LOCAL_OUT and what follows (`ip_local_out`). Precondition: `packet.route` is set. */
  localOut(packet: Packet): Errno | undefined {
    return this.#path.localOut(packet);
  }

  /** `dst_output`: POSTROUTING, fragmentation, the device. Precondition: `packet.route` is set. */
  dstOutput(packet: Packet): Errno | undefined {
    return this.#path.dstOutput(packet);
  }

  /** `dev_queue_xmit`: out of a device, or back in through `lo`. */
  transmit(device: Device, packet: Packet): void {
    this.#path.transmit(device, packet);
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

  /** The local process that would get this packet, if one waits for it. */
  listenerFor(packet: Packet): Listener | undefined {
    return this.#stack.listenerFor(packet);
  }

  /** Ends a packet: observers are told, its trace too. Functions on hooks answer with a verdict instead. */
  drop(packet: Packet, reason: DropReason, at: string): void {
    this.#path.drop(packet, reason, at);
  }

  /** Tells observers that a packet reached this host's sockets. For the local stack. */
  delivered(packet: Packet, device: Device, listener: Listener | undefined): void {
    this.#path.delivered(packet, device, listener);
  }

  /** Runs one hook; true if the packet goes on. */
  runHook(hook: Hook, packet: Packet, inDevice: Device | undefined, outDevice: Device | undefined): boolean {
    return this.#path.runHook(hook, packet, inDevice, outDevice);
  }
}

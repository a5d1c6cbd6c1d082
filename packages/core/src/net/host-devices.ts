import { IPV4_LOOPBACK } from '../address/ipv4.ts';
import { invariant } from '../invariant.ts';
import type { CoreSysctls } from './core-sysctls.ts';
import { Device } from './device.ts';
import { type Fib, fibOf } from './fib.ts';
import { DEFAULT_RULES, type HostConfig, type InterfaceConfig } from './host-config.ts';
import { type ConfigEvent, subscribe } from './host-event.ts';
import type { SysctlTable } from './sysctl.ts';

const LO: InterfaceConfig = {
  name: 'lo',
  kind: 'loopback',
  up: true,
  mtu: 65536,
  group: 0,
  addresses: [{ address: IPV4_LOOPBACK, length: 8, scope: 'host', secondary: false }],
};

/** The configuration of a host, and what follows from it: its FIB, and its devices with what they have at run time. */
export class HostDevices {
  readonly #sysctl: SysctlTable;
  readonly #sysctls: CoreSysctls;
  #config: HostConfig = { interfaces: [LO], routes: [], rules: DEFAULT_RULES };
  /** Made of the configuration when first asked for: a thousand addresses bound one by one need it once. */
  #fib: Fib | undefined;
  /** The last one that was made, while there is none of the configuration. */
  #formerFib: Fib | undefined;
  readonly #devices = new Map<string, Device>();
  /** The interfaces of the configuration, by name. */
  #interfaces = new Map<string, InterfaceConfig>();
  #nextIndex = 1;
  readonly #observers: ((event: ConfigEvent) => void)[] = [];

  /** A host that has `lo` alone. Each device has parameters of its own in both tables. */
  constructor(sysctl: SysctlTable, sysctls: CoreSysctls) {
    this.#sysctl = sysctl;
    this.#sysctls = sysctls;
    this.#sync();
  }

  get config(): HostConfig {
    return this.#config;
  }

  get fib(): Fib {
    return (this.#fib ??= this.#makeFib());
  }

  #makeFib(): Fib {
    const former = this.#formerFib;
    this.#formerFib = undefined;
    return fibOf(this.#config, former);
  }

  /** Puts a configuration in place. Devices follow, and observers are told what happened to them. */
  replaceConfig(next: HostConfig): void {
    if (next === this.#config) return;
    invariant(next.interfaces[0]?.name === 'lo', 'the first interface is lo');
    this.#config = next;
    this.#formerFib = this.#fib ?? this.#formerFib;
    this.#fib = undefined;
    this.#sync();
  }

  /** Calls `observer` on each change of devices and addresses; the answer ends that. */
  onConfig(observer: (event: ConfigEvent) => void): () => void {
    return subscribe(this.#observers, observer);
  }

  get(name: string): Device | undefined {
    return this.#devices.get(name);
  }

  /** In the order of their index. */
  get all(): readonly Device[] {
    return [...this.#devices.values()];
  }

  /** The configuration of a device. */
  interfaceOf(device: Device): InterfaceConfig | undefined {
    return this.#interfaces.get(device.name);
  }

  #sync(): void {
    const events: ConfigEvent[] = [];
    const before = this.#interfaces;
    const { interfaces } = this.#config;
    this.#interfaces = new Map(interfaces.map((config) => [config.name, config]));
    for (const config of interfaces) {
      const old = before.get(config.name);
      before.delete(config.name);
      if (old === config) continue;
      let device = this.#devices.get(config.name);
      if (device === undefined) {
        device = new Device(config.name, this.#nextIndex++, config.kind, config.mac);
        this.#devices.set(config.name, device);
        this.#sysctl.addDevice(config.name);
        this.#sysctls.addDevice(config.name);
      }
      if (device.up !== config.up) events.push({ kind: config.up ? 'device-up' : 'device-down', device });
      device.up = config.up;
      device.mtu = config.mtu;
      device.group = config.group;
      const had = new Set(old?.addresses.map((entry) => entry.address));
      for (const { address } of config.addresses) {
        if (!had.delete(address)) events.push({ kind: 'address-added', device, address });
      }
      for (const address of had) events.push({ kind: 'address-removed', device, address });
    }
    for (const name of before.keys()) {
      const device = this.#devices.get(name)!;
      this.#devices.delete(name);
      this.#sysctl.removeDevice(name);
      this.#sysctls.removeDevice(name);
      device.up = false;
      events.push({ kind: 'device-down', device }, { kind: 'device-removed', device });
    }
    for (const event of events) for (const observer of this.#observers) observer(event);
  }
}

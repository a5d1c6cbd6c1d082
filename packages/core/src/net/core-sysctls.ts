import type { Device } from './device.ts';
import type { Sysctl, SysctlTable } from './sysctl.ts';
import { declareSysctlsWithoutEffect } from './sysctls-without-effect.ts';

/** The settings of one device that the packet path reads. */
interface DeviceSettings {
  readonly forwarding: Sysctl;
  readonly rpFilter: Sysctl;
  readonly acceptLocal: Sysctl;
  readonly routeLocalnet: Sysctl;
  readonly sendRedirects: Sysctl;
  readonly srcValidMark: Sysctl;
  readonly sharedMedia: Sysctl;
  readonly broadcastForwarding: Sysctl;
}

const PER_DEVICE = {
  forwarding: 'forwarding',
  rpFilter: 'rp_filter',
  acceptLocal: 'accept_local',
  routeLocalnet: 'route_localnet',
  sendRedirects: 'send_redirects',
  srcValidMark: 'src_valid_mark',
  sharedMedia: 'shared_media',
  broadcastForwarding: 'bc_forwarding',
} as const satisfies Record<keyof DeviceSettings, string>;

/**
 * The kernel parameters of the IP layer itself, as live handles. Defaults are Linux's, not those of a scenario.
 * How `all` and a device combine differs from one parameter to the next, as in Linux's `IN_DEV_*` macros.
 */
export class CoreSysctls {
  readonly #table: SysctlTable;
  readonly #devices = new Map<string, DeviceSettings>();
  readonly #all: DeviceSettings;
  #asked: Device | undefined;
  #answer: DeviceSettings;
  readonly ipForward: Sysctl;
  readonly defaultTtl: Sysctl;
  readonly icmpRatelimit: Sysctl;
  readonly icmpRatemask: Sysctl;
  readonly icmpMsgsPerSec: Sysctl;
  readonly icmpMsgsBurst: Sysctl;
  readonly icmpEchoIgnoreAll: Sysctl;
  readonly icmpEchoIgnoreBroadcasts: Sysctl;
  readonly icmpErrorsUseInboundIfaddr: Sysctl;
  readonly fwmarkReflect: Sysctl;
  readonly ipfragTime: Sysctl;
  readonly ipfragMaxDist: Sysctl;
  readonly noPmtuDisc: Sysctl;
  readonly forwardUsePmtu: Sysctl;
  readonly minPmtu: Sysctl;
  readonly mtuExpires: Sysctl;

  constructor(table: SysctlTable) {
    this.#table = table;
    // Writing ip_forward sets `forwarding` of all devices and of those to come (`inet_forward_change`), and `all` does too.
    const spread = (value: number): undefined => {
      for (const name of ['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding', 'net.ipv4.conf.default.forwarding']) {
        setQuietly(table, name, value);
      }
      for (const settings of this.#devices.values()) setQuietly(table, settings.forwarding.name, value);
    };
    this.ipForward = table.declare({ name: 'net.ipv4.ip_forward', default: 0, changed: spread });
    table.declare({ name: 'net.ipv4.conf.all.forwarding', default: 0, changed: spread });
    table.declarePerDevice('forwarding', { default: 0 });
    table.declarePerDevice('rp_filter', { default: 0 });
    table.declarePerDevice('accept_local', { default: 0 });
    table.declarePerDevice('route_localnet', { default: 0 });
    table.declarePerDevice('send_redirects', { default: 1 });
    table.declarePerDevice('src_valid_mark', { default: 0 });
    table.declarePerDevice('shared_media', { default: 1 });
    table.declarePerDevice('bc_forwarding', { default: 0 });
    declareSysctlsWithoutEffect(table);
    this.defaultTtl = table.declare({ name: 'net.ipv4.ip_default_ttl', default: 64, min: 1, max: 255 });
    this.icmpRatelimit = table.declare({ name: 'net.ipv4.icmp_ratelimit', default: 1000, min: 0 });
    this.icmpRatemask = table.declare({ name: 'net.ipv4.icmp_ratemask', default: 6168 });
    this.icmpMsgsPerSec = table.declare({ name: 'net.ipv4.icmp_msgs_per_sec', default: 1000, min: 0 });
    this.icmpMsgsBurst = table.declare({ name: 'net.ipv4.icmp_msgs_burst', default: 50, min: 0 });
    this.icmpEchoIgnoreAll = table.declare({ name: 'net.ipv4.icmp_echo_ignore_all', default: 0, min: 0, max: 1 });
    this.icmpEchoIgnoreBroadcasts = table.declare({
      name: 'net.ipv4.icmp_echo_ignore_broadcasts',
      default: 1,
      min: 0,
      max: 1,
    });
    this.icmpErrorsUseInboundIfaddr = table.declare({
      name: 'net.ipv4.icmp_errors_use_inbound_ifaddr',
      default: 0,
      min: 0,
      max: 1,
    });
    this.fwmarkReflect = table.declare({ name: 'net.ipv4.fwmark_reflect', default: 0, min: 0, max: 255 });
    this.ipfragTime = table.declare({ name: 'net.ipv4.ipfrag_time', default: 30, max: 21474836 });
    this.ipfragMaxDist = table.declare({ name: 'net.ipv4.ipfrag_max_dist', default: 64, min: 0 });
    this.noPmtuDisc = table.declare({ name: 'net.ipv4.ip_no_pmtu_disc', default: 0, min: 0, max: 255 });
    this.forwardUsePmtu = table.declare({ name: 'net.ipv4.ip_forward_use_pmtu', default: 0, min: 0, max: 255 });
    this.minPmtu = table.declare({ name: 'net.ipv4.route.min_pmtu', default: 552, min: 68 });
    this.mtuExpires = table.declare({ name: 'net.ipv4.route.mtu_expires', default: 600, max: 21474836 });
    this.#all = this.#settings('all');
    this.#answer = this.#all;
  }

  #settings(device: string): DeviceSettings {
    const handles: Record<string, Sysctl> = {};
    for (const [key, name] of Object.entries(PER_DEVICE)) {
      handles[key] = this.#table.handle(`net.ipv4.conf.${device}.${name}`)!;
    }
    return handles as unknown as DeviceSettings;
  }

  addDevice(device: string): void {
    this.#devices.set(device, this.#settings(device));
    this.#asked = undefined;
  }

  removeDevice(device: string): void {
    this.#devices.delete(device);
    this.#asked = undefined;
  }

  /** The settings of a device; one packet asks several times for the same. */
  #of(device: Device): DeviceSettings {
    if (device !== this.#asked) {
      this.#answer = this.#devices.get(device.name) ?? this.#all;
      this.#asked = device;
    }
    return this.#answer;
  }

  /** The device alone decides. */
  forwarding(device: Device): boolean {
    return this.#of(device).forwarding.value !== 0;
  }

  /** The larger of `all` and the device's. */
  rpFilter(device: Device): number {
    return Math.max(this.#all.rpFilter.value, this.#of(device).rpFilter.value);
  }

  /** Either of `all` and the device's. */
  acceptLocal(device: Device): boolean {
    return this.#all.acceptLocal.value !== 0 || this.#of(device).acceptLocal.value !== 0;
  }

  /** Either. */
  routeLocalnet(device: Device): boolean {
    return this.#all.routeLocalnet.value !== 0 || this.#of(device).routeLocalnet.value !== 0;
  }

  /** Either. */
  sendRedirects(device: Device): boolean {
    return this.#all.sendRedirects.value !== 0 || this.#of(device).sendRedirects.value !== 0;
  }

  /** Either. */
  sharedMedia(device: Device): boolean {
    return this.#all.sharedMedia.value !== 0 || this.#of(device).sharedMedia.value !== 0;
  }

  /** Both. */
  forwardsBroadcasts(device: Device): boolean {
    return this.#all.broadcastForwarding.value !== 0 && this.#of(device).broadcastForwarding.value !== 0;
  }

  /** Either. */
  srcValidMark(device: Device): boolean {
    return this.#all.srcValidMark.value !== 0 || this.#of(device).srcValidMark.value !== 0;
  }
}

/** Sets a value without running its `changed` function, which is where this is called from. */
function setQuietly(table: SysctlTable, name: string, value: number): void {
  const handle = table.handle(name) as { value: number } | undefined;
  if (handle !== undefined) handle.value = value;
}

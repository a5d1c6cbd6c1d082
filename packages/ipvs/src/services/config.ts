import type { Address, Family } from '@chainwalk/core';

/** How a packet reaches its real server, in the words of `/proc/net/ip_vs`, lower case. */
export type ForwardMethod = 'masq' | 'local' | 'tunnel' | 'route';

/** How `tunnel` wraps a packet (`--tun-type` and its companions). */
export interface TunnelConfig {
  readonly type: 'ipip' | 'gue' | 'gre';
  /** UDP port of `gue`; 0 for the others. */
  readonly port: number;
  readonly checksum: 'none' | 'csum' | 'remcsum';
}

/** A real server as it was configured. */
export interface DestinationConfig {
  readonly address: Address;
  /** 0 keeps the port that the client asked for. */
  readonly port: number;
  readonly method: ForwardMethod;
  /** 0 to 2^31 - 1; 0 takes no new connections. */
  readonly weight: number;
  /** No new connections from this many on; 0 for no limit. */
  readonly upperThreshold: number;
  /** Open again below this many; 0 for three quarters of the upper one. */
  readonly lowerThreshold: number;
  readonly tunnel: TunnelConfig;
}

/** What says which service is meant: an address, or a firewall mark. */
export interface ServiceKey {
  readonly family: Family;
  /** 6, 17 or 132; 6 for services by mark, as in Linux. */
  readonly protocol: number;
  readonly address: Address;
  readonly port: number;
  /** 0 for services by address. */
  readonly fwmark: number;
}

/** Bits of {@link ServiceConfig.schedulerFlags} (`IP_VS_SVC_F_SCHED1` and so on), whose meaning is the scheduler's. */
export const SCHEDULER_FLAG = { first: 1, second: 2, third: 4 } as const;

/** A virtual service as it was configured, without its servers. */
export interface ServiceSettings extends ServiceKey {
  /** Name of the scheduler; `none` leaves the service without one. */
  readonly scheduler: string;
  /** Bits of {@link SCHEDULER_FLAG}. */
  readonly schedulerFlags: number;
  /** Whether clients stick to their server. */
  readonly persistent: boolean;
  /** How long a client sticks, in seconds. */
  readonly timeout: number;
  /** Which bits of the client's address count, for persistence. */
  readonly netmask: number;
  /** `--ops`: every datagram is scheduled by itself. */
  readonly onePacket: boolean;
}

/** A virtual service and its servers, an immutable value. */
export interface ServiceConfig extends ServiceSettings {
  /** In the kernel's order: the newest first. */
  readonly destinations: readonly DestinationConfig[];
}

/** All that `ipvsadm` configured: a value that can be kept, compared, and put back. */
export interface IpvsConfig {
  /** In the order in which they were added. */
  readonly services: readonly ServiceConfig[];
}

/** The tunnel of a destination that has none. */
export const NO_TUNNEL: TunnelConfig = { type: 'ipip', port: 0, checksum: 'none' };

/** The netmask that tells every client from every other. */
export const HOST_NETMASK = 0xffffffff;

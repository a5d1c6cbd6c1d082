import type { Address } from '../address/address.ts';
import type { Packet } from '../packet/packet.ts';
import type { Device } from './device.ts';

/** The local sender of a packet (`struct sock`), as far as the packet path asks about it. */
export interface Socket {
  /** Numeric user and group, for `-m owner` and LOG --log-uid; absent for sockets of the kernel itself. */
  readonly uid?: number;
  readonly gid?: number;
  /** SO_BINDTODEVICE. */
  readonly boundDevice?: Device;
  /** SO_MARK. */
  readonly mark?: number;
  /** Whether it may use addresses that are not of this host (IP_TRANSPARENT). */
  readonly transparent?: boolean;
}

/** What the IP stack sends its own answers from: ICMP messages, and resets of TCP. */
export const KERNEL_SOCKET: Socket = {};

/** A process of root. */
export const ROOT_SOCKET: Socket = { uid: 0, gid: 0 };

/** A local process that waits for packets. */
export interface Listener {
  readonly protocol: number;
  /** Absent: any local address. */
  readonly address?: Address;
  readonly port: number;
  /** Gets each packet after LOCAL_IN; the local stack then sends no answer of its own. */
  readonly receive: (packet: Packet, device: Device) => void;
}

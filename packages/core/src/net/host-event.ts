import type { Address } from '../address/address.ts';
import type { Packet } from '../packet/packet.ts';
import type { Device } from './device.ts';
import type { DropReason } from './drop-reason.ts';
import type { Listener } from './socket.ts';

/** What a host tells whoever watches it. The packet belongs to the observer's moment: clone what you keep. */
export type HostEvent =
  /** It left through a device (never `lo`). */
  | { readonly kind: 'transmit'; readonly packet: Packet; readonly device: Device }
  /** It reached the sockets of this host; `device` is the one that sockets are told (`IP_PKTINFO`). */
  | {
      readonly kind: 'deliver';
      readonly packet: Packet;
      readonly device: Device;
      readonly listener: Listener | undefined;
    }
  | { readonly kind: 'drop'; readonly packet: Packet; readonly reason: DropReason; readonly at: string };

/** All kinds of them. */
export const HOST_EVENTS: readonly HostEvent['kind'][] = ['transmit', 'deliver', 'drop'];

export type HostObserver = (event: HostEvent) => void;

/** What changed in the configuration, for modules that keep state about it (masquerading, sets). */
export type ConfigEvent =
  | { readonly kind: 'device-down'; readonly device: Device }
  | { readonly kind: 'device-up'; readonly device: Device }
  | { readonly kind: 'device-removed'; readonly device: Device }
  | { readonly kind: 'address-added' | 'address-removed'; readonly device: Device; readonly address: Address };

/** Adds an observer to a list; the answer takes it away. */
export function subscribe<T>(list: T[], entry: T): () => void {
  list.push(entry);
  return () => {
    const at = list.indexOf(entry);
    if (at >= 0) list.splice(at, 1);
  };
}

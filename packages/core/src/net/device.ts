import type { MacAddress } from '../address/mac.ts';
import type { InputRoutes } from './input-routes.ts';

/**
 * What stands behind a device name.
 * - `loopback`: `lo`; what goes in comes back.
 * - `device`: a point-to-point layer-3 link (a TUN interface): no ARP, no link header.
 * - `dummy`: takes every packet and forgets it (`kube-ipvs0`).
 */
export type DeviceKind = 'loopback' | 'device' | 'dummy';

/**
 * A network device of a host (`struct net_device`). Its identity lasts as long as the interface is configured; what can
 * change (up, MTU, addresses) is in the host's configuration, mirrored here for the packet path.
 */
export class Device {
  readonly name: string;
  /** `ifindex`: 1 is `lo`, then in the order of creation. */
  readonly index: number;
  readonly kind: DeviceKind;
  readonly mac: MacAddress | undefined;
  up = false;
  mtu = 1500;
  /** `ip link set group`, for `-m devgroup`. */
  group = 0;
  /** Packets and bytes in and out, as `ip -s link` shows them. */
  readonly received: { packets: number; bytes: number } = { packets: 0, bytes: 0 };
  readonly transmitted: { packets: number; bytes: number } = { packets: 0, bytes: 0 };

  /** What is known of packets that came in here. */
  inputRoutes: InputRoutes | undefined = undefined;

  constructor(name: string, index: number, kind: DeviceKind, mac?: MacAddress) {
    this.name = name;
    this.index = index;
    this.kind = kind;
    this.mac = mac;
  }
}

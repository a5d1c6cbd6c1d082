import type { Address } from '../address/address.ts';
import type { MacAddress } from '../address/mac.ts';
import type { InterfaceAddress, Prefix } from '../address/prefix.ts';
import type { Draft } from '../edit.ts';
import type { DeviceKind } from './device.ts';
import type { RouteType } from './route.ts';

/** The configuration of a host: an immutable value that commands change through immer. */
export interface HostConfig {
  /** In the order of creation; the first is always `lo`. */
  readonly interfaces: readonly InterfaceConfig[];
  /** What `ip route add` added, in that order. Connected, local and broadcast routes follow from the interfaces. */
  readonly routes: readonly RouteConfig[];
  /** What `ip rule` has, sorted by priority. */
  readonly rules: readonly RuleConfig[];
  /** How many changes of addresses, links and routes there were. Of routes that are otherwise equal the older one counts. */
  readonly changes?: number;
  /**
   * Whether `ip rule` changed anything, or `ip route` added a local route, be it gone by now: Linux does not forget it
   * (`fib_has_custom_rules`, `fib_has_custom_local_routes`).
   */
  readonly hadCustomRouting?: true;
  /** Tables beside main and local that ever had a route: they stay when it goes (`fib_new_table`). */
  readonly madeTables?: readonly number[];
}

/** The configuration as a recipe of `Host.configure` may change it. */
export type MutableHostConfig = Draft<HostConfig>;

export interface InterfaceConfig {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly up: boolean;
  /** The change that brought it up; absent: it was up from the beginning. */
  readonly upSince?: number;
  readonly mtu: number;
  readonly mac?: MacAddress;
  readonly group: number;
  readonly addresses: readonly AddressConfig[];
}

/** One address of an interface. */
export interface AddressConfig extends InterfaceAddress {
  /** `ip addr add ... scope`. */
  readonly scope: Scope;
  /** Of a network that an earlier address of the same interface already covers (IFA_F_SECONDARY). */
  readonly secondary: boolean;
  /** The change that added it; absent: it was there from the beginning. */
  readonly since?: number;
  /**
   * Why the route to its network is missing: it never had one (`noprefixroute`), or it was deleted, and comes back when
   * the device is set up again. Absent: it is there.
   */
  readonly networkRoute?: 'never' | 'deleted';
}

/** How far an address or a route is valid; wider scopes have smaller numbers (`RT_SCOPE_*`). */
export const SCOPE = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;
export type Scope = keyof typeof SCOPE;

/** Numbers of the tables that exist everywhere. */
export const TABLE = { local: 255, main: 254, default: 253 } as const;

export interface RouteConfig {
  readonly type: RouteType;
  readonly prefix: Prefix;
  readonly table: number;
  /** Smaller is preferred. */
  readonly metric: number;
  /** 0 matches every TOS. */
  readonly tos: number;
  readonly device?: string;
  readonly gateway?: Address;
  /** `src` hint. */
  readonly source?: Address;
  readonly mtu?: number;
  readonly realm?: number;
  /** Whether path MTUs that are learnt change nothing (`mtu lock`). */
  readonly mtuLocked?: boolean;
  /** `onlink`: the gateway need not be reachable by another route. */
  readonly onlink?: boolean;
  readonly scope: Scope;
  /** The change that added it; absent: it was there from the beginning. */
  readonly since?: number;
}

export interface RuleConfig {
  readonly priority: number;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly mark?: { readonly value: number; readonly mask: number };
  readonly inDevice?: string;
  readonly outDevice?: string;
  /** 0 matches every TOS. */
  readonly tos: number;
  readonly not: boolean;
  readonly action:
    | { readonly kind: 'table'; readonly table: number }
    | { readonly kind: 'unreachable' | 'prohibit' | 'blackhole' };
}

/** The rules that every host starts with. */
export const DEFAULT_RULES: readonly RuleConfig[] = [
  { priority: 0, tos: 0, not: false, action: { kind: 'table', table: TABLE.local } },
  { priority: 32766, tos: 0, not: false, action: { kind: 'table', table: TABLE.main } },
  { priority: 32767, tos: 0, not: false, action: { kind: 'table', table: TABLE.default } },
];

import { formatPrefix, type Prefix, prefixOf } from '../../address/prefix.ts';
import { type HostConfig, type RouteConfig, TABLE } from '../../net/host-config.ts';

/** Where a route stands in its table: what `ip route add` adds needs a place of its own, what it replaces has the same. */
export type RoutePlace = Pick<RouteConfig, 'prefix' | 'table' | 'tos' | 'metric'>;

/** Whether two routes stand at the same place. */
export function samePlace(a: RoutePlace, b: RoutePlace): boolean {
  return samePrefix(a.prefix, b.prefix) && a.table === b.table && a.tos === b.tos && a.metric === b.metric;
}

export function samePrefix(a: Prefix, b: Prefix): boolean {
  return a.network === b.network && a.length === b.length;
}

/** The index of the first route at a place, or -1. */
export function indexOfPlace(routes: readonly RouteConfig[], place: RoutePlace): number {
  // Methods of arrays are several times slower on frozen ones, and this may be the hundred thousandth route.
  for (let i = 0; i < routes.length; i++) if (samePlace(routes[i]!, place)) return i;
  return -1;
}

/** A text that is the same for the same place only. */
export function placeKey({ prefix, table, tos, metric }: RoutePlace): string {
  return `${formatPrefix(prefix)} ${table} ${tos} ${metric}`;
}

/** The routes to their networks that addresses bring while their device is up. */
export function connectedRoutes(config: HostConfig): readonly RouteConfig[] {
  return config.interfaces
    .filter((device) => device.up && device.kind !== 'loopback')
    .flatMap((device) => device.addresses.map((entry) => ({ device, entry })))
    .filter(({ entry }) => !entry.secondary && entry.length < 32 && entry.networkRoute === undefined)
    .map(({ device, entry: { address, length, since = 0 } }) => ({
      type: 'unicast',
      prefix: prefixOf(address, length),
      table: TABLE.main,
      tos: 0,
      metric: 0,
      device: device.name,
      source: address,
      scope: 'link',
      since: Math.max(since, device.upSince ?? 0),
    }));
}

/** Whether two routes lead to the same: what `ip route` then adds is there already. */
export function sameRoute(a: RouteConfig, b: RouteConfig): boolean {
  return (
    samePlace(a, b) &&
    a.type === b.type &&
    a.scope === b.scope &&
    a.device === b.device &&
    a.gateway === b.gateway &&
    a.source === b.source &&
    a.mtu === b.mtu &&
    (a.realm ?? 0) === (b.realm ?? 0)
  );
}

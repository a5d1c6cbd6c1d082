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

/** The places of the connected routes that addresses bring while their device is up. */
export function connectedPlaces(config: HostConfig): readonly RoutePlace[] {
  return config.interfaces
    .filter((device) => device.up && device.kind !== 'loopback')
    .flatMap((device) => device.addresses)
    .filter((entry) => !entry.secondary && entry.length < 32)
    .map(({ address, length }) => ({ prefix: prefixOf(address, length), table: TABLE.main, tos: 0, metric: 0 }));
}

import type { Address } from '../address/address.ts';
import type { RouteType } from './route.ts';

/** What is known of a packet when a route is asked for (`struct flowi4`). */
export interface Flow {
  readonly destination: Address;
  readonly source: Address | undefined;
  readonly tos: number;
  readonly mark: number;
  readonly inDevice: string | undefined;
  readonly outDevice: string | undefined;
  /** The widest `RT_SCOPE_*` number that a route may have; absent: any. */
  readonly scope?: number;
}

/** What is known where nobody asks for more than the way to a destination, perhaps by one device. */
export function flowTo(destination: Address, outDevice?: string): Flow {
  return { destination, source: undefined, tos: 0, mark: 0, inDevice: undefined, outDevice };
}

/** One route of one table, ready to be looked up (`struct fib_alias` with its `fib_info`). */
export interface FibRoute {
  readonly type: RouteType;
  readonly network: Address;
  readonly length: number;
  readonly metric: number;
  readonly tos: number;
  readonly device: string | undefined;
  readonly gateway: Address | undefined;
  readonly source: Address | undefined;
  readonly mtu: number | undefined;
  readonly mtuLocked: boolean;
  readonly realm: number;
  /** `RT_SCOPE_*` number of the route. */
  readonly scope: number;
}

/**
 * A route, or how the look-up failed: `unreachable`, `prohibit`, `blackhole` by a route or rule, `none` without any. To a
 * rule that says `unreachable`, Linux answers as if there were no route.
 */
export type FibResult = FibRoute | 'unreachable' | 'prohibit' | 'blackhole' | 'none';

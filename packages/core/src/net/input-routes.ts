import type { FibRanges } from './fib-ranges.ts';
import type { Route } from './route.ts';

/**
 * Where packets go that come in on one device, by the range of their destination, and from which ranges of addresses they
 * may come in there: what `inputRoute` found out before. It is good as long as neither the host's FIB nor a kernel parameter
 * changes.
 *
 * Invariant: a packet whose destination and source are both known has the route that the look-up would give it.
 */
export class InputRoutes {
  readonly #ranges: FibRanges;
  readonly #version: number;
  readonly #routes: (Route | undefined)[];
  readonly #sources: Uint8Array;

  /** @param version that of the host's kernel parameters */
  constructor(ranges: FibRanges, version: number) {
    this.#ranges = ranges;
    this.#version = version;
    this.#routes = new Array<undefined>(ranges.count).fill(undefined);
    this.#sources = new Uint8Array(ranges.count);
  }

  /** Whether what is known is still so. */
  isOf(ranges: FibRanges, version: number): boolean {
    return ranges === this.#ranges && version === this.#version;
  }

  /** The route from one range of addresses to another, if both are known. */
  get(from: number, to: number): Route | undefined {
    return this.#sources[from] === 1 ? this.#routes[to] : undefined;
  }

  /** Takes note of both. */
  set(from: number, to: number, route: Route): void {
    this.#routes[to] = route;
    this.#sources[from] = 1;
  }
}

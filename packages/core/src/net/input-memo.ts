import type { Fib } from './fib.ts';
import type { Host } from './host.ts';
import type { Route } from './route.ts';

/** Places at first, and at most: a power of four each. */
const FEWEST = 256;
const MOST = 16_384;

/**
 * Where packets go that come in on one device, by destination, and which sources may come in there: what `inputRoute` found
 * out before. It is good as long as neither the host's configuration nor a kernel parameter changes, and only where
 * look-ups depend on the destination alone. Of two that share a place the latest stays; when that happens often, there are
 * more places.
 *
 * Invariant: a packet whose destination and source are both remembered has the route that the look-up would give it.
 */
export class InputMemo {
  #fib: Fib | undefined = undefined;
  #version = -1;
  #mask = FEWEST - 1;
  #destinations: Int32Array = new Int32Array(FEWEST);
  #routes: (Route | undefined)[] = new Array<undefined>(FEWEST).fill(undefined);
  /** 0, which no packet may come from, stands for none. */
  #sources: Int32Array = new Int32Array(FEWEST);
  /** How often one took the place of another since there are so many places. */
  #replaced = 0;

  /** Whether what is remembered is still so. */
  isOf(host: Host): boolean {
    return host.fib === this.#fib && host.sysctl.version === this.#version;
  }

  /** The route to a destination, a signed integer. */
  route(destination: number): Route | undefined {
    const place = placeOf(destination) & this.#mask;
    return this.#destinations[place] === destination ? this.#routes[place] : undefined;
  }

  /** Whether packets may come from a source, a signed integer; false if that is not known. */
  knows(source: number): boolean {
    return source !== 0 && this.#sources[placeOf(source) & this.#mask] === source;
  }

  /** Remembers both. */
  add(host: Host, source: number, destination: number, route: Route): void {
    if (!this.isOf(host)) {
      this.#fib = host.fib;
      this.#version = host.sysctl.version;
      this.#clear(this.#mask + 1);
    } else if (this.#replaced > this.#mask && this.#mask + 1 < MOST) this.#clear(4 * (this.#mask + 1));
    const place = placeOf(destination) & this.#mask;
    if (this.#routes[place] !== undefined && this.#destinations[place] !== destination) this.#replaced++;
    this.#destinations[place] = destination;
    this.#routes[place] = route;
    this.addSource(source);
  }

  addSource(source: number): void {
    const place = placeOf(source) & this.#mask;
    if (this.#sources[place] !== 0 && this.#sources[place] !== source) this.#replaced++;
    this.#sources[place] = source;
  }

  #clear(places: number): void {
    this.#mask = places - 1;
    this.#destinations = new Int32Array(places);
    this.#routes = new Array<undefined>(places).fill(undefined);
    this.#sources = new Int32Array(places);
    this.#replaced = 0;
  }
}

function placeOf(bits: number): number {
  return Math.imul(bits, 0x9e3779b1) >>> 16;
}

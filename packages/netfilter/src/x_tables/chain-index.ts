import type { Packet } from '@chainwalk/core';
import { type CompiledChain, SPECIAL } from './compile.ts';

/** A list of candidates longer than this is searched by destination port as well. */
const PORTS_FROM = 12;
/** With more kinds of address tests than this the walk is as good as the index. */
const MOST_SHAPES = 24;

/** Rules, by position, that agree on their addresses and protocol. */
class Candidates {
  readonly positions: Int32Array;
  readonly #chain: CompiledChain;
  #ports: PortIndex | undefined;

  constructor(chain: CompiledChain, positions: readonly number[]) {
    this.#chain = chain;
    this.positions = Int32Array.from(positions);
  }

  /** The candidates by port, for lists that are long and have enough rules that ask for one. */
  get ports(): PortIndex | undefined {
    if (this.positions.length < PORTS_FROM) return undefined;
    this.#ports ??= new PortIndex(this.#chain, this.positions);
    return this.#ports.worthIt ? this.#ports : undefined;
  }
}

/** Candidates apart by the destination port that they ask for. */
class PortIndex {
  readonly #byPort = new Map<number, Int32Array>();
  /** Those that ask for no single port. */
  readonly others: Int32Array;
  /** Match calls that all candidates before each place would cost a packet whose port none of them asks for. */
  readonly costBefore: Float64Array;
  readonly positions: Int32Array;
  readonly worthIt: boolean;

  constructor(chain: CompiledChain, positions: Int32Array) {
    this.positions = positions;
    const lists = new Map<number, number[]>();
    const others: number[] = [];
    this.costBefore = new Float64Array(positions.length + 1);
    for (let i = 0; i < positions.length; i++) {
      const rule = chain.rules[positions[i]!]!;
      // A rule with special tests may fail before its matches are asked, so it must be tried.
      const port = rule.kind === SPECIAL ? -1 : rule.port;
      this.costBefore[i + 1] = this.costBefore[i]! + (port < 0 ? 0 : rule.portCost);
      if (port < 0) others.push(positions[i]!);
      else {
        const list = lists.get(port);
        if (list === undefined) lists.set(port, [positions[i]!]);
        else list.push(positions[i]!);
      }
    }
    for (const [port, list] of lists) this.#byPort.set(port, Int32Array.from(list));
    this.others = Int32Array.from(others);
    this.worthIt = others.length * 2 < positions.length;
  }

  of(port: number): Int32Array {
    return this.#byPort.get(port) ?? NONE;
  }
}

const NONE = new Int32Array(0);

/** One kind of address test: the masks that its rules use. */
interface Shape {
  readonly srcMask: number;
  readonly dstMask: number;
  readonly byProtocol: boolean;
  /** By destination and protocol as one number, then by source where the shape has one. */
  readonly byDestination: Map<number, Candidates | Map<number, Candidates>>;
}

/**
 * Finds, in a long chain, the rules whose address, protocol and port tests hold for a packet, without looking at the
 * others: one hash look-up for each kind of test that the chain uses.
 *
 * Invariant: what it leaves out, a linear walk would have visited and passed; verdict, counters and every metered count are
 * those of the linear walk (`test/x_tables/chain-index.prop.test.ts`).
 */
export class ChainIndex {
  readonly #shapes: Shape[] = [];
  /** Rules that test something that is not hashed; they are candidates for every packet. */
  readonly #always: Candidates;
  /** False when the chain is too varied for an index. */
  readonly usable: boolean;

  constructor(chain: CompiledChain) {
    const always: number[] = [];
    const lists = new Map<Shape, Map<string, { dst: number; src: number; positions: number[] }>>();
    const shapes = new Map<string, Shape>();
    for (let i = 0; i < chain.rules.length; i++) {
      const { kind, srcMask, dstMask, srcNetwork, dstNetwork, protocol } = chain.rules[i]!;
      if (kind === SPECIAL || (srcMask === 0 && dstMask === 0 && protocol === 0)) {
        always.push(i);
        continue;
      }
      const shapeKey = `${srcMask}/${dstMask}/${protocol !== 0}`;
      let shape = shapes.get(shapeKey);
      if (shape === undefined) {
        shape = { srcMask, dstMask, byProtocol: protocol !== 0, byDestination: new Map() };
        shapes.set(shapeKey, shape);
        lists.set(shape, new Map());
      }
      const dst = keyOf(dstNetwork, protocol);
      const src = srcNetwork >>> 0;
      const byKey = lists.get(shape)!;
      const entry = byKey.get(`${dst}/${src}`);
      if (entry === undefined) byKey.set(`${dst}/${src}`, { dst, src, positions: [i] });
      else entry.positions.push(i);
    }
    for (const [shape, byKey] of lists) {
      for (const { dst, src, positions } of byKey.values()) {
        const candidates = new Candidates(chain, positions);
        if (shape.srcMask === 0) shape.byDestination.set(dst, candidates);
        else {
          let bySource = shape.byDestination.get(dst) as Map<number, Candidates> | undefined;
          if (bySource === undefined) {
            bySource = new Map();
            shape.byDestination.set(dst, bySource);
          }
          bySource.set(src, candidates);
        }
      }
      this.#shapes.push(shape);
    }
    this.#always = new Candidates(chain, always);
    this.usable = this.#shapes.length <= MOST_SHAPES && always.length * 2 < chain.rules.length;
  }

  /** A search of this chain for one packet, from rule `start` on. */
  search(packet: Packet, start: number): Search {
    const src = Number(packet.src) | 0;
    const dst = Number(packet.dst) | 0;
    const ports = packet.ports;
    const search = new Search();
    search.add(this.#always, start, ports?.dport);
    for (const shape of this.#shapes) {
      const key = keyOf(dst & shape.dstMask, shape.byProtocol ? packet.protocol : 0);
      let found = shape.byDestination.get(key);
      if (found instanceof Map) found = found.get((src & shape.srcMask) >>> 0);
      if (found !== undefined) search.add(found, start, ports?.dport);
    }
    return search;
  }
}

function keyOf(dst: number, protocol: number): number {
  return (dst >>> 0) * 256 + protocol;
}

/** The candidates of one packet in the order of the chain, from several sorted lists. */
export class Search {
  readonly #lists: Int32Array[] = [];
  readonly #cursors: number[] = [];
  /** Lists that were cut down to one port, to count what was left out. */
  readonly #cut: { readonly ports: PortIndex; readonly from: number; readonly same: Int32Array }[] = [];

  add(candidates: Candidates, start: number, port: number | undefined): void {
    const ports = port === undefined ? undefined : candidates.ports;
    if (ports === undefined) return this.#push(candidates.positions, start);
    const same = ports.of(port!);
    this.#cut.push({ ports, from: start, same });
    this.#push(same, start);
    this.#push(ports.others, start);
  }

  #push(list: Int32Array, start: number): void {
    const cursor = start === 0 ? 0 : lowerBound(list, start);
    if (cursor >= list.length) return;
    this.#lists.push(list);
    this.#cursors.push(cursor);
  }

  /** The next candidate, or -1. */
  next(): number {
    let best = -1;
    let which = -1;
    for (let i = 0; i < this.#lists.length; i++) {
      const list = this.#lists[i]!;
      const cursor = this.#cursors[i]!;
      if (cursor < list.length && (best < 0 || list[cursor]! < best)) {
        best = list[cursor]!;
        which = i;
      }
    }
    if (which >= 0) this.#cursors[which]!++;
    return best;
  }

  /**
   * Match calls that a linear walk from the start of the search to just before rule `end` would have spent on rules that
   * were left out for their port.
   */
  skippedMatches(end: number): number {
    let calls = 0;
    for (const { ports, from, same } of this.#cut) {
      const { positions, costBefore } = ports;
      const first = from === 0 ? 0 : lowerBound(positions, from);
      const last = lowerBound(positions, end);
      calls += costBefore[last]! - costBefore[first]!;
      // Those that do ask for this port were tried, and counted where they were.
      for (let i = from === 0 ? 0 : lowerBound(same, from); i < same.length && same[i]! < end; i++) {
        calls -= costBefore[lowerBound(positions, same[i]!) + 1]! - costBefore[lowerBound(positions, same[i]!)]!;
      }
    }
    return calls;
  }
}

/** The first index whose value is at least `value`. */
function lowerBound(list: Int32Array, value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

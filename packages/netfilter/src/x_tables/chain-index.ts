import type { Meter, Packet } from '@chainwalk/core';
import { INVERTED, KIND_MASK, PLAIN, SPECIAL } from './compile.ts';
import { DST, DST_MASK, KIND, PORT, protocolOf, ROW, type RuleRows, SRC, SRC_MASK } from './rule-rows.ts';

/** Rules to be searched: so many rows from one on. They may move between two looks at them. */
export interface IndexedRules {
  readonly rows: RuleRows;
  readonly first: number;
  readonly length: number;
}

/** A list of candidates longer than this is searched by destination port as well. */
const PORTS_FROM = 12;
/** With more kinds of address tests than this the walk is as good as the index. */
const MOST_SHAPES = 24;

/** Rules, by position, that agree on their addresses and protocol. */
class Candidates {
  readonly positions: Int32Array;
  readonly #chain: IndexedRules;
  #ports: PortIndex | undefined;

  constructor(chain: IndexedRules, positions: readonly number[]) {
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
  /** How many candidates before each place ask for a port. What is called before that match lets everything through. */
  readonly askBefore: Int32Array;
  readonly positions: Int32Array;
  readonly worthIt: boolean;

  constructor(chain: IndexedRules, positions: Int32Array) {
    this.positions = positions;
    const lists = new Map<number, number[]>();
    const others: number[] = [];
    this.costBefore = new Float64Array(positions.length + 1);
    this.askBefore = new Int32Array(positions.length + 1);
    const { words } = chain.rows;
    for (let i = 0; i < positions.length; i++) {
      const at = (chain.first + positions[i]!) * ROW;
      const kind = words[at + KIND]! & KIND_MASK;
      const asked = words[at + PORT]!;
      // A rule with other tests may fail before its matches are asked, so it must be tried.
      const port = asked < 0 || kind === SPECIAL || kind === INVERTED ? -1 : asked & 0xffff;
      this.costBefore[i + 1] = this.costBefore[i]! + (port < 0 ? 0 : asked >> 16);
      this.askBefore[i + 1] = this.askBefore[i]! + (port < 0 ? 0 : 1);
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

/** Slots for each entry of an {@link AddressTable}: half of them stay empty. */
const SPACE = 2;

/**
 * From a destination and a source, as signed integers, to a number other than 0. Flat memory, since a look-up in it is one
 * of the few things that a walk of a long chain has to wait for.
 */
class AddressTable {
  readonly #mask: number;
  /** Destination, source, number. */
  readonly #slots: Int32Array;

  constructor(entries: number) {
    let size = 4;
    while (size < entries * SPACE) size *= 2;
    this.#mask = size - 1;
    this.#slots = new Int32Array(size * 3);
  }

  /** Precondition: there are no more pairs than announced. */
  set(dst: number, src: number, value: number): void {
    const slots = this.#slots;
    let slot = placeOf(dst, src) & this.#mask;
    while (slots[slot * 3 + 2] !== 0 && (slots[slot * 3] !== dst || slots[slot * 3 + 1] !== src)) {
      slot = (slot + 1) & this.#mask;
    }
    slots[slot * 3] = dst;
    slots[slot * 3 + 1] = src;
    slots[slot * 3 + 2] = value;
  }

  /** The number of a pair, or 0. */
  find(dst: number, src: number): number {
    const slots = this.#slots;
    for (let slot = placeOf(dst, src) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const value = slots[slot * 3 + 2]!;
      if (value === 0 || (slots[slot * 3] === dst && slots[slot * 3 + 1] === src)) return value;
    }
  }
}

function placeOf(dst: number, src: number): number {
  const mixed = Math.imul(dst, 0x9e3779b1) ^ Math.imul(src, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** One kind of address test: the masks and the protocol that its rules use. */
interface Shape {
  readonly srcMask: number;
  readonly dstMask: number;
  /** IANA number; 0 means any. */
  readonly protocol: number;
  /** To the position of the rule plus one, or, where there are several, to minus the number of their list, from 1 on. */
  readonly byAddress: AddressTable;
  readonly lists: readonly Candidates[];
}

/** Puts the rules of one shape together. */
class ShapeMaker {
  readonly #srcMask: number;
  readonly #dstMask: number;
  readonly #protocol: number;
  /** How many rules there are to come. */
  count = 0;
  #byAddress: AddressTable | undefined;
  readonly #lists: number[][] = [];

  /** Of the shape that the rule in a row has. */
  constructor(words: Int32Array, at: number) {
    this.#srcMask = words[at + SRC_MASK]!;
    this.#dstMask = words[at + DST_MASK]!;
    this.#protocol = protocolOf(words[at + KIND]!);
  }

  fits(words: Int32Array, at: number): boolean {
    return (
      words[at + SRC_MASK] === this.#srcMask &&
      words[at + DST_MASK] === this.#dstMask &&
      protocolOf(words[at + KIND]!) === this.#protocol
    );
  }

  /** Precondition: all rules have been counted, and come in the order of the chain. */
  add(words: Int32Array, at: number, position: number): void {
    this.#byAddress ??= new AddressTable(this.count);
    const dst = words[at + DST]!;
    const src = words[at + SRC]!;
    const known = this.#byAddress.find(dst, src);
    if (known === 0) this.#byAddress.set(dst, src, position + 1);
    else if (known < 0) this.#lists[-known - 1]!.push(position);
    else this.#byAddress.set(dst, src, -this.#lists.push([known - 1, position]));
  }

  /** Precondition: there is at least one rule. */
  shape(chain: IndexedRules): Shape {
    const lists = this.#lists.map((positions) => new Candidates(chain, positions));
    return {
      srcMask: this.#srcMask,
      dstMask: this.#dstMask,
      protocol: this.#protocol,
      byAddress: this.#byAddress!,
      lists,
    };
  }
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

  constructor(chain: IndexedRules) {
    const always: number[] = [];
    const { first, length } = chain;
    const { words } = chain.rows;
    const makers: ShapeMaker[] = [];
    /** The shape of each rule, by its number; -1 for those that are always tried. */
    const numbers = new Int32Array(length).fill(-1);
    let number = 0;
    for (let position = 0; position < length && makers.length <= MOST_SHAPES; position++) {
      const at = (first + position) * ROW;
      if ((words[at + KIND]! & KIND_MASK) !== PLAIN) {
        always.push(position);
        continue;
      }
      // Rules of one shape often stand together.
      if (number >= makers.length || !makers[number]!.fits(words, at)) {
        number = makers.findIndex((maker) => maker.fits(words, at));
        if (number < 0) number = makers.push(new ShapeMaker(words, at)) - 1;
      }
      makers[number]!.count++;
      numbers[position] = number;
    }
    if (makers.length <= MOST_SHAPES) {
      for (let position = 0; position < length; position++) {
        if (numbers[position]! >= 0) makers[numbers[position]!]!.add(words, (first + position) * ROW, position);
      }
      for (const maker of makers) this.#shapes.push(maker.shape(chain));
    }
    this.#always = new Candidates(chain, always);
    this.usable = makers.length <= MOST_SHAPES && always.length * 2 < length;
  }

  /** A search of this chain for one packet, from rule `start` on; good until the next search of any chain begins. */
  search(packet: Packet, start: number): Search {
    const src = Number(packet.src) | 0;
    const dst = Number(packet.dst) | 0;
    const { protocol, transport } = packet;
    const port = transport?.kind === 'tcp' || transport?.kind === 'udp' ? transport.dport : packet.ports?.dport;
    const search = SEARCH;
    search.begin(start, port);
    search.add(this.#always);
    const shapes = this.#shapes;
    for (let i = 0; i < shapes.length; i++) {
      const shape = shapes[i]!;
      if (shape.protocol !== 0 && shape.protocol !== protocol) continue;
      const value = shape.byAddress.find(dst & shape.dstMask, src & shape.srcMask);
      if (value > 0) search.addOne(value - 1);
      else if (value < 0) search.add(shape.lists[-value - 1]!);
    }
    return search;
  }
}

/** The candidates of one packet in the order of the chain, from single rules and from several sorted lists. */
class Search {
  #start = 0;
  #port: number | undefined;
  readonly #singles = new Int32Array(MOST_SHAPES);
  #singleCount = 0;
  #nextSingle = 0;
  readonly #lists: Int32Array[] = [];
  readonly #cursors: number[] = [];
  #count = 0;
  /** Lists that were cut down to one port, to count what was left out. */
  readonly #cut: { readonly ports: PortIndex; readonly same: Int32Array }[] = [];

  begin(start: number, port: number | undefined): void {
    this.#start = start;
    this.#port = port;
    this.#singleCount = 0;
    this.#nextSingle = 0;
    this.#count = 0;
    if (this.#cut.length > 0) this.#cut.length = 0;
  }

  add(candidates: Candidates): void {
    const ports = this.#port === undefined ? undefined : candidates.ports;
    if (ports === undefined) return this.#push(candidates.positions);
    const same = ports.of(this.#port!);
    this.#cut.push({ ports, same });
    this.#push(same);
    this.#push(ports.others);
  }

  /** Adds one rule. */
  addOne(position: number): void {
    if (position < this.#start) return;
    const singles = this.#singles;
    let at = this.#singleCount++;
    for (; at > 0 && singles[at - 1]! > position; at--) singles[at] = singles[at - 1]!;
    singles[at] = position;
  }

  #push(list: Int32Array): void {
    const cursor = this.#start === 0 ? 0 : lowerBound(list, this.#start);
    if (cursor >= list.length) return;
    this.#lists[this.#count] = list;
    this.#cursors[this.#count++] = cursor;
  }

  /** The next candidate, or -1. */
  next(): number {
    let best = this.#nextSingle < this.#singleCount ? this.#singles[this.#nextSingle]! : -1;
    let which = -1;
    for (let i = 0; i < this.#count; i++) {
      const list = this.#lists[i]!;
      const cursor = this.#cursors[i]!;
      if (cursor < list.length && (best < 0 || list[cursor]! < best)) {
        best = list[cursor]!;
        which = i;
      }
    }
    if (which >= 0) this.#cursors[which]!++;
    else if (best >= 0) this.#nextSingle++;
    return best;
  }

  /**
   * Counts the match calls that a linear walk from the start of the search to just before rule `end` would have spent on
   * rules that were left out for their port.
   */
  countSkipped(end: number, meter: Meter): void {
    let calls = 0;
    let rules = 0;
    const from = this.#start;
    for (let i = 0; i < this.#cut.length; i++) {
      const { ports, same } = this.#cut[i]!;
      const { positions, costBefore, askBefore } = ports;
      const first = from === 0 ? 0 : lowerBound(positions, from);
      const last = lowerBound(positions, end);
      calls += costBefore[last]! - costBefore[first]!;
      rules += askBefore[last]! - askBefore[first]!;
      // Those that do ask for this port were tried, and counted where they were.
      for (let k = from === 0 ? 0 : lowerBound(same, from); k < same.length && same[k]! < end; k++) {
        const at = lowerBound(positions, same[k]!);
        calls -= costBefore[at + 1]! - costBefore[at]!;
        rules--;
      }
    }
    meter.matches += calls;
    meter.comments += calls - rules;
  }
}

/** One search ends before the next begins: matches, which are asked in between, walk no chains. */
const SEARCH = new Search();

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

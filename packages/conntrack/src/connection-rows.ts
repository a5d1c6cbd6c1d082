import { invariant, PROTOCOL, wordsInLines } from '@chainwalk/core';
import { grown } from './by-slot.ts';
import { type Accounting, Connection, type Extensions, type TrackerState } from './connection.ts';
import {
  COUNTED,
  EXTENDED,
  GENERATION_SHIFT,
  KEPT,
  KIND,
  LAST_GENERATION,
  MOST_ROWS,
  PAGE_BITS,
  PAGE_ROWS,
  PENDING,
  ROW_SIZE,
  rowOf,
  STATEFUL,
  STATUS,
  TRACKER,
} from './connection-row.ts';
import { MasqueradeIndices } from './masquerade-indices.ts';
import { TcpRows } from './trackers/tcp-rows.ts';
import { TcpState } from './trackers/tcp-state.ts';
import type { Direction } from './tuple.ts';

/** Connection objects that are used again for the packets that follow; a power of two. */
const RECENT = 256;

/** Counters of a connection. */
const COUNTERS = 4;

/** Knows when the packets that were under way are gone: a host, see `Host.walks`. */
export interface GraceClock {
  readonly walks: number;
}

/**
 * The memory of all connections of one host, confirmed or not: a row of integers for each, another for what TCP remembers,
 * and maps for what few connections have. A million of them are a handful of objects for the garbage collector, and a
 * {@link Connection} is made for the packet at hand.
 *
 * A row that is given back is used again only when the packets that were under way are gone, as after an RCU grace period:
 * until then whoever holds the connection reads what it was. Connections that were {@link Connection.keep | kept} take their data
 * along and stay readable for ever.
 */
export class ConnectionRows {
  readonly #clock: GraceClock;
  readonly #pages: Int32Array[] = [];
  /**
   * Kernel ticks by slot: how long before a connection is confirmed, until when from then on. Apart from the rows, since
   * a walk looks at those of all that it passes. Another array when it has to grow.
   */
  timeouts: Int32Array = new Int32Array(0);
  /** `ct->mark` by slot; nothing at all on a host where no connection has one. */
  #marks: Int32Array = new Int32Array(0);
  readonly masquerades: MasqueradeIndices = new MasqueradeIndices();
  readonly tcp: TcpRows = new TcpRows();
  readonly #free: number[] = [];
  #used = 0;
  #pending = 0;
  /** Rows given back during the walk at hand. */
  readonly #leaving: number[] = [];
  #walk = 0;
  readonly #recent: (Connection | undefined)[] = new Array<undefined>(RECENT).fill(undefined);
  readonly #kept = new Map<number, Connection>();
  readonly #extensions = new Map<number, Extensions>();
  readonly #states = new Map<number, TrackerState>();
  /** Packets and bytes of the original direction, then of the reply, of connections that are counted. */
  readonly #counterPages: Float64Array[] = [];

  constructor(clock: GraceClock) {
    this.#clock = clock;
  }

  /** Connections that were made, and neither confirmed nor released. */
  get pending(): number {
    return this.#pending;
  }

  /** The page of a slot. */
  page(slot: number): Int32Array {
    return this.#pages[slot >> PAGE_BITS]!;
  }

  /** A row with nothing in it but its kind: protocol, zone and which direction the zone keys. */
  allocate(kind: number): Connection {
    this.#settle();
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#used++;
      invariant(slot < MOST_ROWS, 'a link has room for the number of a connection');
      if (slot >> PAGE_BITS === this.#pages.length) this.#pages.push(wordsInLines(PAGE_ROWS * ROW_SIZE));
      if (slot >= this.timeouts.length) this.timeouts = grown(this.timeouts, slot + 1);
    }
    this.page(slot)[rowOf(slot) + KIND] = kind | PENDING;
    this.#pending++;
    return this.of(slot);
  }

  /** The connection of a slot. */
  of(slot: number): Connection {
    const page = this.#pages[slot >> PAGE_BITS]!;
    const row = rowOf(slot);
    const recent = this.#recent[slot & (RECENT - 1)];
    if (recent !== undefined && recent.slot === slot) return recent;
    if ((page[row + KIND]! & KEPT) !== 0) return this.#kept.get(slot)!;
    const made = new Connection(this, page, row, slot);
    this.#recent[slot & (RECENT - 1)] = made;
    return made;
  }

  /** Makes an object, or the one that was kept before, the only one that stands for its connection. */
  keep(ct: Connection): Connection {
    const { slot } = ct;
    const page = this.page(slot);
    const at = rowOf(slot) + KIND;
    if ((page[at]! & KEPT) !== 0) return this.#kept.get(slot)!;
    page[at]! |= KEPT;
    this.#kept.set(slot, ct);
    return ct;
  }

  /** An unconfirmed connection is in the table now, or given up; false if it was not unconfirmed. */
  settlePending(slot: number): boolean {
    const page = this.page(slot);
    const at = rowOf(slot) + KIND;
    if ((page[at]! & PENDING) === 0) return false;
    page[at]! &= ~PENDING;
    this.#pending--;
    return true;
  }

  /** Gives a row back. */
  release(slot: number): void {
    this.#settle();
    this.#leaving.push(slot);
  }

  /** Frees what was given back before the packet at hand came. */
  #settle(): void {
    const { walks } = this.#clock;
    if (walks === this.#walk) return;
    this.#walk = walks;
    if (this.#leaving.length === 0) return;
    for (const slot of this.#leaving) this.#clear(slot);
    this.#leaving.length = 0;
  }

  #clear(slot: number): void {
    const page = this.page(slot);
    const row = rowOf(slot);
    const recent = this.#recent[slot & (RECENT - 1)];
    if (recent?.slot === slot) {
      recent.detach();
      this.#recent[slot & (RECENT - 1)] = undefined;
    }
    const kind = page[row + KIND]!;
    if ((kind & KEPT) !== 0) {
      this.#kept.get(slot)!.detach();
      this.#kept.delete(slot);
    }
    if ((kind & EXTENDED) !== 0) this.#extensions.delete(slot);
    if ((kind & STATEFUL) !== 0) {
      if ((kind & 255) === PROTOCOL.tcp) this.tcp.free(page, row + TRACKER);
      else this.#states.delete(slot);
    }
    const generation = (page[row + STATUS]! >>> GENERATION_SHIFT) + 1;
    page.fill(0, row, row + ROW_SIZE);
    page[row + STATUS] = generation << GENERATION_SHIFT;
    this.timeouts[slot] = 0;
    this.setMark(slot, 0);
    this.masquerades.set(slot, 0);
    if (generation < LAST_GENERATION) this.#free.push(slot);
  }

  /** `ct->mark`, unsigned 32 bits. */
  mark(slot: number): number {
    return slot < this.#marks.length ? this.#marks[slot]! >>> 0 : 0;
  }

  setMark(slot: number, mark: number): void {
    if (slot >= this.#marks.length) {
      if (mark === 0) return;
      this.#marks = grown(this.#marks, slot + 1);
    }
    this.#marks[slot] = mark;
  }

  // ---------------------------------------------------------------- packets and bytes

  /** Counts the packets of a connection from now on. */
  startCounting(slot: number): void {
    const page = (this.#counterPages[slot >> PAGE_BITS] ??= new Float64Array(PAGE_ROWS * COUNTERS));
    page.fill(0, countersOf(slot), countersOf(slot) + COUNTERS);
    this.page(slot)[rowOf(slot) + KIND]! |= COUNTED;
  }

  /** Counts a packet, if the connection is counted. */
  count(slot: number, direction: Direction, bytes: number): void {
    if ((this.page(slot)[rowOf(slot) + KIND]! & COUNTED) === 0) return;
    const page = this.#counterPages[slot >> PAGE_BITS]!;
    const at = countersOf(slot) + direction * 2;
    page[at]!++;
    page[at + 1]! += bytes;
  }

  /** What was counted; `undefined` if nothing is. */
  accounting(slot: number): Accounting | undefined {
    if ((this.page(slot)[rowOf(slot) + KIND]! & COUNTED) === 0) return undefined;
    const page = this.#counterPages[slot >> PAGE_BITS]!;
    const at = countersOf(slot);
    return {
      originalPackets: page[at]!,
      originalBytes: page[at + 1]!,
      replyPackets: page[at + 2]!,
      replyBytes: page[at + 3]!,
    };
  }

  // ---------------------------------------------------------------- what few connections have

  extensions(slot: number): Extensions | undefined {
    return (this.page(slot)[rowOf(slot) + KIND]! & EXTENDED) === 0 ? undefined : this.#extensions.get(slot);
  }

  setExtensions(slot: number, extensions: Extensions): void {
    this.page(slot)[rowOf(slot) + KIND]! |= EXTENDED;
    this.#extensions.set(slot, extensions);
  }

  // ---------------------------------------------------------------- what trackers remember

  /** What a connection's tracker remembers; of TCP a copy. */
  state(slot: number): TrackerState | undefined {
    const page = this.page(slot);
    const row = rowOf(slot);
    if ((page[row + KIND]! & STATEFUL) === 0) return undefined;
    if ((page[row + KIND]! & 255) !== PROTOCOL.tcp) return this.#states.get(slot);
    const state = new TcpState();
    this.tcp.read(page, row + TRACKER, state);
    return state;
  }

  setState(slot: number, state: TrackerState): void {
    const page = this.page(slot);
    const row = rowOf(slot);
    const isTcp = state.kind === 'tcp';
    invariant(isTcp === ((page[row + KIND]! & 255) === PROTOCOL.tcp), 'a connection has one protocol');
    page[row + KIND]! |= STATEFUL;
    if (isTcp) this.tcp.write(page, row + TRACKER, state);
    else this.#states.set(slot, state);
  }
}

/** Where the counters of a slot begin in their page. */
function countersOf(slot: number): number {
  return (slot & (PAGE_ROWS - 1)) * COUNTERS;
}

import {
  type Connection,
  type Conntrack,
  Status,
  sameTuple,
  TcpConntrack,
  type Tuple,
  type Zone,
  zoneId,
} from '@chainwalk/conntrack';
import { PROTOCOL } from '@chainwalk/core';

/** After so many entries were thrown out of a list, the rest waits for the next look (`CONNCOUNT_GC_MAX_COLLECT`). */
const MOST_COLLECTED = 64;

interface Counted {
  readonly tuple: Tuple;
  readonly zone: Zone;
}

/** The connections of one key. */
interface CountList {
  entries: Counted[];
  /** When, and with how many left, it was last gone through. */
  lastLook: number;
  lastCount: number;
}

/**
 * Counts connections by key (`net/netfilter/nf_conncount.c`).
 *
 * A list holds original tuples. An entry whose connection is not in the table any more, or never came to be, goes when
 * its list is next looked at; so does TCP in TIME_WAIT or CLOSE. A list is looked at once a jiffy at most, unless more
 * than {@link MOST_COLLECTED} entries came in that jiffy or the packet belongs to a confirmed connection.
 */
export class ConnectionCount {
  readonly #conntrack: Conntrack;
  readonly #lists = new Map<string, CountList>();

  constructor(conntrack: Conntrack) {
    this.#conntrack = conntrack;
  }

  /**
   * Counts the packet's connection under a key and answers how many that key has now, which may be 0: a connection that
   * is confirmed by now is not listed anew, and what was listed may be gone. One that crosses `lo` is confirmed before
   * INPUT sees it and is listed all the same. `ct` is the packet's connection, if it has one.
   *
   * In Linux 6.18 only a connection that is assured is not listed anew, wherever it comes from: the later packets of a
   * handshake are looked for in the list, and added where they are not.
   */
  add(key: string, tuple: Tuple, zone: Zone, ct: Connection | undefined, crossedLoopback: boolean): number {
    const list = this.#lists.get(key);
    if (list === undefined) {
      this.#lists.set(key, { entries: [{ tuple, zone }], lastLook: this.#now, lastCount: 0 });
      return 1;
    }
    const known = ct ?? this.#conntrack.find(tuple, zone)?.ct;
    const isConfirmed = known?.isConfirmed === true;
    const isLater = this.#conntrack.host.kernel !== '6.1';
    if (isConfirmed && (isLater ? known.has(Status.ASSURED) : !crossedLoopback)) {
      if (list.entries.length > 0) this.#collect(list);
      return list.entries.length;
    }
    const isFresh = this.#now === list.lastLook && (list.entries.length - list.lastCount) >>> 0 < MOST_COLLECTED;
    if ((isConfirmed || !isFresh) && this.#look(list, tuple, zone)) return list.entries.length;
    list.entries.push({ tuple, zone });
    return list.entries.length;
  }

  get #now(): number {
    return this.#conntrack.host.jiffies;
  }

  /** Goes through a list; true as soon as the tuple is found in it, the rest unseen. */
  #look(list: CountList, tuple: Tuple, zone: Zone): boolean {
    let collected = 0;
    const { entries } = list;
    for (let at = 0; at < entries.length && collected <= MOST_COLLECTED; ) {
      const entry = entries[at]!;
      const found = this.#conntrack.find(entry.tuple, entry.zone)?.ct;
      if (found !== undefined && sameTuple(entry.tuple, tuple) && zoneId(found.zone, 0) === zoneId(zone, 0))
        return true;
      if (found === undefined || isClosed(found)) {
        entries.splice(at, 1);
        collected++;
      } else at++;
    }
    list.lastLook = this.#now;
    list.lastCount = entries.length;
    return false;
  }

  /** Throws out what is gone (`__nf_conncount_gc_list`). */
  #collect(list: CountList): void {
    if (this.#now === list.lastLook) return;
    let collected = 0;
    const { entries } = list;
    for (let at = 0; at < entries.length; ) {
      const entry = entries[at]!;
      const found = this.#conntrack.find(entry.tuple, entry.zone)?.ct;
      if (found === undefined || isClosed(found)) {
        entries.splice(at, 1);
        collected++;
        continue;
      }
      if (collected > MOST_COLLECTED) break;
      at++;
    }
    list.lastLook = this.#now;
    list.lastCount = entries.length;
  }
}

function isClosed(ct: Connection): boolean {
  if (ct.protocol !== PROTOCOL.tcp || ct.data?.kind !== 'tcp') return false;
  return ct.data.state === TcpConntrack.TIME_WAIT || ct.data.state === TcpConntrack.CLOSE;
}

import type { Connection } from './connection.ts';
import { Status } from './status.ts';

/** What may be told about a connection (`enum ip_conntrack_events`), as bits. */
export const EventBit = {
  NEW: 0x1,
  RELATED: 0x2,
  DESTROY: 0x4,
  REPLY: 0x8,
  ASSURED: 0x10,
  PROTOINFO: 0x20,
  HELPER: 0x40,
  MARK: 0x80,
  SEQADJ: 0x100,
  SECMARK: 0x200,
  LABEL: 0x400,
} as const;

/** One message to listeners: what `conntrack -E` prints a line for. */
export interface ConntrackEvent {
  readonly type: 'NEW' | 'UPDATE' | 'DESTROY';
  readonly ct: Connection;
  /** Bits of {@link EventBit} that led to it. */
  readonly bits: number;
  /** Who removed it; `kernel` for everything that packets and time do. */
  readonly by: 'kernel' | 'user-space';
}

export type EventListener = (event: ConntrackEvent) => void;

/**
 * Collects what happens to connections and tells listeners at the end of a packet's way (`nf_conntrack_ecache.c`), one
 * message for everything that one packet changed. Costs nothing while nobody listens.
 *
 * A connection is told about if it began while somebody listened, or with `nf_conntrack_events` at 1; at 0 none is. So
 * whoever begins to listen hears nothing of the connections that are there already, as in Linux since 5.19.
 */
export class ConntrackEvents {
  readonly #listeners: EventListener[] = [];
  /** By row. */
  readonly #pending = new Map<number, number>();

  /** Calls `listener` for every message; the answer ends that. */
  subscribe(listener: EventListener): () => void {
    this.#listeners.push(listener);
    return () => {
      const at = this.#listeners.indexOf(listener);
      if (at >= 0) this.#listeners.splice(at, 1);
      if (this.#listeners.length === 0) this.#pending.clear();
    };
  }

  get isListening(): boolean {
    return this.#listeners.length > 0;
  }

  /** Notes that something happened (`nf_conntrack_event_cache`). */
  note(ct: Connection, bit: number): void {
    if (this.#listeners.length === 0 || !ct.has(Status.REPORTED)) return;
    this.#pending.set(ct.slot, (this.#pending.get(ct.slot) ?? 0) | bit);
  }

  /** Tells what was noted about a confirmed connection (`nf_ct_deliver_cached_events`). */
  deliver(ct: Connection): void {
    if (this.#listeners.length === 0) return;
    const bits = this.#pending.get(ct.slot);
    if (bits === undefined || !ct.isConfirmed || ct.isDying) return;
    this.#pending.delete(ct.slot);
    this.#send(ct, bits, (bits & (EventBit.NEW | EventBit.RELATED)) !== 0 ? 'NEW' : 'UPDATE');
  }

  /** Tells that a connection is gone. */
  destroyed(ct: Connection, by: ConntrackEvent['by']): void {
    if (this.#listeners.length === 0 || !ct.has(Status.REPORTED)) return;
    this.#send(ct, EventBit.DESTROY, 'DESTROY', by);
  }

  /** Its row is about to be another's: what was noted and never told is lost, as in Linux. */
  forget(ct: Connection): void {
    if (this.#pending.size > 0) this.#pending.delete(ct.slot);
  }

  #send(ct: Connection, bits: number, type: ConntrackEvent['type'], by: ConntrackEvent['by'] = 'kernel'): void {
    const wanted = ct.extensions?.eventMask;
    if (wanted !== undefined && (wanted & bits) === 0) return;
    for (const listener of [...this.#listeners]) listener({ type, ct: ct.keep(), bits, by });
  }
}

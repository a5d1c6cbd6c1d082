import { type Packet, TCP_FLAG } from '@chainwalk/core';
import type { Direction } from './tuple.ts';

/** How far the sequence numbers of one direction were shifted (`struct nf_ct_seqadj`). */
interface Shift {
  /** Sequence number of the last change, signed 32 bits. */
  position: number;
  before: number;
  after: number;
}

/** Shifts of TCP sequence numbers after a helper changed the length of a payload (`struct nf_conn_seqadj`). */
export class SequenceAdjustment {
  readonly #shifts: readonly [Shift, Shift] = [
    { position: 0, before: 0, after: 0 },
    { position: 0, before: 0, after: 0 },
  ];

  /** Records that the segment at `sequence` grew by `difference` bytes (`nf_ct_seqadj_set`). */
  add(direction: Direction, sequence: number, difference: number): void {
    const shift = this.#shifts[direction];
    if (shift.before === shift.after || ((shift.position - sequence) | 0) < 0) {
      shift.position = sequence | 0;
      shift.before = shift.after;
      shift.after += difference;
    }
  }

  /** How far a number of this direction is shifted (`nf_ct_seq_offset`). */
  offset(direction: Direction, sequence: number): number {
    const shift = this.#shifts[direction];
    return ((shift.position - sequence) | 0) < 0 ? shift.after : shift.before;
  }

  /** Rewrites the numbers of a packet that is about to leave (`nf_ct_seq_adjust`). */
  adjust(packet: Packet, direction: Direction): void {
    const tcp = packet.transport;
    if (tcp?.kind !== 'tcp') return;
    const other = this.#shifts[direction === 0 ? 1 : 0];
    const own = this.offset(direction, tcp.seq);
    const ackPoint = (tcp.ack - other.before) | 0;
    const theirs = ((other.position - ackPoint) | 0) < 0 ? other.after : other.before;
    const seq = tcp.seq;
    tcp.seq = (tcp.seq + own) >>> 0;
    if ((tcp.flags & TCP_FLAG.ACK) !== 0) {
      tcp.ack = (tcp.ack - theirs) >>> 0;
      this.#adjustSack(packet, direction);
    }
    if (own !== 0)
      packet.trace?.add({ kind: 'change', field: 'seq', from: String(seq), to: String(tcp.seq), by: 'seqadj' });
  }

  /** SACK edges acknowledge the other side's numbers, so they follow its shifts (`nf_ct_sack_adjust`). */
  #adjustSack(packet: Packet, direction: Direction): void {
    const tcp = packet.transport;
    if (tcp?.kind !== 'tcp' || tcp.options.length === 0) return;
    const other = this.#shifts[direction === 0 ? 1 : 0];
    let bytes: Uint8Array | undefined;
    for (let at = 0; at < tcp.options.length; ) {
      const kind = tcp.options[at]!;
      if (kind === 0) break;
      if (kind === 1) {
        at++;
        continue;
      }
      const length = tcp.options[at + 1] ?? 0;
      if (length < 2 || at + length > tcp.options.length) break;
      if (kind === 5 && length >= 10 && (length - 2) % 8 === 0) {
        bytes ??= tcp.options.slice();
        const view = new DataView(bytes.buffer);
        for (let edge = at + 2; edge < at + length; edge += 4) {
          const value = view.getUint32(edge);
          const shift = ((other.position - ((value - other.before) | 0)) | 0) < 0 ? other.after : other.before;
          view.setUint32(edge, (value - shift) >>> 0);
        }
      }
      at += length;
    }
    if (bytes !== undefined) tcp.options = bytes;
  }
}

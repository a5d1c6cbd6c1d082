import { type Packet, PROTOCOL } from '@chainwalk/core';
import { enterState, type IpvsProtocol, tableDirection } from './protocol.ts';
import {
  SCTP_EVENT,
  SCTP_EVENT_OF_CHUNK,
  SCTP_STATE,
  SCTP_STATE_NAMES,
  SCTP_TABLE,
  SCTP_TIMEOUTS,
} from './sctp-states.ts';

/** Chunk types (RFC 9260) that are looked for by number. */
const CHUNK = { INIT: 1, ABORT: 6, COOKIE_ECHO: 10, COOKIE_ACK: 11 } as const;
/** Bytes of a chunk's header. */
const CHUNK_HEADER = 4;

/** SCTP: an INIT begins a connection; the first chunk decides. Kernel: `net/netfilter/ipvs/ip_vs_proto_sctp.c`. */
export const sctp: IpvsProtocol = {
  number: PROTOCOL.sctp,
  name: 'SCTP',
  states: SCTP_STATE_NAMES,
  timeouts: SCTP_TIMEOUTS,

  admits(packet, rules) {
    const chunk = chunkAt(packet, 0);
    if (chunk === undefined) return 'drop';
    if (chunk.type === CHUNK.ABORT) return 'pass';
    return rules.sloppySctp || chunk.type === CHUNK.INIT ? 'schedule' : 'pass';
  },

  isNew: (packet) => chunkAt(packet, 0)?.type === CHUNK.INIT,

  givesWay: (connection) => connection.state === SCTP_STATE.CLOSED,

  transition(connection, direction, packet, data) {
    const event = eventOf(packet);
    if (event === undefined) return;
    const state = SCTP_TABLE[tableDirection(connection, direction)][event]![connection.state]!;
    const established = state === SCTP_STATE.ESTABLISHED;
    enterState(connection, state, established, established, data);
  },

  dropEntry(state) {
    if (state === SCTP_STATE.INIT1 || state === SCTP_STATE.INIT) return 'drop';
    return state === SCTP_STATE.ESTABLISHED ? 'rate' : 'keep';
  },
};

/** Whether the first chunk is an ABORT (`is_sctp_abort`). */
export function isSctpAbort(packet: Packet): boolean {
  return chunkAt(packet, 0)?.type === CHUNK.ABORT;
}

/** The row for a packet; an ABORT bundled behind a cookie counts in its place. */
function eventOf(packet: Packet): number | undefined {
  const first = chunkAt(packet, 0);
  if (first === undefined) return undefined;
  if ((first.type === CHUNK.COOKIE_ECHO || first.type === CHUNK.COOKIE_ACK) && first.length >= CHUNK_HEADER) {
    // Chunks are padded to four bytes.
    if (chunkAt(packet, (first.length + 3) & ~3)?.type === CHUNK.ABORT) return SCTP_EVENT.abort;
  }
  return SCTP_EVENT_OF_CHUNK[first.type] ?? SCTP_EVENT.data;
}

/** A chunk's header at an offset behind the common header; bytes that a payload leaves out are zero. */
function chunkAt(packet: Packet, at: number): { type: number; length: number } | undefined {
  if (packet.transport?.kind !== 'sctp' || at + CHUNK_HEADER > packet.payloadLength) return undefined;
  const byte = (index: number): number => packet.payload[at + index] ?? 0;
  return { type: byte(0), length: byte(2) * 256 + byte(3) };
}

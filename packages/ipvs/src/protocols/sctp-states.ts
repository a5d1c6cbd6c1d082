import type { TableDirection } from './protocol.ts';

/** SCTP states of IPVS by number (`IP_VS_SCTP_S_*`), as listings name them. */
export const SCTP_STATE_NAMES: readonly string[] = [
  'NONE',
  'INIT1',
  'INIT',
  'C-SENT',
  'C-REPLIED',
  'C-WAIT',
  'COOKIE',
  'C-ECHOED',
  'ESTABLISHED',
  'S-SENT',
  'S-RECEIVED',
  'S-ACK-SENT',
  'REJECTED',
  'CLOSED',
];

/** Numbers of the states that code refers to. */
export const SCTP_STATE = { INIT1: 1, INIT: 2, ESTABLISHED: 8, CLOSED: 13 } as const;

/** Seconds by state: one more than the association's own timer of a minute, less where nothing was agreed. */
export const SCTP_TIMEOUTS: readonly number[] = [2, 4, 61, 61, 61, 61, 61, 61, 15 * 60, 61, 61, 61, 4, 61];

/** Rows of the tables, by what the first chunk is. */
export const SCTP_EVENT = {
  data: 0,
  init: 1,
  initAck: 2,
  cookieEcho: 3,
  cookieAck: 4,
  shutdown: 5,
  shutdownAck: 6,
  shutdownComplete: 7,
  error: 8,
  abort: 9,
} as const;

/** Row by chunk type; types beyond are data (`sctp_events`). */
export const SCTP_EVENT_OF_CHUNK: readonly number[] = [
  SCTP_EVENT.data,
  SCTP_EVENT.init,
  SCTP_EVENT.initAck,
  SCTP_EVENT.data,
  SCTP_EVENT.data,
  SCTP_EVENT.data,
  SCTP_EVENT.abort,
  SCTP_EVENT.shutdown,
  SCTP_EVENT.shutdownAck,
  SCTP_EVENT.error,
  SCTP_EVENT.cookieEcho,
  SCTP_EVENT.cookieAck,
  SCTP_EVENT.data,
  SCTP_EVENT.data,
  SCTP_EVENT.shutdownComplete,
];

/** Next state by direction, event and state (`sctp_states`). */
export const SCTP_TABLE: Readonly<Record<TableDirection, readonly (readonly number[])[]>> = {
  input: [
    [8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    [1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2, 2],
    [5, 5, 5, 3, 4, 6, 6, 7, 8, 9, 10, 11, 12, 13],
    [4, 2, 2, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    [8, 1, 2, 3, 4, 5, 6, 8, 8, 9, 10, 11, 12, 13],
    [10, 1, 2, 3, 4, 5, 6, 7, 10, 9, 10, 11, 12, 13],
    [13, 2, 2, 3, 4, 5, 6, 7, 8, 13, 10, 13, 12, 13],
    [13, 13, 13, 3, 4, 5, 6, 7, 8, 9, 10, 13, 12, 13],
    [13, 1, 2, 3, 4, 5, 6, 13, 8, 9, 10, 11, 12, 13],
    [13, 13, 13, 13, 13, 12, 13, 13, 13, 13, 13, 13, 13, 13],
  ],
  output: [
    [8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    [5, 5, 5, 5, 5, 5, 5, 5, 8, 5, 5, 5, 5, 5],
    [3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    [7, 7, 7, 7, 7, 7, 7, 7, 8, 9, 10, 11, 12, 13],
    [8, 8, 8, 8, 8, 8, 8, 8, 8, 9, 10, 11, 12, 13],
    [9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 10, 11, 12, 13],
    [11, 11, 11, 11, 11, 5, 6, 7, 8, 11, 11, 11, 12, 13],
    [13, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    [13, 13, 13, 13, 13, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    [13, 12, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13],
  ],
  inputOnly: [
    [8, 1, 2, 3, 4, 8, 6, 7, 8, 9, 10, 11, 12, 13],
    [1, 2, 2, 2, 2, 2, 6, 7, 8, 9, 10, 11, 2, 2],
    [7, 7, 7, 7, 7, 7, 6, 7, 8, 9, 10, 11, 12, 13],
    [8, 8, 8, 8, 8, 8, 6, 7, 8, 9, 10, 11, 12, 13],
    [8, 1, 2, 8, 8, 5, 8, 8, 8, 9, 10, 11, 12, 13],
    [10, 1, 2, 3, 4, 5, 6, 7, 10, 9, 10, 11, 12, 13],
    [13, 2, 2, 3, 4, 5, 6, 7, 13, 13, 10, 13, 12, 13],
    [13, 13, 13, 13, 13, 5, 6, 7, 8, 9, 13, 13, 12, 13],
    [13, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    [13, 13, 13, 13, 13, 12, 13, 13, 13, 13, 13, 13, 13, 13],
  ],
};

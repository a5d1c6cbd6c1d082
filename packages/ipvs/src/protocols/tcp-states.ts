import type { TableDirection } from './protocol.ts';

/** TCP states of IPVS by number (`IP_VS_TCP_S_*`), as listings name them. */
export const TCP_STATE_NAMES: readonly string[] = [
  'NONE',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'SYNACK',
];

/** Numbers of the states that code refers to. */
export const TCP_STATE = {
  NONE: 0,
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT: 4,
  TIME_WAIT: 5,
  CLOSE: 6,
  CLOSE_WAIT: 7,
  LAST_ACK: 8,
  LISTEN: 9,
  SYNACK: 10,
} as const;

/** Seconds by state (`tcp_timeouts`). */
export const TCP_TIMEOUTS: readonly number[] = [2, 15 * 60, 2 * 60, 60, 2 * 60, 2 * 60, 10, 60, 30, 2 * 60, 2 * 60];

/** Whether a state counts as an active connection (`tcp_state_active_table`). A half-open one does. */
export const TCP_ACTIVE: readonly boolean[] = [false, true, true, true, false, false, false, false, false, false, true];

/** Rows: what the segment carries, the first that applies. */
export const TCP_EVENT = { rst: 3, syn: 0, fin: 1, ack: 2 } as const;

type StateTable = Readonly<Record<TableDirection, readonly (readonly number[])[]>>;

/** Next state by direction, event (syn, fin, ack, rst) and state (`tcp_states`). */
export const TCP_NORMAL: StateTable = {
  input: [
    [3, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3],
    [6, 7, 2, 5, 5, 5, 6, 7, 8, 9, 5],
    [1, 1, 2, 1, 4, 5, 6, 7, 6, 9, 1],
    [6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 3],
  ],
  output: [
    [2, 1, 2, 3, 2, 2, 2, 2, 2, 9, 3],
    [5, 4, 2, 5, 4, 5, 6, 5, 8, 9, 5],
    [1, 1, 2, 1, 4, 5, 6, 7, 8, 1, 1],
    [6, 6, 2, 6, 6, 5, 6, 6, 6, 6, 6],
  ],
  inputOnly: [
    [3, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3],
    [6, 4, 2, 5, 4, 5, 6, 7, 8, 9, 5],
    [1, 1, 2, 1, 4, 5, 6, 7, 6, 9, 1],
    [6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 6],
  ],
};

/** The tables of `secure_tcp` (`tcp_states_dos`): a client alone cannot establish a connection. */
export const TCP_SECURE: StateTable = {
  input: [
    [3, 1, 1, 3, 3, 3, 3, 3, 3, 3, 10],
    [6, 7, 2, 5, 5, 5, 6, 7, 8, 9, 10],
    [1, 1, 2, 3, 4, 5, 6, 7, 6, 9, 10],
    [6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 6],
  ],
  output: [
    [2, 1, 2, 10, 2, 2, 2, 2, 2, 9, 10],
    [5, 4, 2, 5, 4, 5, 6, 5, 8, 9, 5],
    [1, 1, 2, 1, 4, 5, 6, 7, 8, 1, 1],
    [6, 6, 2, 6, 6, 5, 6, 6, 6, 6, 6],
  ],
  inputOnly: [
    [10, 1, 1, 3, 10, 10, 10, 10, 10, 10, 10],
    [6, 4, 2, 5, 4, 5, 6, 7, 8, 9, 5],
    [1, 1, 2, 1, 4, 5, 6, 7, 6, 9, 1],
    [6, 6, 6, 3, 6, 6, 6, 6, 8, 9, 6],
  ],
};

import { describe, expect, it } from 'vitest';
import type { TableDirection } from '../../src/protocols/protocol.ts';
import { SCTP_EVENT, SCTP_STATE_NAMES, SCTP_TABLE, SCTP_TIMEOUTS } from '../../src/protocols/sctp-states.ts';
import {
  TCP_ACTIVE,
  TCP_EVENT,
  TCP_NORMAL,
  TCP_SECURE,
  TCP_STATE_NAMES,
  TCP_TIMEOUTS,
} from '../../src/protocols/tcp-states.ts';
import { udp } from '../../src/protocols/udp.ts';
import { sequences } from '../fixtures.ts';

const { tables } = sequences;
const DIRECTIONS: readonly (readonly [TableDirection, 'in' | 'out' | 'inonly'])[] = [
  ['input', 'in'],
  ['output', 'out'],
  ['inputOnly', 'inonly'],
];
const SCTP_ROWS: Readonly<Record<keyof typeof SCTP_EVENT, string>> = {
  data: 'd',
  init: 'i',
  initAck: 'i_a',
  cookieEcho: 'c_e',
  cookieAck: 'c_a',
  shutdown: 's',
  shutdownAck: 's_a',
  shutdownComplete: 's_c',
  error: 'err',
  abort: 'ab',
};

describe('the state tables are those of the kernel', () => {
  it('for TCP, in both modes and all directions', () => {
    expect(TCP_STATE_NAMES).toEqual(tables.tcp_states);
    for (const [table, recorded] of [
      [TCP_NORMAL, tables.tcp_normal],
      [TCP_SECURE, tables.tcp_secure],
    ] as const) {
      for (const [ours, theirs] of DIRECTIONS) {
        for (const [event, row] of Object.entries(TCP_EVENT)) {
          expect(table[ours][row]!.map((state) => TCP_STATE_NAMES[state])).toEqual(recorded[theirs][event]);
        }
      }
    }
  });

  it('for SCTP in all directions', () => {
    expect(SCTP_STATE_NAMES).toEqual(tables.sctp_states);
    for (const [ours, theirs] of DIRECTIONS) {
      for (const [event, row] of Object.entries(SCTP_EVENT)) {
        const names = SCTP_TABLE[ours][row]!.map((state) => SCTP_STATE_NAMES[state]);
        expect(names).toEqual(tables.sctp[theirs][SCTP_ROWS[event as keyof typeof SCTP_ROWS]]);
      }
    }
  });

  it('and so are timeouts and active states', () => {
    expect(Object.fromEntries(TCP_STATE_NAMES.map((name, state) => [name, TCP_TIMEOUTS[state]]))).toEqual(
      tables.tcp_timeouts_s,
    );
    expect(Object.fromEntries(SCTP_STATE_NAMES.map((name, state) => [name, SCTP_TIMEOUTS[state]]))).toEqual(
      tables.sctp_timeouts_s,
    );
    expect(udp.timeouts).toEqual([tables.udp_timeout_s]);
    expect(TCP_STATE_NAMES.filter((_, state) => TCP_ACTIVE[state])).toEqual(tables.tcp_active);
  });
});

import { type Packet, PROTOCOL, TCP_FLAG } from '@chainwalk/core';
import { enterState, type IpvsProtocol, tableDirection } from './protocol.ts';
import {
  TCP_ACTIVE,
  TCP_EVENT,
  TCP_NORMAL,
  TCP_SECURE,
  TCP_STATE,
  TCP_STATE_NAMES,
  TCP_TIMEOUTS,
} from './tcp-states.ts';

/** Bit of `conn_reuse_mode` that lets FIN_WAIT of a one-sided connection give way too. */
const REUSE_FIN_WAIT = 2;

/** TCP: a SYN begins a connection; states as in `tcp-states.ts`. Kernel: `net/netfilter/ipvs/ip_vs_proto_tcp.c`. */
export const tcp: IpvsProtocol = {
  number: PROTOCOL.tcp,
  name: 'TCP',
  states: TCP_STATE_NAMES,
  timeouts: TCP_TIMEOUTS,

  admits(packet, rules) {
    const header = packet.transport;
    if (header?.kind !== 'tcp') return 'drop';
    if ((header.flags & TCP_FLAG.RST) !== 0) return 'pass';
    return rules.sloppyTcp || (header.flags & TCP_FLAG.SYN) !== 0 ? 'schedule' : 'pass';
  },

  isNew: (packet) => packet.transport?.kind === 'tcp' && (packet.transport.flags & TCP_FLAG.SYN) !== 0,

  givesWay(connection, reuseMode) {
    const { state } = connection;
    if (state === TCP_STATE.TIME_WAIT || state === TCP_STATE.CLOSE) return true;
    return (reuseMode & REUSE_FIN_WAIT) !== 0 && state === TCP_STATE.FIN_WAIT && connection.noOutput;
  },

  transition(connection, direction, packet, data) {
    const event = eventOf(packet);
    if (event === undefined) return;
    const table = tableDirection(connection, direction);
    const state =
      event === 'none'
        ? TCP_STATE.CLOSE
        : (data.secure ? TCP_SECURE : TCP_NORMAL)[table][TCP_EVENT[event]]![connection.state]!;
    enterState(connection, state, TCP_ACTIVE[state]!, state === TCP_STATE.ESTABLISHED, data);
  },

  dropEntry(state) {
    if (state === TCP_STATE.SYN_RECV || state === TCP_STATE.SYNACK) return 'drop';
    return state === TCP_STATE.ESTABLISHED ? 'rate' : 'keep';
  },
};

/** RST before SYN before FIN before ACK; `none` of them closes (`tcp_state_idx`). `undefined` for a cut header. */
function eventOf(packet: Packet): keyof typeof TCP_EVENT | 'none' | undefined {
  const header = packet.transport;
  if (header?.kind !== 'tcp') return undefined;
  if ((header.flags & TCP_FLAG.RST) !== 0) return 'rst';
  if ((header.flags & TCP_FLAG.SYN) !== 0) return 'syn';
  if ((header.flags & TCP_FLAG.FIN) !== 0) return 'fin';
  return (header.flags & TCP_FLAG.ACK) !== 0 ? 'ack' : 'none';
}

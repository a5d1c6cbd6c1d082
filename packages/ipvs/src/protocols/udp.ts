import { PROTOCOL } from '@chainwalk/core';
import type { IpvsProtocol } from './protocol.ts';

/** Seconds that a datagram keeps its entry (`udp_timeouts`). */
const TIMEOUT = 5 * 60;

/**
 * UDP: every datagram may begin a connection; one state, never active. Kernel: `net/netfilter/ipvs/ip_vs_proto_udp.c`.
 */
export const udp: IpvsProtocol = {
  number: PROTOCOL.udp,
  name: 'UDP',
  states: ['UDP'],
  timeouts: [TIMEOUT],
  admits: (packet) => (packet.transport?.kind === 'udp' ? 'schedule' : 'drop'),
  isNew: () => false,
  givesWay: () => false,

  transition(connection, direction, _packet, data) {
    connection.timeout = data.timeouts[0]!;
    if (direction === 'output') connection.assureTemplate();
  },

  dropEntry: () => 'rate',
};

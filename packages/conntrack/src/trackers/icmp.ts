import type { Tracker } from './tracker.ts';

/** Queries that may start a connection: echo, timestamp, information, address mask. */
const QUERIES: readonly number[] = [8, 13, 15, 17];

/** ICMP queries and their answers (`nf_conntrack_icmp_packet`): one timeout, never assured. */
export const icmp: Tracker = {
  name: 'icmp',
  allowsClash: false,
  packet(conntrack, ct, packet) {
    if (!QUERIES.includes(ct.original.dport >> 8)) return 'invalid';
    const timeouts = ct.extensions?.timeoutPolicy?.timeouts ?? conntrack.sysctls.icmp;
    conntrack.refresh(ct, packet, conntrack.ticks(timeouts[0]!.value));
    return 'accept';
  },
};

import type { Tracker } from './tracker.ts';

/** ICMPv6 belongs to IPv6: in a packet of IPv4 it makes no connection (`nf_conntrack_icmpv6_packet`). */
export const icmpv6: Tracker = {
  name: 'icmpv6',
  allowsClash: false,
  packet: () => 'invalid',
};

import { type HookState, type Packet, PROTOCOL } from '@chainwalk/core';
import type { Connection } from '../connection.ts';
import type { Conntrack } from '../conntrack.ts';
import { dccp } from './dccp.ts';
import { generic } from './generic.ts';
import { gre } from './gre.ts';
import { icmp } from './icmp.ts';
import { icmpv6 } from './icmpv6.ts';
import { sctp } from './sctp.ts';
import { tcp } from './tcp.ts';
import { udp, udplite } from './udp.ts';

/**
 * What a tracker says about a packet: `accept` it as one of the connection; `invalid`, which leaves the packet without
 * any; `repeat`, since the tracker removed the old connection and the packet starts a new one; or `drop` it.
 */
export type TrackerVerdict = 'accept' | 'invalid' | 'repeat' | 'drop';

/** Knows the states of one transport protocol (`struct nf_conntrack_l4proto`). */
export interface Tracker {
  /** As the conntrack tool prints it. */
  readonly name: string;
  /** Judges a packet and refreshes the connection. `packet.ctinfo` says how they relate. */
  readonly packet: (conntrack: Conntrack, ct: Connection, packet: Packet, state: HookState) => TrackerVerdict;
  /** Whether two packets of one flow that were tracked at the same time may share a connection. */
  readonly allowsClash: boolean;
  /** Whether an assured connection is closing, so that the collector may evict it from a full table. */
  readonly mayEvict?: (ct: Connection) => boolean;
  /** The state word of listings, if the protocol has states. */
  readonly stateName?: (ct: Connection) => string;
}

/** The tracker of a protocol (`nf_ct_l4proto_find`). */
export function trackerFor(protocol: number): Tracker {
  switch (protocol) {
    case PROTOCOL.tcp:
      return tcp;
    case PROTOCOL.udp:
      return udp;
    case PROTOCOL.icmp:
      return icmp;
    case PROTOCOL.icmpv6:
      return icmpv6;
    case PROTOCOL.sctp:
      return sctp;
    case PROTOCOL.dccp:
      return dccp;
    case PROTOCOL.udplite:
      return udplite;
    case PROTOCOL.gre:
      return gre;
    default:
      return generic;
  }
}

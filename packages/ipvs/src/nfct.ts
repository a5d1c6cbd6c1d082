import type { Address, Family, Packet, Verdict } from '@chainwalk/core';

/** What IPVS asks of connection tracking (`ip_vs_nfct.c`). Without conntrack in a host, {@link NO_NFCT} answers. */
export interface Nfct {
  /** Whether the packet's connection is confirmed, which means older than the packet. */
  isConfirmed(packet: Packet): boolean;
  /** Takes the connection off a packet that has one, and marks it untracked (`ip_vs_notrack`). */
  notrack(packet: Packet): void;
  /** Forgets the connection of a packet that becomes another one (`nf_reset_ct`). */
  reset(packet: Packet): void;
  /**
   * Tells the unconfirmed connection of a packet who will answer (`ip_vs_update_conntrack`): its reply tuple gets this
   * source, or this destination. Does nothing for confirmed ones, and for packets of the reply direction.
   */
  alterReply(packet: Packet, side: 'source' | 'destination', address: Address, port: number): void;
  /** Puts the packet's connection into the table (`nf_conntrack_confirm`). */
  confirm(packet: Packet): Verdict;
  /** Kills the connection that a client's tuple belongs to (`ip_vs_conn_drop_conntrack`). */
  kill(protocol: number, src: Address, sport: number, dst: Address, dport: number): void;
  /** Keeps tracking on (`nf_ct_netns_get`); the answer gives the reference back. */
  require(family: Family): () => void;
}

/** A host without connection tracking: packets have no connections. */
export const NO_NFCT: Nfct = {
  isConfirmed: () => false,
  notrack: () => undefined,
  reset: () => undefined,
  alterReply: () => undefined,
  confirm: () => ({ kind: 'accept' }),
  kill: () => undefined,
  require: () => () => undefined,
};

/** What `conntrack -S` counts (`struct ip_conntrack_stat`); one CPU. */
export class ConntrackStatistics {
  /** Tuples that NAT found taken. */
  found = 0;
  /** Packets that no connection can be made of. */
  invalid = 0;
  /** Connections that user space inserted. */
  insert = 0;
  /** Connections that could not be confirmed. */
  insertFailed = 0;
  /** Packets dropped by conntrack itself. */
  drop = 0;
  /** Connections evicted to make room. */
  earlyDrop = 0;
  /** ICMP errors that fit no connection. */
  error = 0;
  /** Look-ups begun anew because of a concurrent resize; never, with one CPU. */
  searchRestart = 0;
  /** Clashes at confirmation that were resolved without a drop. */
  clashResolve = 0;
  /** Confirmations refused since the chain was too long. */
  chainTooLong = 0;
  expectNew = 0;
  expectCreate = 0;
  expectDelete = 0;
}

/** The bits of `ct.status` (`enum ip_conntrack_status`). */
export const Status = {
  /** An expectation led to it. */
  EXPECTED: 0x1,
  /** Packets were seen in both directions. */
  SEEN_REPLY: 0x2,
  /** Never dropped early to make room. */
  ASSURED: 0x4,
  /** It is in the table. */
  CONFIRMED: 0x8,
  /** Its source is rewritten. */
  SRC_NAT: 0x10,
  /** Its destination is rewritten. */
  DST_NAT: 0x20,
  /** TCP sequence numbers need adjusting. */
  SEQ_ADJUST: 0x40,
  /** The source binding is decided, a null binding included. */
  SRC_NAT_DONE: 0x80,
  /** The destination binding is decided, a null binding included. */
  DST_NAT_DONE: 0x100,
  /** It has left the table, or is about to. */
  DYING: 0x200,
  /** Its timeout is never refreshed. */
  FIXED_TIMEOUT: 0x400,
  /** It only carries settings for connections to come (`-j CT`). */
  TEMPLATE: 0x800,
  /** Only its reply tuple is in the table, since another connection holds the original one. */
  NAT_CLASH: 0x1000,
  /** A helper was assigned to it explicitly. */
  HELPER: 0x2000,
  /** Listeners hear of it: Linux decides that once, when a connection begins. No bit of Linux's own. */
  REPORTED: 0x8000,
} as const;

/** Either binding is decided (`IPS_NAT_DONE_MASK`). */
export const NAT_DONE_MASK: number = Status.SRC_NAT_DONE | Status.DST_NAT_DONE;
/** Anything is rewritten (`IPS_NAT_MASK`). */
export const NAT_MASK: number = Status.SRC_NAT | Status.DST_NAT;

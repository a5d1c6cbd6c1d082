/**
 * A set with more memory than this (`Size in memory`: some 9,000 members of hash:ip,port) is looked up from beyond the
 * second-level cache: of 1 MiB, a quarter is what a set keeps beside all else that a packet touches.
 */
export const LARGE_SET: number = 2 ** 18;

/**
 * Counts of the primitive operations that Linux would have done, exactly. A short cut of the simulator (an index over a
 * chain) may save wall time, but never changes a count: what a linear walk would have visited is what is reported.
 * Prices are another matter: a cost model multiplies these counts.
 *
 * Fields are plain numbers so that `meter.rules++` costs an increment; take {@link Meter.snapshot} before and after to
 * know what one packet cost.
 */
export class Meter {
  /** Hook functions called. */
  hookFunctions = 0;
  /** Tables walked at a hook (`ipt_do_table`), those without a rule included. */
  tables = 0;
  /** Rules visited in all tables: their address, device and protocol part was tested. */
  rules = 0;
  /** Bytes of the visited rules as the kernel lays them out (entry, matches, target): what the cache has to bring. */
  ruleBytes = 0;
  /** Calls of match functions, and those among them of `comment`, which looks at nothing. */
  matches = 0;
  comments = 0;
  /** Calls of target functions (standard verdicts and jumps excepted). */
  targets = 0;
  /** Jumps and gotos into user chains. */
  jumps = 0;
  /**
   * Look-ups in ipsets, and those among them in sets of more than {@link LARGE_SET} bytes that the packet had not asked
   * before: what it asks again was brought into the cache.
   */
  setLookups = 0;
  largeSetLookups = 0;
  /** Hash buckets probed in ipsets, hashlimit and recent tables. */
  setProbes = 0;
  /** Look-ups in the conntrack table. */
  conntrackLookups = 0;
  /** Entries compared during those look-ups. */
  conntrackProbes = 0;
  /** Connections confirmed into the table. */
  conntrackInserts = 0;
  /** Connections removed from it. */
  conntrackDeletes = 0;
  /** Bindings set up, null bindings included. */
  natSetups = 0;
  /** Look-ups in the conntrack table whether a tuple is free for a binding, and entries compared in them. */
  natTupleLookups = 0;
  natTupleProbes = 0;
  /** Tuples tried while choosing a port. */
  natPortProbes = 0;
  /** Packets whose headers NAT rewrote. */
  natRewrites = 0;
  /** IPVS service look-ups, and service entries compared in them. */
  ipvsServiceLookups = 0;
  ipvsServiceProbes = 0;
  /** IPVS connection look-ups in either direction, and entries compared in them. */
  ipvsConnectionLookups = 0;
  ipvsConnectionProbes = 0;
  /** IPVS persistence template look-ups. */
  ipvsTemplateLookups = 0;
  /** IPVS connections and templates inserted. */
  ipvsInserts = 0;
  /** Real servers that a scheduler looked at. */
  ipvsDestinations = 0;
  /** Route look-ups in the FIB. */
  routeLookups = 0;
  /** Packets that a process here sent, which took a system call and a buffer; they are transmitted like any other. */
  sent = 0;
  /** Packets received, transmitted by a device, delivered, dropped. */
  received = 0;
  transmitted = 0;
  delivered = 0;
  dropped = 0;

  /** A copy of the counts. */
  snapshot(): MeterCounts {
    return { ...this };
  }

  /** What was counted since `before`. */
  since(before: MeterCounts): MeterCounts {
    const difference: Record<string, number> = {};
    for (const [name, value] of Object.entries(this)) difference[name] = value - before[name as keyof MeterCounts];
    return difference as unknown as MeterCounts;
  }
}

/** The counts of a {@link Meter} at one moment. */
export type MeterCounts = {
  readonly [K in keyof Meter as Meter[K] extends number ? K : never]: number;
};

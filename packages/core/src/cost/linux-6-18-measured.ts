import type { CostModel, Price, PriceBasis } from './cost-model.ts';

function of(basis: PriceBasis, nanoseconds: number, how: string): Price {
  return { nanoseconds, basis, how };
}

const BASE = 'UDP over veth in a network namespace, batches of 64, shortest of 5 to 31 runs';
const CONNTRACK = `${BASE}, interleaved with a run without conntrack, 262,144 buckets`;
/** What was timed on another machine only is scaled by what was timed on both: half of it, or a little more. */
const SCALED = 'scaled from linux-6.18-epyc, which takes 1.6 to 2 times as long for a packet sent and for a match call';
const RESTORE = 'iptables-legacy 1.8.9, kube-proxy rules with comments, 1,007 to 160,007 of them';

/**
 * Linux 6.18 on one core of a two-core Xeon of 2.5 GHz (Cascade Lake, 1 MiB of second-level cache a core), in a virtual
 * machine. Absolute figures move by 15 % from run to run there; ratios are steadier.
 */
export const LINUX_6_18_MEASURED: CostModel = {
  name: 'linux-6.18-measured',
  machine: 'Linux 6.18, Xeon 2.5 GHz (Cascade Lake), 1 MiB L2, virtual machine',
  walk: {
    cacheBytes: 2 ** 20,
    cachedRule: of('measured', 5.3, `${BASE}: 4.3 to 6.1 a rule that fails at its address, 152 to 488 bytes each`),
    cachedMatch: of('measured', 8.5, `${BASE}: 12.2 to 15.3 a rule where the udp match is called and fails`),
    rule: of('measured', 2.4, `${BASE}: fitted to 10,000 to 40,000 rules of 152 (6.8), 200 (8.8) and 488 bytes (17.8)`),
    ruleByte: of('measured', 0.0308, 'the slope of that fit'),
    match: of('measured', 3, `${BASE}: 11.7 to 12.0 a rule of 200 bytes with the udp match called, 8.8 without`),
  },
  prices: {
    received: of('estimated', 0, 'contained in the price of a transmitted packet: only sending was timed'),
    transmitted: of(
      'derived',
      860,
      `${BASE}: a packet sent without any rule or conntrack takes 1,083, its route included`,
    ),
    delivered: of('estimated', 0, 'the process behind the socket is not the packet path'),
    dropped: of('estimated', 0, 'contained in the price of the packet'),
    routeLookups: of('derived', 223, 'a fifth of a packet sent, as on linux-6.18-epyc: 355 of 1,750'),
    hookFunctions: of('estimated', 5, 'an indirect call'),
    tables: of('derived', 25, `${SCALED}: 58 with the hook function`),
    targets: of('derived', 10, `${SCALED}: MARK takes 19`),
    jumps: of('derived', 4.5, `${SCALED}: a jump into an empty chain and back takes 8.4`),
    setLookups: of(
      'derived',
      45,
      `${SCALED}: 85 in sets of 0 to 4,000 members that are in the cache. ${BASE}: 1,494 with an empty set, 1,655 to ` +
        '1,749 with up to 5,000 members and 1,000 destinations, 2,092 to 2,539 with up to 40,000: cache misses come on top',
    ),
    setProbes: of('derived', 3, `${SCALED}: the difference between an empty set and one of 4,000 members, 5`),
    conntrackLookups: of('measured', 34, `${CONNTRACK}: established packets of 1,000 to 240,000 flows, +307 to +612`),
    conntrackProbes: of('measured', 290, `${CONNTRACK}: the slope of that over entries compared: a cache miss each`),
    conntrackInserts: of(
      'measured',
      1060,
      `${CONNTRACK}: new flows, +1,069 with 60,000 and +1,520 with 240,000 entries`,
    ),
    conntrackDeletes: of('estimated', 0, 'done by a worker of its own, not in the packet path'),
    natSetups: of(
      'measured',
      23,
      `${CONNTRACK}: a nat table without a match adds 46 to a new flow: two null bindings. linux-6.18-epyc takes 570: ` +
        'the run without that table may have had bindings too, and their price be in that of an insert',
    ),
    natPortProbes: of('estimated', 34, 'a conntrack look-up without an entry'),
    natRewrites: of(
      'derived',
      105,
      `${CONNTRACK}: DNAT adds 349 to an established packet, 335 to a new one; that holds its new route`,
    ),
    ipvsServiceLookups: of('estimated', 50, 'a hash and a bucket, as the look-ups of conntrack'),
    ipvsServiceProbes: of('derived', 100, `${SCALED}: 190, services chosen evenly, so that each is a cache miss`),
    ipvsConnectionLookups: of('estimated', 34, 'as a conntrack look-up'),
    ipvsConnectionProbes: of('estimated', 290, 'as a conntrack probe'),
    ipvsTemplateLookups: of('estimated', 34, 'as a conntrack look-up'),
    ipvsInserts: of(
      'derived',
      400,
      'in user-mode Linux a new IPVS connection takes 1.11 of one by DNAT: 25.6 against 23.1 us',
    ),
    ipvsDestinations: of('estimated', 10, 'a weight and a counter, out of the cache'),
  },
  update: {
    command: of(
      'measured',
      3_600_000,
      'ipset add of one member, sets of 0 to 20,000: 3.6 to 4.3 ms, starting the process',
    ),
    line: of('measured', 12_000, `${RESTORE}: 17 to 20 us a rule for a restore of all, less the copy`),
    tableRule: of('measured', 5_600, `${RESTORE}: iptables -A of one rule takes 8, 68, 201 and 899 ms`),
    tableExponent: 1,
    setMember: of('measured', 10_000, 'ipset restore of 125, 1,250, 5,000 and 20,000 members: 5, 18, 79 and 188 ms'),
    server: of('estimated', 50_000, 'one netlink message; ipvsadm takes the same at 1 and at 10,000 services'),
  },
};

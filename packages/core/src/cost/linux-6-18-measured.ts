import type { CostModel, Price, PriceBasis } from './cost-model.ts';

function of(basis: PriceBasis, nanoseconds: number, how: string): Price {
  return { nanoseconds, basis, how };
}

const BASE = 'UDP over veth in a network namespace, batches of 64, shortest of 5 to 31 runs';
const CONNTRACK = `${BASE}, interleaved with a run without conntrack, 262,144 buckets`;
/** What was timed on another machine only is scaled by what was timed on both: half of it, or a little more. */
const SCALED = 'scaled from linux-6.18-epyc, which takes 1.6 to 2 times as long for a packet sent and for a match call';
/** So is the way of a packet outside of rules: by what one takes that is sent, 1,083 here and 1,698 there. */
const SENT = 'scaled from linux-6.18-epyc as a packet sent is';
const RESTORE =
  'iptables-legacy 1.8.9, kube-proxy rules with comments, 1,007 to 160,007 of them; the largest deviation is least';

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
    comment: of(
      'measured',
      0.9,
      `${BASE}: 15.1 to 16.5 a rule with a comment before its udp match, 14.4 to 15.3 without`,
    ),
  },
  prices: {
    received: of('derived', 362, `${SENT}: 570`),
    sent: of(
      'derived',
      746,
      `${BASE}: a packet sent without any rule or conntrack takes 1,083, its route and a device included`,
    ),
    transmitted: of('derived', 114, `${SENT}: 180`),
    delivered: of('estimated', 0, 'the process behind the socket is not the packet path'),
    dropped: of('estimated', 0, 'contained in the price of the packet'),
    routeLookups: of('derived', 223, 'a fifth of a packet sent, as on linux-6.18-epyc: 345 of 1,698'),
    hookFunctions: of('estimated', 5, 'an indirect call'),
    tables: of('derived', 25, `${SCALED}: 58 with the hook function`),
    targets: of('derived', 10, `${SCALED}: MARK takes 19`),
    jumps: of('derived', 4.5, `${SCALED}: a jump into an empty chain and back takes 8.4`),
    setLookups: of('derived', 45, `${SCALED}: 85 in sets of 0 to 4,000 members that are in the cache`),
    largeSetLookups: of(
      'measured',
      811,
      `${BASE}: 1,494 with an empty set, 1,655 to 1,749 with up to 5,000 members and 2,539, 2,284 and 2,092 with 10,000, ` +
        '20,000 and 40,000: three misses of the kind that a conntrack probe is',
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
      'derived',
      0,
      `${CONNTRACK}: a nat table without a match adds 46 to a new flow, no more than its two tables by themselves. ` +
        'linux-6.18-epyc takes 520 to 590: the run without that table may have had bindings too, and their price be in ' +
        'that of an insert',
    ),
    natTupleLookups: of('estimated', 0, 'contained in the price of a set-up'),
    natTupleProbes: of('derived', 32, `${SCALED}: 44, a ninth of a conntrack probe on either machine`),
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
    command: of('measured', 3_660_000, `${RESTORE}; ipset add of one member, sets of 0 to 20,000: 3.6 to 4.3 ms`),
    line: of(
      'measured',
      1_000,
      `${RESTORE}: a restore of all takes 17, 167, 689 and 3,279 ms, one of KUBE-SERVICES 9, 86, 282 and 1,116`,
    ),
    search: of(
      'measured',
      850,
      `${RESTORE}: that is 8 us a line with 1,007 rules and 15 with 160,007, copies left out`,
    ),
    tableRule: of('measured', 5_450, `${RESTORE}: iptables -A of one rule takes 8, 68, 201 and 899 ms`),
    tableExponent: 1,
    setResize: of('derived', 8_500_000, 'as on linux-6.18-epyc: both wait for the kernel, not for the processor'),
    setMember: of(
      'measured',
      9_340,
      'ipset restore of 125, 1,250 and 20,000 members: 5, 18 and 188 ms; of 5,000: 79, which is left out',
    ),
    server: of('estimated', 50_000, 'one netlink message; ipvsadm takes the same at 1 and at 10,000 services'),
  },
};

import type { CostModel, Price, PriceBasis } from './cost-model.ts';

function of(basis: PriceBasis, nanoseconds: number, how: string): Price {
  return { nanoseconds, basis, how };
}

const BASE = 'bench/calibrate: UDP into a device that drops it, shortest of 20 runs in turn with its base';
const TOOLS = 'bench/calibrate: iptables-legacy 1.8.9 and ipset, shortest of 10 by the clock';
const CURVES = 'bench/calibrate: fitted to 100 to 40,000 rules of 152, 200 and 488 bytes, their matches called and not';
const GUEST = 'bench/calibrate --ipvs: in user-mode Linux 6.1, where conntrack takes what it takes in this kernel';

/**
 * Linux 6.18 on one core of an AMD EPYC (family 25, 1 MiB of second-level cache a core), in a virtual machine, with the
 * mitigations that this kernel chooses there: retpolines and safe returns, which make calls dear. Rules that are not
 * called stream in from the third-level cache at little more than from the second, where a Xeon waits for them.
 *
 * Every figure is in bench/results/calibrate.jsonl.
 */
export const LINUX_6_18_EPYC: CostModel = {
  name: 'linux-6.18-epyc',
  machine: 'Linux 6.18, AMD EPYC (family 25), 1 MiB L2, retpolines and safe returns, virtual machine',
  walk: {
    cacheBytes: 2 ** 20,
    cachedRule: of('measured', 2.88, `${CURVES}: 1.7 to 4.2 a rule that fails at its address`),
    cachedMatch: of('measured', 17.2, `${BASE}: udp 17.2, mark 13.9`),
    rule: of('measured', 3.07, CURVES),
    ruleByte: of('measured', 0.0019, `${CURVES}: 3.0 a rule of 152 bytes, 3.9 of 200 and 3.8 to 4.4 of 488`),
    match: of('measured', 17.2, `${CURVES}: 21 a rule with one match call`),
    comment: of(
      'measured',
      16.2,
      `${BASE}: rules with a comment before a udp match, less without it; 37 a rule with both`,
    ),
  },
  prices: {
    received: of(
      'measured',
      570,
      `${BASE}: through a veth, a softirq for each, +600 to +710 until table raw drops it and +1,040 to +1,120 until ` +
        'another device has it; +630 to +660 where the softirq was running anyway',
    ),
    sent: of(
      'measured',
      1173,
      `${BASE}: 1,353 from sendmmsg to the driver, of a socket that keeps its route, less what a device takes`,
    ),
    transmitted: of(
      'measured',
      180,
      `${BASE}: a received packet that another device has, less one that FORWARD drops, +117 to +144, and what dropping took`,
    ),
    delivered: of('estimated', 0, 'the process behind the socket is not the packet path'),
    dropped: of('estimated', 0, 'contained in the price of the packet'),
    routeLookups: of(
      'measured',
      345,
      `${BASE}: a socket that names its destination with each packet; 10,000 routes more change nothing`,
    ),
    hookFunctions: of('estimated', 8, 'an indirect call: less than a match call, which is one too'),
    tables: of('measured', 50, `${BASE}: a hook function with an empty table takes 59`),
    targets: of('measured', 18.7, `${BASE}: MARK`),
    jumps: of('measured', 8.4, `${BASE}: into an empty chain and back`),
    setLookups: of('measured', 82, `${BASE}: hash:ip,port in the cache, 98 to 104 with the match call`),
    largeSetLookups: of(
      'measured',
      160,
      `${BASE}: 10,000, 20,000 and 40,000 members asked for in turn, 236, 282 and 283 with the match call`,
    ),
    setProbes: of('measured', 2, `${BASE}: 10 and 4,000 members against none`),
    conntrackLookups: of('estimated', 0, 'contained in the price of a probe'),
    conntrackProbes: of(
      'measured',
      400,
      `${BASE}: established packets of 1, 1,000, 60,000 and 240,000 flows, +235, +342, +530 and +813`,
    ),
    conntrackInserts: of(
      'measured',
      770,
      `${BASE}: new flows with 1,000, 60,000 and 230,000 there, +810, +1,060 and +1,524`,
    ),
    conntrackDeletes: of('estimated', 0, 'done by a worker of its own, not in the packet path'),
    natSetups: of(
      'measured',
      215,
      `${BASE}: a nat table without a match adds 517 to 588 to a new flow: two tables and two null bindings`,
    ),
    natTupleLookups: of('estimated', 0, 'contained in the price of a set-up'),
    natTupleProbes: of(
      'measured',
      44,
      `${BASE}: null bindings add 517 to a new flow with 9,000 connections in the table and 595 with 136,000; the same ` +
        'chain is read again when the connection is inserted',
    ),
    natPortProbes: of('estimated', 400, 'a conntrack probe'),
    natRewrites: of(
      'measured',
      220,
      `${BASE}: NETMAP adds 644 to an established packet and 522 to a new one, its new route included`,
    ),
    ipvsServiceLookups: of('estimated', 50, 'a hash and a bucket'),
    ipvsServiceProbes: of(
      'measured',
      190,
      `${GUEST}: new connections to 1, 1,000 and 10,000 services chosen evenly, +720, +1,350 to +1,890 and +4,400 to +4,960`,
    ),
    ipvsConnectionLookups: of('estimated', 30, 'a hash and a bucket'),
    ipvsConnectionProbes: of(
      'measured',
      490,
      `${GUEST}: established packets to so many services, +370, +780 to +1,310 and +820 to +1,280, rewriting included`,
    ),
    ipvsTemplateLookups: of('estimated', 30, 'a hash and a bucket'),
    ipvsInserts: of('measured', 450, `${GUEST}: new connections to one service, +720, less the look-ups`),
    ipvsDestinations: of('estimated', 10, 'a weight and a counter, out of the cache'),
  },
  update: {
    command: of(
      'measured',
      1_190_000,
      `${TOOLS}: ipset add of one member, sets of 500 to 20,000; iptables -A without rules`,
    ),
    line: of('measured', 1_000, `${TOOLS}: the same, 10, 72 and 330 ms, less the copy`),
    search: of(
      'measured',
      250,
      `${TOOLS}: iptables-restore of 1,023 to 40,023 rules; perf finds a quarter of 10,023 and half of 160,023 in strcmp`,
    ),
    tableRule: of('measured', 4_100, `${TOOLS}: iptables -A of one rule to 1,008, 10,008 and 40,008: 6, 32 and 167 ms`),
    tableExponent: 1,
    setMember: of(
      'measured',
      8_700,
      `${TOOLS}: ipset restore of 500, 5,000 and 20,000 members into 65,536 buckets: 6, 45 and 171 ms`,
    ),
    setResize: of(
      'measured',
      8_500_000,
      `${TOOLS}: the same into 1,024 buckets, which 5,000 to 20,000 members double one to three times: 1 to 12 ms each`,
    ),
    server: of('estimated', 25_000, 'one netlink message'),
  },
};

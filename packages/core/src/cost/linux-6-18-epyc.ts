import type { CostModel, Price, PriceBasis } from './cost-model.ts';

function of(basis: PriceBasis, nanoseconds: number, how: string): Price {
  return { nanoseconds, basis, how };
}

const BASE = 'bench/calibrate: shortest of 20 runs in turn with its base';
const CURVES = 'bench/calibrate: fitted to 100 to 40,000 rules of 152, 200 and 488 bytes, called and not';
const GUEST =
  'bench/calibrate --ipvs: in user-mode Linux 6.1, where conntrack takes what it takes in the kernel itself';

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
    cachedRule: of('measured', 3.1, `${CURVES}: 2.5 to 4.4 a rule that fails at its address`),
    cachedMatch: of('measured', 17, `${BASE}: udp 17, mark 14`),
    rule: of('measured', 2.4, CURVES),
    ruleByte: of('measured', 0.0061, `${CURVES}: 3.0, 3.9 and 5.3 a rule`),
    match: of('measured', 16.7, `${CURVES}: 21 a rule with one match call, 38 with two`),
  },
  prices: {
    received: of('estimated', 0, 'contained in the price of a transmitted packet: only sending was timed'),
    transmitted: of(
      'measured',
      1395,
      `${BASE}: from sendmmsg to the driver, the socket connected so that its route is kept`,
    ),
    delivered: of('estimated', 0, 'the process behind the socket is not the packet path'),
    dropped: of('estimated', 0, 'contained in the price of the packet'),
    routeLookups: of(
      'measured',
      355,
      `${BASE}: a socket that names its destination, less a connected one; 10,000 routes the same`,
    ),
    hookFunctions: of('estimated', 8, 'an indirect call: less than a match call, which is one too'),
    tables: of('measured', 50, `${BASE}: a hook function with an empty table takes 58`),
    targets: of('measured', 19, `${BASE}: MARK`),
    jumps: of('measured', 8.4, `${BASE}: into an empty chain and back`),
    setLookups: of(
      'measured',
      84,
      `${BASE}: hash:ip,port in the cache, 101 with the match call; 300 with 40,000 members in turn`,
    ),
    setProbes: of('measured', 3, `${BASE}: 4,000 members against none`),
    conntrackLookups: of('estimated', 0, 'contained in the price of a probe'),
    conntrackProbes: of(
      'measured',
      350,
      `${BASE}: established packets of 1,000, 60,000 and 240,000 flows, +300, +515 and +800`,
    ),
    conntrackInserts: of(
      'measured',
      700,
      `${BASE}: new flows with 1,000, 60,000 and 230,000 there, +700, +1,050 and +1,550`,
    ),
    conntrackDeletes: of('estimated', 0, 'done by a worker of its own, not in the packet path'),
    natSetups: of(
      'measured',
      225,
      `${BASE}: a nat table without a match adds 570 to a new flow: two tables and two null bindings`,
    ),
    natPortProbes: of('estimated', 350, 'a conntrack probe'),
    natRewrites: of(
      'measured',
      230,
      `${BASE}: NETMAP adds 650 to an established packet, 550 to a new one, its new route included`,
    ),
    ipvsServiceLookups: of('estimated', 50, 'a hash and a bucket'),
    ipvsServiceProbes: of(
      'measured',
      190,
      `${GUEST}: new connections to 1 and 10,000 services chosen evenly, +1,000 and +4,650`,
    ),
    ipvsConnectionLookups: of('estimated', 30, 'a hash and a bucket'),
    ipvsConnectionProbes: of(
      'measured',
      550,
      `${GUEST}: established packets, +400 with one service, +800 to +1,200 with many`,
    ),
    ipvsTemplateLookups: of('estimated', 30, 'a hash and a bucket'),
    ipvsInserts: of('measured', 640, `${GUEST}: new connections to one service, +800 to +1,240`),
    ipvsDestinations: of('estimated', 10, 'a weight and a counter, out of the cache'),
  },
  update: {
    command: of('measured', 1_300_000, `${BASE}: ipset add of one member, sets of 500 to 20,000`),
    line: of('measured', 6_000, `${BASE}: iptables-restore of 1,023 to 40,023 rules, less the copy`),
    tableRule: of('measured', 4_200, `${BASE}: iptables -A of one rule to 1,008, 10,008 and 40,008`),
    tableExponent: 1,
    setMember: of('measured', 10_000, `${BASE}: ipset restore of 500, 5,000 and 20,000 members`),
    server: of('estimated', 25_000, 'one netlink message'),
  },
};

import type { Host, Sysctl } from '@chainwalk/core';
import type { Timeouts } from './timeout-policy.ts';

/** What the table of connections wants to hear about. */
export interface SysctlEvents {
  /** How many connections there are, for `nf_conntrack_count`. */
  readonly count: () => number;
  /** A new number of buckets was written; answers with the one that is kept. */
  readonly resize: (buckets: number) => number;
}

/** Seconds of the TCP timeouts in the order of the states (`tcp_timeouts`), then RETRANS and UNACK. */
const TCP_TIMEOUTS: readonly (readonly [name: string, seconds: number])[] = [
  ['syn_sent', 120],
  ['syn_recv', 60],
  ['established', 432000],
  ['fin_wait', 120],
  ['close_wait', 60],
  ['last_ack', 30],
  ['time_wait', 120],
  ['close', 10],
];

/** SCTP timeouts from CLOSED on (6.1 stable). */
const SCTP_TIMEOUTS: readonly (readonly [name: string, seconds: number])[] = [
  ['closed', 10],
  ['cookie_wait', 3],
  ['cookie_echoed', 3],
  ['established', 210],
  ['shutdown_sent', 3],
  ['shutdown_recd', 3],
  ['shutdown_ack_sent', 3],
  ['heartbeat_sent', 30],
];

/** DCCP timeouts from REQUEST on. */
const DCCP_TIMEOUTS: readonly (readonly [name: string, seconds: number])[] = [
  ['request', 240],
  ['respond', 480],
  ['partopen', 480],
  ['open', 43200],
  ['closereq', 64],
  ['closing', 64],
  ['timewait', 240],
];

/** Places of the two TCP timeouts that belong to no state. */
export const TCP_TIMEOUT_RETRANS = 10;
export const TCP_TIMEOUT_UNACK = 11;

/** The `net.netfilter.nf_conntrack_*` parameters of one host, as live handles (`nf_conntrack_standalone.c`). */
export class ConntrackSysctls {
  readonly max: Sysctl;
  readonly buckets: Sysctl;
  readonly checksum: Sysctl;
  readonly logInvalid: Sysctl;
  readonly expectMax: Sysctl;
  readonly accounting: Sysctl;
  readonly events: Sysctl;
  readonly timestamp: Sysctl;
  readonly tcpLoose: Sysctl;
  readonly tcpBeLiberal: Sysctl;
  readonly tcpIgnoreInvalidRst: Sysctl;
  readonly tcpMaxRetrans: Sysctl;
  readonly tcp: Timeouts;
  readonly udp: Timeouts;
  readonly icmp: Timeouts;
  readonly sctp: Timeouts;
  readonly dccp: Timeouts;
  readonly dccpLoose: Sysctl;
  readonly gre: Timeouts;
  readonly generic: Timeouts;

  constructor(host: Host, defaults: { readonly max: number; readonly buckets: number }, events: SysctlEvents) {
    const table = host.sysctl;
    const longest = Math.floor(2147483647 / host.hz);
    const declare = (name: string, value: number, min?: number, max?: number): Sysctl =>
      table.declare({
        name: `net.netfilter.nf_conntrack_${name}`,
        default: value,
        ...(min === undefined ? {} : { min }),
        ...(max === undefined ? {} : { max }),
      });
    const seconds = (name: string, value: number): Sysctl => declare(name, value, 0, longest);

    // One variable of the kernel under two names.
    const both: { value: number }[] = [];
    const changed = (value: number): undefined => {
      for (const handle of both) handle.value = value;
    };
    for (const name of ['net.netfilter.nf_conntrack_max', 'net.nf_conntrack_max']) {
      both.push(table.declare({ name, default: defaults.max, min: 0, changed }) as { value: number });
    }
    this.max = both[0] as Sysctl;
    this.buckets = table.declare({
      name: 'net.netfilter.nf_conntrack_buckets',
      default: defaults.buckets,
      min: 1,
      changed: (value) => events.resize(value),
    });
    table.declare({ name: 'net.netfilter.nf_conntrack_count', default: 0, computed: events.count });
    this.checksum = declare('checksum', 1, 0, 1);
    this.logInvalid = declare('log_invalid', 0, 0, 255);
    this.expectMax = declare('expect_max', Math.max(1, Math.floor(defaults.buckets / 256)) * 4, 1);
    this.accounting = declare('acct', 0, 0, 1);
    this.events = declare('events', 2, 0, 2);
    this.timestamp = declare('timestamp', 0, 0, 1);
    this.generic = [seconds('generic_timeout', 600)];
    this.icmp = [seconds('icmp_timeout', 30)];
    seconds('icmpv6_timeout', 30);
    this.udp = [seconds('udp_timeout', 30), seconds('udp_timeout_stream', 120)];
    this.gre = [seconds('gre_timeout', 30), seconds('gre_timeout_stream', 180)];
    const states = TCP_TIMEOUTS.map(([name, value]) => seconds(`tcp_timeout_${name}`, value));
    const retrans = seconds('tcp_timeout_max_retrans', 300);
    const unacknowledged = seconds('tcp_timeout_unacknowledged', 300);
    // NONE shares its timeout with SYN_SENT; SYN_SENT2 has one that nobody can change.
    this.tcp = [states[0]!, ...states, { value: 120 }, retrans, unacknowledged];
    this.tcpLoose = declare('tcp_loose', 1, 0, 1);
    this.tcpBeLiberal = declare('tcp_be_liberal', 0, 0, 1);
    this.tcpIgnoreInvalidRst = declare('tcp_ignore_invalid_rst', 0, 0, 1);
    this.tcpMaxRetrans = declare('tcp_max_retrans', 3, 0, 255);
    const sctp = SCTP_TIMEOUTS.map(([name, value]) => seconds(`sctp_timeout_${name}`, value));
    this.sctp = [sctp[0]!, ...sctp];
    const dccp = DCCP_TIMEOUTS.map(([name, value]) => seconds(`dccp_timeout_${name}`, value));
    this.dccp = [dccp[0]!, ...dccp];
    this.dccpLoose = declare('dccp_loose', 1, 0, 1);
  }
}

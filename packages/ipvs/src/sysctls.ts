import type { Sysctl, SysctlTable } from '@chainwalk/core';

/** Seconds that lblc and lblcr keep an entry (`DEFAULT_EXPIRATION`). */
const DAY = 24 * 60 * 60;

/** What happens when a parameter of the defence changes. */
export interface DefenceObserver {
  /** `drop_entry`, `drop_packet` or `secure_tcp` was written: the answer is the mode that is really kept. */
  modeWritten(name: 'drop_entry' | 'drop_packet' | 'secure_tcp', mode: number): number;
  /** `am_droprate` was written. */
  rateWritten(): void;
  /** `run_estimation` is about to change. */
  estimationChanging(): void;
}

/** `net.ipv4.vs.*`, as live handles. Defaults are Linux's. */
export class IpvsSysctls {
  readonly amDroprate: Sysctl;
  readonly dropEntry: Sysctl;
  readonly dropPacket: Sysctl;
  readonly secureTcp: Sysctl;
  readonly conntrack: Sysctl;
  readonly snatReroute: Sysctl;
  readonly cacheBypass: Sysctl;
  readonly expireNodestConn: Sysctl;
  readonly sloppyTcp: Sysctl;
  readonly sloppySctp: Sysctl;
  readonly expireQuiescentTemplate: Sysctl;
  readonly natIcmpSend: Sysctl;
  readonly pmtuDisc: Sysctl;
  readonly connReuseMode: Sysctl;
  readonly scheduleIcmp: Sysctl;
  readonly ignoreTunneled: Sysctl;
  readonly runEstimation: Sysctl;
  readonly #table: SysctlTable;

  constructor(table: SysctlTable, observer: DefenceObserver) {
    this.#table = table;
    const plain = (name: string, value = 0, max = 2147483647): Sysctl =>
      table.declare({ name: `net.ipv4.vs.${name}`, default: value, max });
    const mode = (name: 'drop_entry' | 'drop_packet' | 'secure_tcp'): Sysctl =>
      table.declare({
        name: `net.ipv4.vs.${name}`,
        default: 0,
        min: 0,
        max: 3,
        changed: (value) => observer.modeWritten(name, value),
      });
    plain('amemthresh', 1024);
    this.amDroprate = table.declare({
      name: 'net.ipv4.vs.am_droprate',
      default: 10,
      changed: () => {
        observer.rateWritten();
        return undefined;
      },
    });
    this.dropEntry = mode('drop_entry');
    this.dropPacket = mode('drop_packet');
    this.secureTcp = mode('secure_tcp');
    this.conntrack = plain('conntrack');
    this.snatReroute = plain('snat_reroute', 1);
    this.cacheBypass = plain('cache_bypass');
    this.expireNodestConn = plain('expire_nodest_conn');
    this.sloppyTcp = plain('sloppy_tcp');
    this.sloppySctp = plain('sloppy_sctp');
    this.expireQuiescentTemplate = plain('expire_quiescent_template');
    this.natIcmpSend = plain('nat_icmp_send');
    this.pmtuDisc = plain('pmtu_disc', 1);
    this.connReuseMode = plain('conn_reuse_mode', 1);
    this.scheduleIcmp = plain('schedule_icmp');
    this.ignoreTunneled = plain('ignore_tunneled');
    this.runEstimation = table.declare({
      name: 'net.ipv4.vs.run_estimation',
      default: 1,
      changed: (value, previous) => {
        if ((value !== 0) !== (previous !== 0)) observer.estimationChanging();
        return undefined;
      },
    });
    // Nobody synchronizes connections here, so these are kept and change nothing.
    table.declare({ name: 'net.ipv4.vs.sync_version', default: 1, min: 0, max: 1 });
    table.declare({ name: 'net.ipv4.vs.sync_retries', default: 0, min: 0, max: 3 });
    plain('sync_refresh_period', 0, 21474836);
    for (const name of ['sync_persist_mode', 'sync_sock_size', 'backup_only']) plain(name);
    plain('lblc_expiration', DAY, 21474836);
    plain('lblcr_expiration', DAY, 21474836);
  }

  /** The value of `net.ipv4.vs.NAME`; 0 if there is no such parameter. */
  value(name: string): number {
    return this.#table.read(`net.ipv4.vs.${name}`) ?? 0;
  }
}

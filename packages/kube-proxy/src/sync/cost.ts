import { type Duration, MICROSECOND, MILLISECOND } from '@chainwalk/core';

/**
 * What a sync costs. The defaults were measured with iptables-legacy 1.8.9, ipset 7.17 and realistic kube-proxy rules on
 * a two-core machine (1,007 to 160,007 rules: a full restore takes 17 to 20 us a rule, changing one rule 5 to 7 us for
 * each rule that is there, a save 4.5 us, starting a tool 3.6 ms); IPVS commands go through netlink without a process.
 * They say how costs grow, not what another machine takes.
 */
export interface SyncCosts {
  /** Starting a tool. */
  readonly command: Duration;
  /** Parsing and placing one line of a restore. */
  readonly line: Duration;
  /** For each rule of a table that is copied out of the kernel and in again. */
  readonly rule: Duration;
  /** For each rule that iptables-save prints. */
  readonly savedRule: Duration;
  /** One member of a set added or deleted. */
  readonly setMember: Duration;
  /** One virtual or real server added, changed or deleted. */
  readonly server: Duration;
  /** One address bound or unbound. */
  readonly address: Duration;
}

export const DEFAULT_COSTS: SyncCosts = {
  command: 3600 * MICROSECOND,
  line: 12 * MICROSECOND,
  rule: 6 * MICROSECOND,
  savedRule: 4500,
  setMember: 9 * MICROSECOND,
  server: 50 * MICROSECOND,
  address: 50 * MICROSECOND,
};

/** What one sync did, in countable things. */
export interface SyncWork {
  readonly commands: number;
  /** Lines of restore input, chains and rules. */
  readonly lines: number;
  /** Rules of tables that were replaced, once for each replacement. */
  readonly tableRules: number;
  readonly savedRules: number;
  readonly setMembers: number;
  readonly servers: number;
  readonly addresses: number;
}

export const NO_WORK: SyncWork = {
  commands: 0,
  lines: 0,
  tableRules: 0,
  savedRules: 0,
  setMembers: 0,
  servers: 0,
  addresses: 0,
};

/** The time that the work takes; at least a microsecond. */
export function costOf(work: SyncWork, costs: SyncCosts = DEFAULT_COSTS): Duration {
  const total =
    work.commands * costs.command +
    work.lines * costs.line +
    work.tableRules * costs.rule +
    work.savedRules * costs.savedRule +
    work.setMembers * costs.setMember +
    work.servers * costs.server +
    work.addresses * costs.address;
  return Math.max(Math.round(total), MILLISECOND / 1000);
}

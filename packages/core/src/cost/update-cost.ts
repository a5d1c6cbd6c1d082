import type { CostModel } from './cost-model.ts';

/** A change of the configuration, in countable things. */
export type Update =
  /**
   * `iptables-restore`: so many lines, after which the tables that they touch have so many rules. A restore of a whole
   * table has as many lines as rules; a single-rule command has one line.
   */
  | { readonly kind: 'iptables'; readonly lines: number; readonly tableRules: number }
  /** `ipset restore` or a single `ipset add`; `resizes` is how often the set's table was doubled, by default never. */
  | { readonly kind: 'ipset'; readonly members: number; readonly resizes?: number }
  /** `ipvsadm -R` or a single command: virtual and real servers. */
  | { readonly kind: 'ipvsadm'; readonly servers: number };

/** Nanoseconds from the start of the tool until the kernel works by the change. */
export function updateCost(model: CostModel, update: Update): number {
  const { command, line, search, tableRule, tableExponent, setMember, setResize, server } = model.update;
  switch (update.kind) {
    case 'iptables':
      return (
        command.nanoseconds +
        update.lines * (line.nanoseconds + Math.log2(Math.max(1, update.tableRules)) * search.nanoseconds) +
        update.tableRules ** tableExponent * tableRule.nanoseconds
      );
    case 'ipset':
      return (
        command.nanoseconds + update.members * setMember.nanoseconds + (update.resizes ?? 0) * setResize.nanoseconds
      );
    case 'ipvsadm':
      return command.nanoseconds + update.servers * server.nanoseconds;
  }
}

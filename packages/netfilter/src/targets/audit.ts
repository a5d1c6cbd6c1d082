import { badOption, CONTINUE, type TargetExtension } from '../x_tables/extension.ts';

const TYPES = ['accept', 'drop', 'reject'] as const;

/**
 * `-j AUDIT`: tells the audit subsystem of the packet, which is off in this world as it is in Linux without an audit
 * daemon, and goes on. `--type` is only what the record says.
 *
 * Kernel: `net/netfilter/xt_AUDIT.c`, `audit_tg`.
 */
export const auditTarget: TargetExtension<(typeof TYPES)[number], undefined> = {
  name: 'AUDIT',
  options: [{ name: 'type', args: 1, mandatory: true }],
  size: 40,

  parse([option]) {
    const text = option?.values[0] ?? '';
    return (
      TYPES.find((type) => type === text.toLowerCase()) ??
      badOption(option, `"${text}" is no audit type`, 'use accept, drop or reject')
    );
  },

  save: (type) => ` --type ${type}`,
  list: (type) => ` AUDIT ${type}`,
  compile: () => ({ apply: () => CONTINUE }),
};

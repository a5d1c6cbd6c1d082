import { CONTINUE, NO_DEMANDS, type TargetExtension } from '../x_tables/extension.ts';

/**
 * `-j TRACE`: from here on, in this and every later table, each rule that the packet matches and each policy it meets is
 * written to the kernel log.
 *
 * Kernel: `net/netfilter/xt_TRACE.c`, `trace_tg`; the lines are `trace_packet`'s of `ip_tables.c`.
 */
export const traceTarget: TargetExtension<undefined, undefined> = {
  name: 'TRACE',
  options: [],
  size: 32,
  sharesInfo: true,
  demands: NO_DEMANDS,
  tables: ['raw'],
  parse: () => undefined,
  save: () => '',
  list: () => '',

  compile() {
    return {
      apply: (packet) => {
        packet.nfTrace = true;
        return CONTINUE;
      },
    };
  },
};

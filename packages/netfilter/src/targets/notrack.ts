import { setUntracked } from '@chainwalk/conntrack';
import type { Packet } from '@chainwalk/core';
import { CONTINUE, NO_DEMANDS, type RuleVerdict, type TargetExtension } from '../x_tables/extension.ts';

/**
 * `-j NOTRACK`: the packet gets no connection and its state is UNTRACKED; `-j CT --notrack` does the same.
 *
 * Kernel: `net/netfilter/xt_CT.c`, `notrack_tg`.
 */
export const notrackTarget: TargetExtension<undefined, undefined> = {
  name: 'NOTRACK',
  kernelName: 'CT',
  options: [],
  size: 32,
  sharesInfo: true,
  demands: NO_DEMANDS,
  tables: ['raw'],
  parse: () => undefined,
  save: () => '',
  list: () => ' NOTRACK',
  compile: () => ({ apply: (packet) => untrack(packet, 'NOTRACK') }),
};

/** A packet that has a connection or a template, or is untracked already, keeps it: it is on its second way, through `lo`. */
export function untrack(packet: Packet, by: string): RuleVerdict {
  if (packet.nfct !== undefined || packet.ctinfo !== 0) return CONTINUE;
  setUntracked(packet);
  packet.trace?.add({ kind: 'change', field: 'connection', from: 'none yet', to: 'UNTRACKED', by });
  return CONTINUE;
}

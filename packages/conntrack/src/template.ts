import type { Packet } from '@chainwalk/core';
import type { Helper } from './helper.ts';
import type { TimeoutPolicy } from './timeout-policy.ts';
import { DEFAULT_ZONE, type Zone } from './zone.ts';

/**
 * What `-j CT` wants of the connection that a packet is about to get (`nf_ct_tmpl_alloc`). The raw table hangs it on the
 * packet; conntrack takes it off again.
 */
export class Template {
  readonly zone: Zone;
  readonly helper: Helper | undefined;
  readonly timeoutPolicy: TimeoutPolicy | undefined;
  /** Bits of `IPCT_*` events; `undefined` for all. */
  readonly eventMask: number | undefined;
  /** The mark of a connection that never is one: rules of the raw table can set and read it. */
  mark = 0;

  constructor(
    options: {
      readonly zone?: Zone | undefined;
      readonly helper?: Helper | undefined;
      readonly timeoutPolicy?: TimeoutPolicy | undefined;
      readonly eventMask?: number | undefined;
    } = {},
  ) {
    this.zone = options.zone ?? DEFAULT_ZONE;
    this.helper = options.helper;
    this.timeoutPolicy = options.timeoutPolicy;
    this.eventMask = options.eventMask;
  }
}

/** The template that a packet carries. */
export function templateOf(packet: Packet): Template | undefined {
  const { nfct } = packet;
  return nfct instanceof Template ? nfct : undefined;
}

/**
 * Hangs a template on a packet (`xt_ct_target`). A packet that already has a connection, a template or is untracked keeps
 * what it has: that is a packet on its second way in, through `lo`.
 */
export function setTemplate(packet: Packet, template: Template): void {
  if (packet.nfct !== undefined || packet.ctinfo !== 0) return;
  packet.nfct = template;
}

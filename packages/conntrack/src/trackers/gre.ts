import { EventBit } from '../events.ts';
import { Status } from '../status.ts';
import type { Tracker } from './tracker.ts';

/** GRE (`nf_conntrack_gre_packet`): short until answered, then long and assured. */
export const gre: Tracker = {
  name: 'gre',
  allowsClash: false,
  packet(conntrack, ct, packet) {
    const timeouts = ct.extensions?.timeoutPolicy?.timeouts ?? conntrack.sysctls.gre;
    // Both timeouts belong to the connection from its first packet on; a later change of the parameters is not seen.
    if (!ct.isConfirmed) {
      ct.data = { kind: 'gre', timeout: timeouts[0]!.value, streamTimeout: timeouts[1]!.value };
    }
    const own = ct.data?.kind === 'gre' ? ct.data : { timeout: timeouts[0]!.value, streamTimeout: timeouts[1]!.value };
    const replied = ct.has(Status.SEEN_REPLY);
    conntrack.refresh(ct, packet, conntrack.ticks(replied ? own.streamTimeout : own.timeout));
    if (replied && !ct.has(Status.ASSURED)) {
      ct.status |= Status.ASSURED;
      conntrack.events.note(ct, EventBit.ASSURED);
    }
    return 'accept';
  },
};

/** What a GRE connection keeps: seconds before and after the first answer. */
export interface GreState {
  readonly kind: 'gre';
  readonly timeout: number;
  readonly streamTimeout: number;
}

import type { Sysctl } from '@chainwalk/core';

/**
 * Timeouts in seconds, by the tracker's own index: a TCP, SCTP or DCCP state, 0 for unreplied and 1 for replied UDP and
 * GRE, 0 for everything else. Live handles, so a change of a kernel parameter counts from the next packet on.
 */
export type Timeouts = readonly Pick<Sysctl, 'value'>[];

/** What `nfct add timeout` makes and `-j CT --timeout NAME` gives to connections. */
export interface TimeoutPolicy {
  readonly name: string;
  readonly protocol: number;
  readonly timeouts: Timeouts;
}

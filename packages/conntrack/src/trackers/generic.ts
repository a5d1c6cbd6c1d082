import type { Tracker } from './tracker.ts';

/** Every protocol without a tracker of its own: addresses and number only, one timeout, never assured. */
export const generic: Tracker = {
  name: 'unknown',
  allowsClash: true,
  packet(conntrack, ct, packet) {
    const timeouts = ct.extensions?.timeoutPolicy?.timeouts ?? conntrack.sysctls.generic;
    conntrack.refresh(ct, packet, conntrack.ticks(timeouts[0]!.value));
    return 'accept';
  },
};

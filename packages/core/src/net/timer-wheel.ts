import type { SimTime } from '../engine/time.ts';
import type { Host } from './host.ts';

/** Timers due within this many ticks sit in the finest level of the wheel (`LVL_START(1)`). */
const FIRST_LEVEL = 63;
/** Each level is eight times as coarse as the one before (`LVL_CLK_SHIFT`). */
const COARSER = 8;
const LEVELS = 9;

/**
 * The tick at which a timer set now for `expires` really fires (`calc_wheel_index`, `kernel/time/timer.c`): the wheel
 * rounds up to the granularity of the level that the delay falls into, so a timer is late by up to an eighth of its
 * delay and never early. All arguments are ticks.
 */
export function wheelTick(expires: number, now: number): number {
  const delay = expires - now;
  if (delay < 0) return now + 1;
  let granularity = 1;
  let reach = FIRST_LEVEL;
  for (let level = 0; level < LEVELS - 1 && delay >= reach; level++) {
    granularity *= COARSER;
    reach *= COARSER;
  }
  return (Math.floor(expires / granularity) + 1) * granularity;
}

/** The moment at which a tick of this host begins. */
export function tickTime(host: Host, tick: number): SimTime {
  return tick * (1_000_000_000 / host.hz);
}

import type { Destination } from '../services/destination.ts';
import { gcd } from './availability.ts';
import type { Scheduler, SchedulingContext } from './scheduler.ts';

interface Mark {
  /** The server used last; `undefined` is the head of the list. */
  current: Destination | undefined;
  /** A server needs at least this weight to be picked in the present pass (`cw`). */
  threshold: number;
  /** Where the threshold starts (`mw`): the largest weight less one step short of 1. */
  top: number;
  /** How far the threshold falls from one pass to the next (`di`). */
  step: number;
}

/**
 * `wrr`: passes over the list with a falling threshold; heavier servers are picked in more passes.
 *
 * Kernel: `net/netfilter/ipvs/ip_vs_wrr.c`, `ip_vs_wrr_schedule`.
 *
 * Invariant: over a whole cycle without changes each server is picked weight / gcd times. Any change of the servers
 * puts the pass back to the head of the list but leaves the threshold nearly where it was.
 */
export const wrr: Scheduler<Mark> = {
  name: 'wrr',

  init(service) {
    const { step, top } = measure(service);
    return { current: undefined, threshold: top, top, step };
  },

  changed(service, state) {
    const { step, top } = measure(service);
    state.current = undefined;
    state.step = step;
    state.top = top;
    if (state.threshold > top || state.threshold === 0) state.threshold = top;
    else if (step > 1) state.threshold = Math.trunc(state.threshold / step) * step + 1;
  },

  schedule(service, state) {
    const { destinations, meter } = service;
    if (state.top === 0) return undefined;
    const first = state.current === undefined ? -1 : destinations.indexOf(state.current);
    let index = first;
    let restarted = false;
    let lastPass = false;
    let stop = -1;
    for (;;) {
      while (++index < destinations.length) {
        const candidate = destinations[index]!;
        meter.ipvsDestinations++;
        if (!candidate.overloaded && candidate.weight >= state.threshold) {
          state.current = candidate;
          return candidate;
        }
        if (index === stop) {
          state.current = candidate;
          return undefined;
        }
      }
      index = -1;
      state.threshold -= state.step;
      if (state.threshold <= 0) {
        state.threshold = state.top;
        if (lastPass || first < 0) {
          state.current = undefined;
          return undefined;
        }
        restarted = true;
      }
      lastPass = state.threshold <= state.step;
      if (lastPass && restarted && first >= 0) stop = first;
    }
  },
};

function measure(service: SchedulingContext): { step: number; top: number } {
  let step = 0;
  let heaviest = 0;
  for (const { weight } of service.destinations) {
    if (weight <= 0) continue;
    step = step === 0 ? weight : gcd(weight, step);
    heaviest = Math.max(heaviest, weight);
  }
  step ||= 1;
  return { step, top: heaviest - (step - 1) };
}

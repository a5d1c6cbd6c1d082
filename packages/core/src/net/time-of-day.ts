import type { Simulation } from '../engine/simulation.ts';

const DAY = 86_400_000;

/** Milliseconds since midnight UTC: what ICMP and IP options write as a timestamp (`inet_current_timestamp`, RFC 792). */
export function millisecondsOfDay({ epoch, now }: Simulation): number {
  return Math.floor(epoch * 1000 + now / 1e6) % DAY;
}

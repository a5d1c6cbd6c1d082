/** Simulated time: integer nanoseconds since the simulation began. Exact up to 2^53 ns, which is 104 days. */
export type SimTime = number;
/** Length of time in integer nanoseconds. */
export type Duration = number;

export const MICROSECOND: Duration = 1_000;
export const MILLISECOND: Duration = 1_000_000;
export const SECOND: Duration = 1_000_000_000;

import type { Destination } from '../services/destination.ts';

/** Whether a hashing scheduler has to pass over a server: quiescent, or at its upper threshold. */
export function isUnavailable(destination: Destination): boolean {
  return destination.weight <= 0 || destination.overloaded;
}

/** Greatest common divisor of two positive integers. */
export function gcd(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

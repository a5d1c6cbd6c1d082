import { type Address, type Ipv4Address, invariant, ipv4ToBits } from '@chainwalk/core';

/** An IPv4 address as a signed 32-bit integer: the form in which the table keeps and compares it. */
export function ipv4Bits(address: Address): number {
  invariant(typeof address === 'number', 'conntrack keys IPv4 addresses only');
  return ipv4ToBits(address as Ipv4Address) | 0;
}

/** `a` before `b` in sequence space (`before` of `net/tcp.h`). */
export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** `a` after `b` in sequence space. */
export function after(a: number, b: number): boolean {
  return ((b - a) | 0) < 0;
}

/** `value` scaled from 32 bits to `[0, range)` by multiplication (`reciprocal_scale`); exact for every 32-bit range. */
export function reciprocalScale(value: number, range: number): number {
  const high = (value >>> 16) * range;
  const low = Math.floor(((value & 0xffff) * range) / 0x10000);
  return Math.floor((high + low) / 0x10000);
}

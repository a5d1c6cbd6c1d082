import { type Ipv4Address, ipv4FromBits } from '@chainwalk/core';

/** One part: 0x hexadecimal, leading-0 octal, or decimal. */
const PART = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/;

/**
 * An address as `getaddrinfo` reads numbers: one to four parts in any base, of which the last one fills the bytes that
 * are left (`10.1` is `10.0.0.1`). Names, which the real tool would ask a name server for, are `undefined`.
 */
export function parseHostAddress(text: string): Ipv4Address | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => PART.test(part))) return undefined;
  const numbers = parts.map((part) => (/^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = numbers.pop()!;
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  return ipv4FromBits(numbers.reduce((bits, number, index) => bits + number * 256 ** (3 - index), last));
}

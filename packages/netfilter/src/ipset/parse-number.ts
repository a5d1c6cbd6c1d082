import { fail } from './fault.ts';

const MAX_U64 = (1n << 64n) - 1n;

/** An unsigned number as `strtoull` with base 0 reads it, sign and leading blanks included, or what is wrong with it. */
function strtoull(text: string): bigint | 'range' | undefined {
  const parts = /^[ \t-\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text);
  if (parts === null) return undefined;
  const digits = parts[2]!;
  // Nothing below 2^64 has that many digits; do not make a number of a megabyte of them.
  if (digits.length > 40) return 'range';
  const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (value > MAX_U64) return 'range';
  return parts[1] === '-' ? BigInt.asUintN(64, -value) : value;
}

/** A number from `min` to `max`; the fault says which. */
export function parseBig(text: string, min: bigint, max: bigint): bigint {
  const value = strtoull(text);
  if (value === undefined) fail(`Syntax error: '${text}' is invalid as number`);
  if (value === 'range' || value < min || value > max) fail(`Syntax error: '${text}' is out of range ${min}-${max}`);
  return value;
}

/** As {@link parseBig}, for what fits 53 bits. */
export function parseNumber(text: string, min: number, max: number): number {
  return Number(parseBig(text, BigInt(min), BigInt(max)));
}

/** The same, answering `undefined` where that faults. */
export function readNumber(text: string, min: number, max: number): number | undefined {
  const value = strtoull(text);
  return typeof value !== 'bigint' || value < BigInt(min) || value > BigInt(max) ? undefined : Number(value);
}

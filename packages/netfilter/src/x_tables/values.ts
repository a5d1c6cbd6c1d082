import { type Ipv4Address, ipv4FromBits, ipv4Mask, ipv4MaskLength } from '@chainwalk/core';

/** Small values that many options take, read and written as libxtables does. */

/**
 * The unsigned number that a text begins with, as `strtoul` with base 0 reads it: blanks, a plus sign, then decimal, 0x
 * hexadecimal or leading-0 octal. `end` is where it stops; `undefined` if there is none, for a minus sign, and beyond
 * 64 bits.
 */
export function readUnsigned(text: string, from = 0): { value: bigint; end: number } | undefined {
  const pattern = /[ \t-\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/y;
  pattern.lastIndex = from;
  const digits = pattern.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const octal = /^0\d/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return value > 0xffff_ffff_ffff_ffffn ? undefined : { value, end: pattern.lastIndex };
}

/** A whole text that is one unsigned number of {@link readUnsigned}, 64 bits. */
export function parseUnsigned64(text: string): bigint | undefined {
  const read = readUnsigned(text);
  return read === undefined || read.end !== text.length ? undefined : read.value;
}

/** What nearly every number looks like. */
const PLAIN_NUMBER = /^(?:0|[1-9]\d{0,8})$/;

/** As {@link parseUnsigned64}, 0 to `max` (at most 32 bits). */
export function parseUnsigned(text: string, max = 0xffffffff): number | undefined {
  if (PLAIN_NUMBER.test(text)) {
    const number = Number(text);
    return number <= max ? number : undefined;
  }
  const value = parseUnsigned64(text);
  return value === undefined || value > BigInt(max) ? undefined : Number(value);
}

/**
 * `A[:B[:C...]]`, each 0 to `max`. An empty second part is `max`, any other empty part 0. `undefined` if a part is no
 * number or there are more than `most`.
 */
export function parseUnsignedList(text: string, max: number, most = 2): number[] | undefined {
  const parts = text
    .split(':')
    .map((part, index) => (part === '' ? (index === 1 ? max : 0) : parseUnsigned(part, max)));
  return parts.length > most || parts.includes(undefined) ? undefined : (parts as number[]);
}

/** `VALUE[/MASK]`, 32 bits each; without a mask all bits count. The value is not masked. */
export function parseMarkMask(text: string): { value: number; mask: number } | undefined {
  const [valueText, maskText, ...more] = text.split('/');
  const value = parseUnsigned(valueText ?? '');
  const mask = maskText === undefined ? 0xffffffff : parseUnsigned(maskText);
  return value === undefined || mask === undefined || more.length > 0 ? undefined : { value, mask };
}

/** `0x1f`, lower case, without leading zeros. */
export function formatHex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** `0x1` or `0x1/0xff`; a full mask is not shown. */
export function formatMarkMask({ value, mask }: { value: number; mask: number }): string {
  return mask === 0xffffffff ? formatHex(value) : `${formatHex(value)}/${formatHex(mask)}`;
}

/** A word as iptables-save quotes it: bare if it is made of letters, digits, `_` and `-`, else in double quotes. */
export function formatWord(text: string): string {
  return /^[-\w]+$/.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`;
}

/**
 * An IPv4 address as iptables itself reads numbers: up to four parts, each in any base, with zeros for the parts that are
 * missing (`10.1` is `10.1.0.0`); or `undefined`.
 */
export function parseNumericIpv4(text: string): Ipv4Address | undefined {
  const bytes: number[] = [];
  // The last of four parts takes whatever follows, which then is no number.
  for (let rest = text; ; ) {
    const dot = bytes.length < 3 ? rest.indexOf('.') : -1;
    const byte = parseUnsigned(dot < 0 ? rest : rest.slice(0, dot), 255);
    if (byte === undefined) return undefined;
    bytes.push(byte);
    if (dot < 0) break;
    rest = rest.slice(dot + 1);
  }
  return ipv4FromBits(((bytes[0]! << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)) >>> 0);
}

/** The names that iptables has for values of the TOS byte. */
const TOS_NAMES = [
  ['Minimize-Delay', 0x10],
  ['Maximize-Throughput', 0x08],
  ['Maximize-Reliability', 0x04],
  ['Minimize-Cost', 0x02],
  ['Normal-Service', 0x00],
] as const;

/** `VALUE[/MASK]` of eight bits, or a name, whose mask is `nameMask`; without a mask all bits count. */
export function parseTosMask(text: string, nameMask: number): { value: number; mask: number } | undefined {
  const named = TOS_NAMES.find(([name]) => name.toLowerCase() === text.toLowerCase());
  if (named !== undefined) return { value: named[1], mask: nameMask };
  const [valueText, ...maskText] = text.split('/');
  const value = parseUnsigned(valueText ?? '', 255);
  const mask = maskText.length === 0 ? 255 : parseUnsigned(maskText.join('/'), 255);
  return value === undefined || mask === undefined ? undefined : { value, mask };
}

/** The name of a TOS value under the mask that names have, or `undefined`. */
export function tosName(value: number, mask: number): string | undefined {
  return mask === 0x3f ? TOS_NAMES.find(([, tos]) => tos === value)?.[0] : undefined;
}

/** `0x0a`: two hexadecimal digits, lower case. */
export function formatByte(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

/**
 * An IPv4 address as the C library reads numbers (`inet_aton`): one to four parts in any base, the last of which fills
 * all bytes that are left (`10.1` is `10.0.0.1`); or `undefined`. Names are not looked up.
 */
export function parseHostAddress(text: string): Ipv4Address | undefined {
  const parts = text.split('.').map((part) => (/^\d/.test(part) ? parseUnsigned(part) : undefined));
  if (parts.length > 4) return undefined;
  let bits = 0;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const room = isLast ? 8 * (4 - index) : 8;
    if (part === undefined || part >= 2 ** room) return undefined;
    bits = bits * 2 ** room + part;
  }
  return ipv4FromBits(bits);
}

/** What iptables makes of a mask with gaps where it wants a prefix length. */
const NO_LENGTH = 255;

/** A prefix length 0 to 32, or a mask in dots, as a length; {@link NO_LENGTH} for a mask with gaps. */
export function parsePrefixLength(text: string): number | undefined {
  const length = parseUnsigned(text, 32);
  if (length !== undefined) return length;
  const mask = parseHostAddress(text);
  return mask === undefined ? undefined : (ipv4MaskLength(mask) ?? NO_LENGTH);
}

/** As {@link parsePrefixLength}, as a mask of 32 bits; one with gaps is taken for all of them. */
export function parsePrefixMask(text: string): number | undefined {
  const length = parsePrefixLength(text);
  return length === undefined ? undefined : ipv4Mask(Math.min(length, 32));
}

/** `ADDRESS[/LENGTH]`: the address as given, and its mask; without a length all bits count. */
export function parseHostMask(text: string): { address: Ipv4Address; mask: number } | undefined {
  const slash = text.indexOf('/');
  const address = parseHostAddress(slash < 0 ? text : text.slice(0, slash));
  const mask = slash < 0 ? 0xffffffff : parsePrefixMask(text.slice(slash + 1));
  return address === undefined || mask === undefined ? undefined : { address, mask };
}

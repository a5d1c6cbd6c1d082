import { formatIpv4, ipv4FromBits, ipv4Mask, ipv4MaskLength } from '@chainwalk/core';
import { utf8Length } from '../x_tables/utf8.ts';
import { parseUnsigned } from '../x_tables/values.ts';
import { isSpace } from './scan-counter.ts';

/** An address with its mask, as after `-s`: unsigned 32 bits each, the address masked. */
export interface MaskedAddress {
  readonly network: number;
  readonly mask: number;
}

/** Names that a Debian host resolves without asking anybody: `/etc/networks` and `/etc/hosts`. */
const KNOWN_NAMES: ReadonlyMap<string, number> = new Map([
  ['default', 0],
  ['loopback', 0x7f000000],
  ['link-local', 0xa9fe0000],
  ['localhost', 0x7f000001],
]);

/** The other way, as `iptables -L` without `-n` does it. */
export function nameOfAddress(address: number): string | undefined {
  for (const [name, known] of KNOWN_NAMES) if (known === address) return name;
  return undefined;
}

/**
 * A list of addresses as after `-s` and `-d` (`xtables_ipparse_multiple`): `a[/mask],b[/mask]`, a mask being a length or
 * dotted, in which any bits may be set. Short forms mean what iptables takes them for: `10` and `10.0/8` are filled with
 * zeros at the end. Host names are not resolved, but for `localhost`.
 * @returns the addresses, or what is wrong
 */
export function parseAddressList(text: string): readonly MaskedAddress[] | string {
  const list: MaskedAddress[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(text.charCodeAt(at))) at++;
    const comma = text.indexOf(',', at);
    const item = comma < 0 ? text.slice(at) : text.slice(at, comma);
    if (utf8Length(item) > 255) return 'host name is too long';
    const slash = item.lastIndexOf('/');
    const mask = slash < 0 ? 0xffffffff : parseMask(item.slice(slash + 1));
    if (mask === undefined) return `invalid mask \`${item.slice(slash + 1)}' specified`;
    const name = slash < 0 ? item : item.slice(0, slash);
    // With an empty mask the address does not matter, nor is it looked at: "any/0".
    const address = mask === 0 ? 0 : parseHost(name);
    if (address === undefined) return `host/network \`${name}' not found`;
    list.push({ network: (address & mask) >>> 0, mask });
    if (comma < 0) return list;
    at = comma + 1;
  }
}

function parseMask(text: string): number | undefined {
  const dotted = parseDotted(text, true);
  if (dotted !== undefined) return dotted;
  const length = parseUnsigned(text, 32);
  return length === undefined ? undefined : ipv4Mask(length);
}

function parseHost(name: string): number | undefined {
  return parseDotted(name, false) ?? KNOWN_NAMES.get(name) ?? inetAton(name);
}

/** `xtables_numeric_to_ipaddr` (which may be short) and `xtables_numeric_to_ipmask` (which may not). */
function parseDotted(text: string, isMask: boolean): number | undefined {
  const bytes = (text.length > 19 ? text.slice(0, 19) : text).split('.', 5);
  if (bytes.length > 4 || (isMask && bytes.length < 4)) return undefined;
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const part = bytes[i];
    const byte = part === undefined ? 0 : parseUnsigned(part, 255);
    if (byte === undefined) return undefined;
    value = value * 256 + byte;
  }
  return value;
}

/** The forms that the resolver takes for an address beyond those: `167772161`, `0x0a000001`, `10.257` (`inet_aton`). */
function inetAton(text: string): number | undefined {
  const parts = text.split('.', 5);
  if (parts.length > 4 || !/^[0-9a-fA-FxX.]+$/.test(text)) return undefined;
  let value = 0;
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    const number = parseUnsigned(part, last ? 256 ** (4 - index) - 1 : 255);
    if (number === undefined) return undefined;
    value = last ? value + number : value + number * 256 ** (3 - index);
  }
  return value;
}

/** The mask as iptables prints it: its length, or dotted if its ones are not all in front. */
export function formatMask(mask: number): string {
  const length = ipv4MaskLength(mask);
  return length === undefined ? formatIpv4(ipv4FromBits(mask)) : String(length);
}

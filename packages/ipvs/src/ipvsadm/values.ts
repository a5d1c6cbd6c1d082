import {
  type Address,
  IPV4_ANY,
  IPV4_LOOPBACK,
  type Ipv4Address,
  ipv4FromBits,
  isMulticast,
  PROTOCOL,
  parseIpv4,
  parseIpv6,
} from '@chainwalk/core';
import { portOfName } from './service-names.ts';
import { UsageError } from './usage.ts';

/** Longest timeout that the tool takes: 31 days. */
const MOST_TIMEOUT = 31 * 86400;

const SERVICE_PROTOCOL: Readonly<Record<string, number>> = {
  'tcp-service': PROTOCOL.tcp,
  'udp-service': PROTOCOL.udp,
  'sctp-service': PROTOCOL.sctp,
};

/** The service that an option names. */
export interface NamedService {
  readonly protocol: number;
  readonly address: Address;
  readonly port: number;
  readonly fwmark: number;
}

/** A service by mark, 1 to 2^32 - 1. */
export function markService(text: string): NamedService {
  const mark = integerOf(text) ?? 0;
  if (mark < 1 || mark > 0xffffffff) throw new UsageError(`invalid fwmark value \`${text}' specified`);
  return { protocol: PROTOCOL.tcp, address: IPV4_ANY, port: 0, fwmark: mark };
}

/** A service by address; `kind` is the long name of its option. */
export function addressService(kind: string, text: string): NamedService {
  const protocol = SERVICE_PROTOCOL[kind]!;
  const endpoint = endpointOf(text, protocol);
  if (endpoint === undefined) throw new UsageError('illegal virtual server address[:port] specified');
  return { protocol, address: endpoint.address, port: endpoint.port ?? 0, fwmark: 0 };
}

/**
 * `ADDRESS[:PORT]`, the port a number or a name. What stands in brackets must be followed by a port, which counts only for
 * IPv6. Host names would need a resolver and are refused like any other wrong address.
 */
export function endpointOf(text: string, protocol: number): { address: Address; port: number | undefined } | undefined {
  if (/^\d*$/.test(text)) return undefined;
  const bracketed = /^\[([^\]]*)\](.?)/s.exec(text);
  if (text.startsWith('[') && bracketed?.[2] !== ':') return undefined;
  const named = bracketed?.[1] ?? text;
  if (parseIpv6(named) !== undefined) throw new UsageError('IPv6 services are not modelled by chainwalk');
  const colon = named.lastIndexOf(':');
  const address = addressOf(colon < 0 ? named : named.slice(0, colon));
  if (address === undefined) return undefined;
  if (colon < 0) return { address, port: undefined };
  const word = named.slice(colon + 1);
  const number = integerOf(word);
  const port = number !== undefined && number >= 0 && number <= 65535 ? number : portOfName(word, protocol);
  return port === undefined ? undefined : { address, port };
}

/**
 * An address as `inet_aton` reads it: parts may be octal or hexadecimal, with fewer than four the last one fills what is
 * left, so that `10.1` is 10.0.0.1, and what stands behind a blank does not count.
 */
function addressOf(text: string): Ipv4Address | undefined {
  if (text === 'localhost') return IPV4_LOOPBACK;
  const parts = text.replace(/\s.*$/s, '').split('.');
  if (parts.length > 4 || !parts.every((part) => /^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(part))) return undefined;
  const numbers = parts.map((part) => (/^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = numbers.pop()!;
  if (last >= 256 ** (4 - numbers.length) || numbers.some((part) => part > 255)) return undefined;
  const bits = numbers.reduce((sum, part, index) => sum + part * 256 ** (3 - index), last);
  return ipv4FromBits(bits);
}

/** The mask of `-M`. */
export function netmaskOf(text: string): number {
  const mask = addressOf(text);
  if (mask !== undefined) return mask;
  throw new UsageError('illegal virtual server persistent mask specified');
}

/** The group of `--mcast-group`. */
export function checkGroup(text: string): void {
  const isIpv6 = text.includes(':');
  const address = isIpv6 ? parseIpv6(text) : parseIpv4(text);
  const isGroup = isIpv6 ? /^ff/i.test(text) : isMulticast(address as Ipv4Address);
  if (address === undefined || !isGroup) throw new UsageError(`invalid IPv${isIpv6 ? 6 : 4} mcast-group \`${text}'`);
}

/** A timeout in seconds, `least` to 31 days. */
export function timeoutOf(text: string, least: number): number {
  const value = integerOf(text) ?? -1;
  if (value < least || value > MOST_TIMEOUT) throw new UsageError(`invalid timeout value \`${text}' specified`);
  return value;
}

/** A number from `least` to `most`. */
export function numberOf(text: string, most: number, message: string, least = 0): number {
  const value = integerOf(text) ?? -1;
  if (value < least || value > most) throw new UsageError(message);
  return value;
}

/** A decimal number as `strtol` reads it: blanks and a sign may stand in front. */
function integerOf(text: string): number | undefined {
  return /^\s*[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

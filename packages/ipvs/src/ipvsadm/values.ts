import { type Address, IPV4_ANY, IPV4_LOOPBACK, type Ipv4Address, ipv4FromBits, PROTOCOL } from '@chainwalk/core';
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
  const mark = /^\d+$/.test(text) ? Number(text) : 0;
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

/** `ADDRESS[:PORT]`; host names would need a resolver and are refused like any other wrong address. */
export function endpointOf(text: string, protocol: number): { address: Address; port: number | undefined } | undefined {
  const colon = text.indexOf(':');
  const address = addressOf(colon < 0 ? text : text.slice(0, colon));
  if (address === undefined) return undefined;
  if (colon < 0) return { address, port: undefined };
  const word = text.slice(colon + 1);
  const port = /^\d+$/.test(word) ? Number(word) : portOfName(word, protocol);
  return port === undefined || port > 65535 ? undefined : { address, port };
}

/**
 * An address as `inet_aton` reads it in decimal: with fewer than four parts the last one fills what is left, so that
 * `10.1` is 10.0.0.1.
 */
function addressOf(text: string): Ipv4Address | undefined {
  if (text === 'localhost') return IPV4_LOOPBACK;
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => /^(0|[1-9]\d*)$/.test(part))) return undefined;
  const numbers = parts.map(Number);
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

/** A timeout in seconds, `least` to 31 days. */
export function timeoutOf(text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value < least || value > MOST_TIMEOUT) throw new UsageError(`invalid timeout value \`${text}' specified`);
  return value;
}

/** A number from 0 to `most`. */
export function numberOf(text: string, most: number, message: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > most) throw new UsageError(message);
  return value;
}

import { type Family, familyOf, formatAddress, formatPrefix, parseAddress, parsePrefix } from '@chainwalk/core';

/**
 * The canonical text of an address as Kubernetes reads one: leading zeros of IPv4 parts are ignored and the part is
 * decimal all the same (Go's old net.ParseIP). `undefined` if it is none.
 */
export function canonicalIp(text: string): string | undefined {
  const address = parseAddress(withoutLeadingZeros(text));
  return address === undefined ? undefined : formatAddress(address);
}

/** `network/length` with the host bits cleared, blanks around it and leading zeros ignored; or `undefined`. */
export function canonicalCidr(text: string): string | undefined {
  const match = /^\s*([^/\s]+)\/(\d{1,4})\s*$/.exec(text);
  if (match === null) return undefined;
  const prefix = parsePrefix(`${withoutLeadingZeros(match[1]!)}/${Number(match[2])}`);
  return prefix === undefined ? undefined : formatPrefix(prefix);
}

/** The family of an address or a prefix in text form, by its colons. */
export function familyOfText(text: string): Family {
  return text.includes(':') ? 'ipv6' : 'ipv4';
}

/** Whether the prefix holds the address; both canonical, false across families. */
export function cidrContains(cidr: string, ip: string): boolean {
  const prefix = parsePrefix(cidr);
  const address = parseAddress(ip);
  if (prefix === undefined || address === undefined || familyOf(prefix.network) !== familyOf(address)) return false;
  return parsePrefix(`${ip}/${prefix.length}`)?.network === prefix.network;
}

/** 127.0.0.0/8 or ::1. */
export function isLoopbackText(ip: string): boolean {
  return ip.startsWith('127.') || ip === '::1';
}

function withoutLeadingZeros(text: string): string {
  return text.includes(':') ? text : text.replace(/(^|\.)0+(?=\d)/g, '$1');
}

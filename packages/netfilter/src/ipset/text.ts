import {
  type Address,
  formatAddress,
  formatIpv4,
  type Ipv6Address,
  ipv4FromBits,
  ipv6ToBits,
  PROTOCOL,
} from '@chainwalk/core';
import { protocolNameOf } from '../iptables/protocols.ts';
import type { ElementAttributes } from './attributes.ts';
import type { HashMember } from './hash-member.ts';
import { icmpText } from './icmp-names.ts';
import { protocolHasPorts } from './packet-fields.ts';
import { SetCode } from './set-error.ts';

/** The parts of members as `ipset` prints them. */

/** An address as the C library writes it: IPv6 addresses that hold an IPv4 one end in dots. */
export function formatIp(address: Address): string {
  if (typeof address === 'number') return formatAddress(address);
  const bits = ipv6ToBits(address as Ipv6Address);
  const head = bits >> 32n;
  if (head !== 0xffffn && (head !== 0n || bits < 0x10000n)) return formatAddress(address);
  return `${head === 0n ? '::' : '::ffff:'}${formatIpv4(ipv4FromBits(Number(bits & 0xffffffffn)))}`;
}

/** A network; a whole address without its length. */
export function formatNet(address: Address, length: number, longest: number): string {
  return length === longest ? formatIp(address) : `${formatIp(address)}/${length}`;
}

/** `tcp:80`, `icmp:echo-request`, `gre:0`. */
export function formatPort({ proto, port }: HashMember): string {
  const name = protocolNameOf(proto) ?? String(proto);
  if (proto === PROTOCOL.icmp) return `${name}:${icmpText(port, 'icmp')}`;
  if (proto === PROTOCOL.icmpv6) return `${name}:${icmpText(port, 'icmpv6')}`;
  return `${name}:${port}`;
}

/** `0A:00:27:00:00:01` */
export function formatEther({ macLow, macHigh }: HashMember): string {
  const bytes = [
    macLow & 255,
    (macLow >>> 8) & 255,
    (macLow >>> 16) & 255,
    macLow >>> 24,
    macHigh & 255,
    macHigh >>> 8,
  ];
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(':');
}

/** Takes protocol and port of an element over, as the kernel's hash types do; a code below 0 refuses it. */
export function portFromCommand(element: ElementAttributes, member: HashMember): number {
  if (element.proto === undefined) return SetCode.MISSING_PROTO;
  if (element.proto === 0) return SetCode.INVALID_PROTO;
  member.proto = element.proto;
  const icmp = typeof element.ip === 'number' ? PROTOCOL.icmp : PROTOCOL.icmpv6;
  member.port = protocolHasPorts(element.proto) || element.proto === icmp ? (element.port ?? 0) : 0;
  return SetCode.OK;
}

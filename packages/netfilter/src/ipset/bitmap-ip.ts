import {
  type Address,
  formatIpv4,
  type Host,
  type Ipv4Address,
  ipv4FromBits,
  ipv4Mask,
  ipv4ToBits,
} from '@chainwalk/core';
import type { CreateAttributes } from './attributes.ts';
import { BitmapSet, MAX_BITMAP } from './bitmap-set.ts';
import type { SetExtensions, SetTypeInfo } from './ip-set.ts';
import { packetAddress } from './packet-fields.ts';
import { SetCode } from './set-error.ts';

/**
 * `bitmap:ip`: the addresses of a range of at most 65536, or with `netmask` the networks of one size in it.
 *
 * Kernel: `net/netfilter/ipset/ip_set_bitmap_ip.c`.
 */
const bitmapIp: SetTypeInfo = { name: 'bitmap:ip', revision: 3, dimension: 1, features: ['ip'] };

/** The set that `create NAME bitmap:ip range ...` makes, or the code that refuses it. */
export function createBitmapIp(
  name: string,
  attributes: CreateAttributes,
  extensions: SetExtensions,
  host: Host,
): BitmapSet | number {
  const range = addressRange(attributes);
  if (typeof range === 'number') return range;
  let [first, last] = range;
  const { netmask } = attributes;
  let size = last - first + 1;
  let step = 1;
  if (netmask !== undefined) {
    if (netmask > 32) return SetCode.INVALID_NETMASK;
    const mask = ipv4Mask(netmask);
    first = (first & mask) >>> 0;
    last = (last | ~mask) >>> 0;
    size = last - first + 1;
    if (netmask !== 32) {
      // The longest prefix of the first address that the last one shares, when cut, gives the first again.
      let length = 31;
      while (length > 0 && (last & ipv4Mask(length)) >>> 0 !== first) length--;
      if ((length === 0 && !(first === 0 && last === 0xffffffff)) || netmask <= length) return SetCode.BITMAP_RANGE;
      step = 2 ** (32 - netmask);
      size = 2 ** (netmask - length);
    }
  }
  if (size > MAX_BITMAP) return SetCode.BITMAP_RANGE_SIZE;
  const inside = (bits: number): boolean => bits >= first && bits <= last;
  const place = (bits: number): number => Math.floor((bits - first) / step);
  const header = `range ${text(first)}-${text(last)}${netmask === undefined || netmask === 32 ? '' : ` netmask ${netmask}`}`;
  return new BitmapSet(
    bitmapIp,
    name,
    'inet',
    {
      size,
      header,
      head: 88,
      place: 0,
      fromPacket(packet, _context, query) {
        const bits = ipv4ToBits(packetAddress(packet, query, 1) as Ipv4Address);
        return inside(bits) ? place(bits) : SetCode.BITMAP_RANGE;
      },
      fromCommand(element, adt) {
        if (element.ip === undefined) return SetCode.PROTOCOL;
        const given = bitsOf(element.ip);
        if (given === undefined) return SetCode.IPADDR_IPV4;
        if (!inside(given)) return SetCode.BITMAP_RANGE;
        if (adt === 'test') return [place(given), place(given)];
        let low = given;
        let high = given;
        if (element.ipTo !== undefined) {
          const to = bitsOf(element.ipTo);
          if (to === undefined) return SetCode.IPADDR_IPV4;
          low = Math.min(given, to);
          high = Math.max(given, to);
        } else if (element.cidr !== undefined) {
          if (element.cidr === 0 || element.cidr > 32) return SetCode.INVALID_CIDR;
          low = (given & ipv4Mask(element.cidr)) >>> 0;
          high = (low | ~ipv4Mask(element.cidr)) >>> 0;
        }
        if (!inside(low) || !inside(high)) return SetCode.BITMAP_RANGE;
        // The kernel walks in steps of one network from the address given.
        return [place(low), place(low) + Math.floor((high - low) / step)];
      },
      format: (index) => text(first + index * step),
    },
    extensions,
    host,
  );
}

/** The first and last address of `range`, or a code. */
export function addressRange(attributes: CreateAttributes): readonly [number, number] | number {
  if (attributes.ip === undefined) return SetCode.PROTOCOL;
  const ip = bitsOf(attributes.ip);
  if (ip === undefined) return SetCode.IPADDR_IPV4;
  if (attributes.ipTo !== undefined) {
    const to = bitsOf(attributes.ipTo);
    return to === undefined ? SetCode.IPADDR_IPV4 : [Math.min(ip, to), Math.max(ip, to)];
  }
  if (attributes.cidr === undefined) return SetCode.PROTOCOL;
  if (attributes.cidr >= 32) return SetCode.INVALID_CIDR;
  const mask = ipv4Mask(attributes.cidr);
  return [(ip & mask) >>> 0, (ip | ~mask) >>> 0];
}

/** The bits of an IPv4 address; `undefined` for IPv6. */
export function bitsOf(address: Address): number | undefined {
  return typeof address === 'number' ? ipv4ToBits(address as Ipv4Address) : undefined;
}

function text(bits: number): string {
  return formatIpv4(ipv4FromBits(bits));
}

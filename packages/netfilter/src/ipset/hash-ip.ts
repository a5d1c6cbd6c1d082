import { type Ipv4Address, ipv4FromBits, ipv4ToBits } from '@chainwalk/core';
import { expand, MAX_MEMBERS } from './element-ranges.ts';
import { isZero, maskAddress, putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { packetAddress } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatIp } from './text.ts';

/**
 * `hash:ip`: addresses, or with `netmask` the networks of one size that hold them. 0.0.0.0 cannot be a member.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_ip.c`.
 */
export const hashIp: HashType = {
  name: 'hash:ip',
  revision: 5,
  dimension: 1,
  features: ['ip'],
  inet: { head: 152, member: 4, align: 4, words: 1 },
  inet6: { head: 160, member: 16, align: 4, words: 4 },
  nets: [],
  parameters: ['netmask'],

  encode(member, key) {
    putAddress(key, 0, member.ip);
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
  },
  format: (member) => formatIp(member.ip),

  fromPacket(packet, _context, query, settings, member) {
    member.ip = maskAddress(packetAddress(packet, query, 1), settings.netmask);
    return !isZero(member.ip);
  },
  fromCommand(element, settings) {
    if (element.ip === undefined) return SetCode.PROTOCOL;
    return isZero(maskAddress(element.ip, settings.netmask)) ? SetCode.HASH_ELEM : SetCode.OK;
  },

  walk(element, { netmask }, member, visit) {
    const ip = maskAddress(element.ip!, netmask);
    if (typeof ip !== 'number') return expand({ ...element, ip }, { first: 'ip', port: false }, member, visit);
    if (element.ipTo === undefined && netmask === 32)
      return expand(element, { first: 'ip', port: false }, member, visit);
    // With a netmask the kernel steps from network to network; the ends of a range that it had to swap stay as given.
    let low = ipv4ToBits(ip as Ipv4Address);
    let high = low;
    if (element.ipTo !== undefined) {
      high = ipv4ToBits(element.ipTo as Ipv4Address);
      if (low > high) {
        if (high === 0) return SetCode.HASH_ELEM;
        [low, high] = [high, low];
      }
    } else if (element.cidr !== undefined) {
      if (element.cidr === 0 || element.cidr > 32) return SetCode.INVALID_CIDR;
      const size = 2 ** (32 - element.cidr);
      low = Math.floor(low / size) * size;
      high = low + size - 1;
    }
    const step = 2 ** (32 - netmask);
    const end = low + MAX_MEMBERS * step;
    for (let at = low; at <= high; at += step) {
      if (at >= end) return SetCode.RANGE_TOO_LARGE;
      member.ip = ipv4FromBits(at);
      const code = visit();
      if (code !== SetCode.OK) return code;
    }
    return SetCode.OK;
  },
};

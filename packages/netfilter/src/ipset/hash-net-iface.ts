import { putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { packetAddress, takeDevice } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatNet } from './text.ts';

/**
 * `hash:net,iface`: a network together with the device that a packet came in by (src) or leaves by (dst); with
 * `wildcard` the name is the beginning of one. Members with `physdev:` stand for ports of a bridge and match nothing
 * here, since there are none.
 *
 * A look-up stops at the most specific network that the set holds, whatever its interfaces are.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_netiface.c`.
 */
export const hashNetIface: HashType = {
  name: 'hash:net,iface',
  revision: 8,
  dimension: 2,
  features: ['ip', 'iface', 'nomatch'],
  inet: { head: 440, member: 28, align: 4, words: 2 },
  inet6: { head: 1216, member: 40, align: 4, words: 5 },
  nets: ['first'],
  lastMask: 0xffffff00,

  // The name is not hashed: all interfaces of one network share a bucket, which grows for them.
  encode(member, key) {
    key[putAddress(key, 0, member.ip)] = ((member.physdev ? 1 : 0) | (member.cidr << 8) | (1 << 24)) >>> 0;
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    const last = word(address);
    member.physdev = (last & 255) === 1;
    member.cidr = (last >>> 8) & 255;
  },
  format: (member, longest) =>
    `${formatNet(member.ip, member.cidr, longest)},${member.physdev ? 'physdev:' : ''}${member.iface}`,

  fromPacket(packet, context, query, _settings, member) {
    member.ip = packetAddress(packet, query, 1);
    member.wildcard = false;
    return takeDevice(context, query, 2, member);
  },
  fromCommand(element, _settings, member) {
    if (element.iface === undefined) return SetCode.PROTOCOL;
    member.iface = element.iface;
    member.physdev = element.physdev === true;
    member.wildcard = element.wildcard === true;
    return SetCode.OK;
  },
  ranges: { first: 'net', port: false, zeroLength: true },
};

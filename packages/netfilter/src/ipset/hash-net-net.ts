import { putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { packetAddress } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatNet } from './text.ts';

/**
 * `hash:net,net`: two networks. The first one's length has precedence: a longer first prefix wins over a longer second.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_netnet.c`.
 */
export const hashNetNet: HashType = {
  name: 'hash:net,net',
  revision: 3,
  dimension: 2,
  features: ['ip', 'ip2', 'nomatch'],
  inet: { head: 544, member: 16, align: 8, words: 4 },
  inet6: { head: 1720, member: 36, align: 4, words: 9 },
  nets: ['first', 'second'],

  encode(member, key) {
    const at = putAddress(key, putAddress(key, 0, member.ip), member.ip2);
    key[at] = ((member.cidr << 16) | (member.cidr2 << 24)) >>> 0;
    // The IPv4 structure is padded to eight bytes.
    if (at === 2) key[3] = 0;
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    member.ip2 = takeAddress(word, address, address);
    const lengths = word(2 * address);
    member.cidr = (lengths >>> 16) & 255;
    member.cidr2 = lengths >>> 24;
  },
  format: (member, longest) =>
    `${formatNet(member.ip, member.cidr, longest)},${formatNet(member.ip2, member.cidr2, longest)}`,

  fromPacket(packet, _context, query, _settings, member) {
    member.ip = packetAddress(packet, query, 1);
    member.ip2 = packetAddress(packet, query, 2);
    return true;
  },
  fromCommand: (element) => (element.ip2 === undefined ? SetCode.PROTOCOL : SetCode.OK),
  ranges: { first: 'net', port: false, second: 'net' },
};

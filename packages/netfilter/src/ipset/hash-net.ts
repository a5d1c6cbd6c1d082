import { putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { packetAddress } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatNet } from './text.ts';

/**
 * `hash:net`: networks of any size but /0. The most specific one that holds an address decides, and if it is marked
 * `nomatch` the address counts as missing.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_net.c`.
 */
export const hashNet: HashType = {
  name: 'hash:net',
  revision: 7,
  dimension: 1,
  features: ['ip', 'nomatch'],
  inet: { head: 408, member: 8, align: 4, words: 2 },
  inet6: { head: 1192, member: 20, align: 4, words: 5 },
  nets: ['first'],

  encode(member, key) {
    key[putAddress(key, 0, member.ip)] = (member.cidr << 24) >>> 0;
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    member.cidr = word(address) >>> 24;
  },
  format: (member, longest) => formatNet(member.ip, member.cidr, longest),

  fromPacket(packet, _context, query, _settings, member) {
    member.ip = packetAddress(packet, query, 1);
    return true;
  },
  fromCommand: () => SetCode.OK,
  ranges: { first: 'net', port: false },
};

import { addressPortAddress } from './address-port.ts';
import { portOf, portWord, putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { formatNet, formatPort } from './text.ts';

/**
 * `hash:net,port,net`: a network, protocol and port, and a second network; either may be /0.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_netportnet.c`.
 */
export const hashNetPortNet: HashType = {
  name: 'hash:net,port,net',
  revision: 3,
  dimension: 3,
  features: ['ip', 'port', 'ip2', 'nomatch'],
  inet: { head: 560, member: 16, align: 8, words: 4 },
  inet6: { head: 1736, member: 40, align: 4, words: 10 },
  nets: ['first', 'second'],

  encode(member, key) {
    const at = putAddress(key, putAddress(key, 0, member.ip), member.ip2);
    key[at] = portWord(member.port, member.cidr, member.cidr2);
    key[at + 1] = (member.proto << 24) >>> 0;
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    member.ip2 = takeAddress(word, address, address);
    const fields = word(2 * address);
    member.port = portOf(fields);
    member.cidr = (fields >>> 16) & 255;
    member.cidr2 = fields >>> 24;
    member.proto = word(2 * address + 1) >>> 24;
  },
  format: (member, longest) =>
    `${formatNet(member.ip, member.cidr, longest)},${formatPort(member)},${formatNet(member.ip2, member.cidr2, longest)}`,

  ...addressPortAddress,
  ranges: { first: 'net', port: true, second: 'net', zeroLength: true },
};

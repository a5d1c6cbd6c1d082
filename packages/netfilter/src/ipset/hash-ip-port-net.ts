import { addressPortAddress } from './address-port.ts';
import { portOf, portWord, putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { formatIp, formatNet, formatPort } from './text.ts';

/**
 * `hash:ip,port,net`: an address, protocol and port, and a network.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_ipportnet.c`.
 */
export const hashIpPortNet: HashType = {
  name: 'hash:ip,port,net',
  revision: 8,
  dimension: 3,
  features: ['ip', 'port', 'ip2', 'nomatch'],
  inet: { head: 416, member: 12, align: 4, words: 3 },
  inet6: { head: 1208, member: 36, align: 4, words: 9 },
  nets: ['second'],

  encode(member, key) {
    const at = putAddress(key, putAddress(key, 0, member.ip), member.ip2);
    // One is taken from the prefix length, so that seven bits hold it.
    key[at] = portWord(member.port, member.cidr2 - 1, member.proto);
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    member.ip2 = takeAddress(word, address, address);
    const last = word(2 * address);
    member.port = portOf(last);
    member.cidr2 = ((last >>> 16) & 127) + 1;
    member.proto = last >>> 24;
  },
  format: (member, longest) =>
    `${formatIp(member.ip)},${formatPort(member)},${formatNet(member.ip2, member.cidr2, longest)}`,

  ...addressPortAddress,
  ranges: { first: 'ip', port: true, second: 'net' },
};

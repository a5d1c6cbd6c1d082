import { addressPort } from './address-port.ts';
import { portOf, portWord, putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { formatNet, formatPort } from './text.ts';

/**
 * `hash:net,port`: a network together with protocol and port.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_netport.c`.
 */
export const hashNetPort: HashType = {
  name: 'hash:net,port',
  revision: 8,
  dimension: 2,
  features: ['ip', 'port', 'nomatch'],
  inet: { head: 408, member: 8, align: 4, words: 2 },
  inet6: { head: 1192, member: 20, align: 4, words: 5 },
  nets: ['first'],

  encode(member, key) {
    key[putAddress(key, 0, member.ip)] = portWord(member.port, member.proto, member.cidr - 1);
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    const last = word(address);
    member.port = portOf(last);
    member.proto = (last >>> 16) & 255;
    member.cidr = ((last >>> 24) & 127) + 1;
  },
  format: (member, longest) => `${formatNet(member.ip, member.cidr, longest)},${formatPort(member)}`,

  ...addressPort,
  ranges: { first: 'net', port: true },
};

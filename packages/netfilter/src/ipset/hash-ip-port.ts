import { addressPort } from './address-port.ts';
import { portOf, portWord, putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { formatIp, formatPort } from './text.ts';

/**
 * `hash:ip,port`: an address together with protocol and port.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_ipport.c`.
 */
export const hashIpPort: HashType = {
  name: 'hash:ip,port',
  revision: 6,
  dimension: 2,
  features: ['ip', 'port'],
  inet: { head: 152, member: 8, align: 4, words: 2 },
  inet6: { head: 168, member: 20, align: 4, words: 5 },
  nets: [],

  encode(member, key) {
    key[putAddress(key, 0, member.ip)] = portWord(member.port, member.proto);
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    member.port = portOf(word(address));
    member.proto = (word(address) >>> 16) & 255;
  },
  format: (member) => `${formatIp(member.ip)},${formatPort(member)}`,

  ...addressPort,
  ranges: { first: 'ip', port: true },
};

import { addressPortAddress } from './address-port.ts';
import { portOf, portWord, putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { formatIp, formatPort } from './text.ts';

/**
 * `hash:ip,port,ip`: an address, protocol and port, and a second address.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_ipportip.c`.
 */
export const hashIpPortIp: HashType = {
  name: 'hash:ip,port,ip',
  revision: 6,
  dimension: 3,
  features: ['ip', 'port', 'ip2'],
  inet: { head: 160, member: 12, align: 4, words: 3 },
  inet6: { head: 184, member: 36, align: 4, words: 9 },
  nets: [],

  encode(member, key) {
    key[putAddress(key, putAddress(key, 0, member.ip), member.ip2)] = portWord(member.port, member.proto);
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    member.ip2 = takeAddress(word, address, address);
    const last = word(2 * address);
    member.port = portOf(last);
    member.proto = (last >>> 16) & 255;
  },
  format: (member) => `${formatIp(member.ip)},${formatPort(member)},${formatIp(member.ip2)}`,

  ...addressPortAddress,
  ranges: { first: 'ip', port: true, second: 'ip' },
};

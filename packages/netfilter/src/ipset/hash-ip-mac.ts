import { putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { packetAddress, putMac, takeMac } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatEther, formatIp } from './text.ts';

/**
 * `hash:ip,mac`: an address together with a MAC address.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_ipmac.c`.
 */
export const hashIpMac: HashType = {
  name: 'hash:ip,mac',
  revision: 1,
  dimension: 2,
  features: ['ip', 'mac'],
  inet: { head: 160, member: 12, align: 4, words: 3 },
  inet6: { head: 168, member: 24, align: 4, words: 6 },
  nets: [],

  encode(member, key) {
    const at = putAddress(key, 0, member.ip);
    key[at] = member.macLow;
    key[at + 1] = member.macHigh;
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    member.macLow = word(address);
    member.macHigh = word(address + 1);
  },
  format: (member) => `${formatIp(member.ip)},${formatEther(member)}`,

  fromPacket(packet, _context, query, _settings, member) {
    member.ip = packetAddress(packet, query, 1);
    return takeMac(packet, query, 2, member);
  },
  fromCommand(element, _settings, member) {
    if (element.ip === undefined || element.ether === undefined) return SetCode.PROTOCOL;
    member.ip = element.ip;
    return putMac(element.ether, member) ? SetCode.OK : SetCode.HASH_ELEM;
  },
};

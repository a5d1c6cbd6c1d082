import type { HashType } from './hash-type.ts';
import { putMac, takeMac } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatEther } from './text.ts';

/**
 * `hash:mac`: MAC addresses, of packets that came in a frame.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_mac.c`.
 */
export const hashMac: HashType = {
  name: 'hash:mac',
  revision: 1,
  dimension: 1,
  features: ['mac'],
  inet: { head: 152, member: 8, align: 4, words: 2 },
  nets: [],

  encode(member, key) {
    key[0] = member.macLow;
    key[1] = member.macHigh;
  },
  decode(word, _address, member) {
    member.macLow = word(0);
    member.macHigh = word(1);
  },
  format: formatEther,

  fromPacket: (packet, _context, query, _settings, member) => takeMac(packet, query, 1, member),
  fromCommand(element, _settings, member) {
    if (element.ether === undefined) return SetCode.PROTOCOL;
    return putMac(element.ether, member) ? SetCode.OK : SetCode.HASH_ELEM;
  },
};

import { expand } from './element-ranges.ts';
import { isZero, putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { hex8 } from './hex.ts';
import { packetAddress } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatIp } from './text.ts';

/**
 * `hash:ip,mark`: an address together with the packet's mark, of which `markmask` says what counts.
 *
 * Kernel: `net/netfilter/ipset/ip_set_hash_ipmark.c`.
 */
export const hashIpMark: HashType = {
  name: 'hash:ip,mark',
  revision: 3,
  dimension: 2,
  features: ['ip', 'mark'],
  inet: { head: 152, member: 8, align: 4, words: 2 },
  inet6: { head: 168, member: 20, align: 4, words: 5 },
  nets: [],
  parameters: ['markmask'],

  encode(member, key) {
    key[putAddress(key, 0, member.ip)] = member.mark;
  },
  decode(word, address, member) {
    member.ip = takeAddress(word, 0, address);
    member.mark = word(address);
  },
  format: (member) => `${formatIp(member.ip)},${hex8(member.mark)}`,

  fromPacket(packet, _context, query, settings, member) {
    member.ip = packetAddress(packet, query, 1);
    member.mark = (packet.mark & settings.markmask) >>> 0;
    return true;
  },
  fromCommand(element, settings, member) {
    if (element.ip === undefined || element.mark === undefined) return SetCode.PROTOCOL;
    member.mark = (element.mark & settings.markmask) >>> 0;
    // With IPv6 nobody minds.
    return member.mark === 0 && settings.family === 'inet' && isZero(element.ip) ? SetCode.HASH_ELEM : SetCode.OK;
  },
  walk(element, _settings, member, visit) {
    if (member.mark === 0 && element.ipTo !== undefined && isZero(element.ipTo)) return SetCode.HASH_ELEM;
    return expand(element, { first: 'ip', port: false }, member, visit);
  },
};

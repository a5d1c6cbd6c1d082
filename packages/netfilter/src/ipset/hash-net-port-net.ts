import { portOf, putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { packetAddress, takePort } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatNet, formatPort, portFromCommand } from './text.ts';

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
    const swapped = ((member.port & 0xff) << 8) | (member.port >>> 8);
    key[at] = (swapped | (member.cidr << 16) | (member.cidr2 << 24)) >>> 0;
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

  fromPacket(packet, _context, query, _settings, member) {
    member.ip = packetAddress(packet, query, 1);
    member.ip2 = packetAddress(packet, query, 3);
    return takePort(packet, query, 2, member);
  },
  fromCommand(element, _settings, member) {
    if (element.ip2 === undefined) return SetCode.PROTOCOL;
    return portFromCommand(element, member);
  },
  ranges: { first: 'net', port: true, second: 'net', zeroLength: true },
};

import { portOf, putAddress, takeAddress } from './hash-member.ts';
import type { HashType } from './hash-type.ts';
import { packetAddress, takePort } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { formatIp, formatNet, formatPort, portFromCommand } from './text.ts';

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
    const swapped = ((member.port & 0xff) << 8) | (member.port >>> 8);
    key[at] = (swapped | ((member.cidr2 - 1) << 16) | (member.proto << 24)) >>> 0;
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

  fromPacket(packet, _context, query, _settings, member) {
    member.ip = packetAddress(packet, query, 1);
    member.ip2 = packetAddress(packet, query, 3);
    return takePort(packet, query, 2, member);
  },
  fromCommand(element, _settings, member) {
    if (element.ip2 === undefined) return SetCode.PROTOCOL;
    return portFromCommand(element, member);
  },
  ranges: { first: 'ip', port: true, second: 'net' },
};

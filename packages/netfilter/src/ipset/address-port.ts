import type { HashType } from './hash-type.ts';
import { packetAddress, takePort } from './packet-fields.ts';
import { SetCode } from './set-error.ts';
import { portFromCommand } from './text.ts';

/** How a type fills a member. */
type Filling = Pick<HashType, 'fromPacket' | 'fromCommand'>;

/** Types of an address or network with protocol and port. */
export const addressPort: Filling = {
  fromPacket(packet, _context, query, _settings, member) {
    member.ip = packetAddress(packet, query, 1);
    return takePort(packet, query, 2, member);
  },
  fromCommand: (element, _settings, member) => portFromCommand(element, member),
};

/** Types that have a second address or network after them. */
export const addressPortAddress: Filling = {
  fromPacket(packet, _context, query, _settings, member) {
    member.ip = packetAddress(packet, query, 1);
    member.ip2 = packetAddress(packet, query, 3);
    return takePort(packet, query, 2, member);
  },
  fromCommand(element, _settings, member) {
    if (element.ip2 === undefined) return SetCode.PROTOCOL;
    return portFromCommand(element, member);
  },
};

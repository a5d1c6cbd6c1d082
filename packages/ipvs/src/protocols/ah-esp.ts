import { PROTOCOL } from '@chainwalk/core';
import type { IpvsProtocol } from './protocol.ts';

/** Port of the key exchange whose connection IPsec packets follow (ISAKMP). */
const ISAKMP = 500;

/**
 * AH and ESP: never scheduled themselves, they follow the UDP connection of the key exchange between the same addresses.
 * Kernel: `net/netfilter/ipvs/ip_vs_proto_ah_esp.c`.
 */
function ipsec(number: number, name: string): IpvsProtocol {
  return {
    number,
    name,
    states: ['NONE'],
    timeouts: [],
    admits: () => 'pass',
    isNew: () => false,
    givesWay: () => false,
    fixedPort: ISAKMP,
    keptAs: PROTOCOL.udp,
    dropEntry: () => 'rate',
  };
}

export const ah: IpvsProtocol = ipsec(PROTOCOL.ah, 'AH');
export const esp: IpvsProtocol = ipsec(PROTOCOL.esp, 'ESP');

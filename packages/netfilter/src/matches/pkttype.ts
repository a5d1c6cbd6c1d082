import { type Ipv4Address, isMulticast, type Packet, type PacketType } from '@chainwalk/core';
import { badOption, type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';

interface PkttypeInfo {
  readonly type: 'unicast' | 'broadcast' | 'multicast' | 'otherhost';
  readonly inverted: boolean;
}

const NAMES: Readonly<Record<string, PkttypeInfo['type']>> = {
  unicast: 'unicast',
  broadcast: 'broadcast',
  multicast: 'multicast',
  otherhost: 'otherhost',
  bcast: 'broadcast',
  mcast: 'multicast',
  host: 'unicast',
};

/**
 * `-m pkttype`: how the link layer addressed the packet.
 *
 * Kernel: `net/netfilter/xt_pkttype.c`, `pkttype_mt`. Linux leaves `pkt_type` 0, which is "to us", in a packet that the
 * host itself makes, so that one is `unicast` too; the copy that a multicast or broadcast sends back to its own host is
 * judged by its destination.
 */
export const pkttype: MatchExtension<PkttypeInfo, undefined> = {
  name: 'pkttype',
  options: [{ name: 'pkt-type', args: 1, invertible: true, mandatory: true }],
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const use = options[0]!;
    const text = use.values[0]!.toLowerCase();
    const type = Object.hasOwn(NAMES, text) ? NAMES[text] : undefined;
    if (type === undefined)
      badOption(use, `"${use.values[0]}" is no packet type`, `use ${Object.keys(NAMES).join(', ')}`);
    return { type, inverted: use.inverted };
  },

  save({ type, inverted }) {
    return `${inverted ? ' !' : ''} --pkt-type ${type}`;
  },

  list({ type, inverted }) {
    return ` PKTTYPE ${inverted ? '!' : ''}= ${type}`;
  },

  compile({ type, inverted }) {
    return { test: (packet) => (typeOf(packet) === type) !== inverted };
  },
};

const TYPES: Readonly<Record<Exclude<PacketType, 'loopback'>, PkttypeInfo['type']>> = {
  host: 'unicast',
  outgoing: 'unicast',
  broadcast: 'broadcast',
  multicast: 'multicast',
  otherhost: 'otherhost',
};

function typeOf(packet: Packet): PkttypeInfo['type'] {
  if (packet.packetType !== 'loopback') return TYPES[packet.packetType];
  return isMulticast(packet.dst as Ipv4Address) ? 'multicast' : 'broadcast';
}

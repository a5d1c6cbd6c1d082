import { ctOf, DEFAULT_ZONE, tupleOf } from '@chainwalk/conntrack';
import { ipv4MaskLength } from '@chainwalk/core';
import { badOption, type MatchExtension } from '../x_tables/extension.ts';
import { parsePrefixMask, parseUnsigned } from '../x_tables/values.ts';
import { ConnectionCount } from './connection-count.ts';

interface ConnlimitInfo {
  readonly limit: number;
  /** Whether it matches up to the limit, instead of above it. */
  readonly upto: boolean;
  readonly mask: number;
  readonly side: 'saddr' | 'daddr';
}

/**
 * `-m connlimit`: how many connections there are with the packet's source (or destination) network.
 *
 * Kernel: `net/netfilter/xt_connlimit.c`, `connlimit_mt`. Each rule counts for itself, what it has seen since the table
 * was last replaced. A packet whose headers make no tuple is dropped at once.
 */
export const connlimit: MatchExtension<ConnlimitInfo, ConnectionCount> = {
  name: 'connlimit',
  options: [
    { name: 'connlimit-upto', args: 1, invertible: true, excludes: ['connlimit-above'] },
    { name: 'connlimit-above', args: 1, invertible: true, excludes: ['connlimit-upto'] },
    { name: 'connlimit-mask', args: 1 },
    { name: 'connlimit-saddr', args: 0, excludes: ['connlimit-daddr'] },
    { name: 'connlimit-daddr', args: 0, excludes: ['connlimit-saddr'] },
  ],
  size: 64,

  parse(options) {
    let limit: number | undefined;
    let upto = false;
    let mask = 0xffffffff;
    let side: ConnlimitInfo['side'] = 'saddr';
    for (const use of options) {
      const text = use.values[0];
      if (use.name === 'connlimit-saddr') side = 'saddr';
      else if (use.name === 'connlimit-daddr') side = 'daddr';
      else if (use.name === 'connlimit-mask') {
        const parsed = parsePrefixMask(text!);
        if (parsed === undefined) badOption(use, `"${text}" is no prefix length`, 'use 0 to 32');
        mask = parsed;
      } else {
        limit = parseUnsigned(text!);
        if (limit === undefined) badOption(use, `"${text}" is no number of connections`);
        upto = (use.name === 'connlimit-upto') !== use.inverted;
      }
    }
    if (limit === undefined) badOption(undefined, 'connlimit needs --connlimit-above or --connlimit-upto');
    return { limit, upto, mask, side };
  },

  save({ limit, upto, mask, side }) {
    return ` --connlimit-${upto ? 'upto' : 'above'} ${limit} --connlimit-mask ${ipv4MaskLength(mask)} --connlimit-${side}`;
  },

  list({ limit, upto, mask, side }) {
    return ` #conn ${side === 'daddr' ? 'dst' : 'src'}/${ipv4MaskLength(mask)} ${upto ? '<=' : '>'} ${limit}`;
  },

  compile({ limit, upto, mask, side }) {
    return {
      needs: ['conntrack'],
      createState: ({ conntrack }) => new ConnectionCount(conntrack),
      test: (packet, par, counts) => {
        const ct = ctOf(packet);
        const tuple = ct?.original ?? tupleOf(packet);
        const zone = ct?.zone ?? DEFAULT_ZONE;
        const address = (Number(side === 'daddr' ? packet.dst : packet.src) & mask) >>> 0;
        const count =
          tuple === undefined
            ? 0
            : counts.add(`${address}/${zone.id}`, tuple, zone, ct, packet.inDevice?.kind === 'loopback');
        if (count === 0) {
          par.hotdrop = true;
          return false;
        }
        return count > limit !== upto;
      },
    };
  },
};

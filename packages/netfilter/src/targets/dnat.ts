import { badOption, NEEDS_CONNTRACK, type TargetExtension } from '../x_tables/extension.ts';
import {
  compileBinding,
  formatAddressRange,
  formatFlags,
  type NatInfo,
  parseAddressRange,
  readFlags,
} from './nat-range.ts';

/**
 * `-j DNAT`: the connection's destination becomes another address, another port, or both. Of several addresses one is
 * chosen by a hash of the connection's ends; of several ports one at random, or the one as far from the first as the old
 * port is from the base (`:80-90/8080`).
 *
 * Kernel: `net/netfilter/xt_nat.c`, `xt_dnat_target_v2`.
 */
export const dnatTarget: TargetExtension<NatInfo, undefined> = {
  name: 'DNAT',
  options: [
    { name: 'to-destination', args: 1, mandatory: true },
    { name: 'random', args: 0 },
    { name: 'persistent', args: 0 },
  ],
  size: 80,
  sharesInfo: true,
  demands: NEEDS_CONNTRACK,
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],

  parse(options, rule) {
    const option =
      options.find(({ name }) => name === 'to-destination') ?? badOption(undefined, 'DNAT needs --to-destination');
    const range = parseAddressRange(option, rule);
    const flags = readFlags(options);
    const { addresses, ports } = range;
    if (addresses === undefined || ports === undefined) return { ...range, ...flags };
    // What every endpoint of a cluster has: spelled out, since there are tens of thousands of them.
    const { random, randomFully, persistent } = flags;
    return { ports, addresses, random, randomFully, persistent };
  },

  save: (info) => ` --to-destination ${formatAddressRange(info)}${formatFlags(info, ' --')}`,
  list: (info) => ` to:${formatAddressRange(info)}${formatFlags(info, ' ')}`,

  compile(info) {
    return compileBinding(info, 'dst', 'DNAT');
  },
};

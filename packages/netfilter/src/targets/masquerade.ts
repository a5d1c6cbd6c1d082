import { ctOf, RangeToAddress } from '@chainwalk/conntrack';
import { ACCEPT } from '@chainwalk/core';
import { NEEDS_CONNTRACK, type TargetExtension } from '../x_tables/extension.ts';
import { formatFlags, formatPorts, type NatInfo, natRange, parsePortRange, readFlags, traced } from './nat-range.ts';

/**
 * `-j MASQUERADE`: SNAT to the address of the device that the packet leaves by. The connection dies with the device or
 * the address.
 *
 * Kernel: `net/netfilter/xt_MASQUERADE.c`, `nf_nat_masquerade_ipv4`.
 */
export const masqueradeTarget: TargetExtension<NatInfo, undefined> = {
  name: 'MASQUERADE',
  options: [
    { name: 'to-ports', args: 1 },
    { name: 'random', args: 0 },
    { name: 'random-fully', args: 0 },
  ],
  size: 56,
  sharesInfo: true,
  demands: NEEDS_CONNTRACK,
  tables: ['nat'],
  hooks: ['POSTROUTING'],

  parse(options, rule) {
    const option = options.find(({ name }) => name === 'to-ports');
    if (option === undefined) return readFlags(options);
    const { min, max, base } = parsePortRange(option, option.values[0]!, rule);
    // As with SNAT, a base port is read and then forgotten.
    return { ports: base === undefined ? { min, max } : { min, max, base: 0 }, ...readFlags(options) };
  },

  save: (info) => (info.ports === undefined ? '' : ` --to-ports ${formatPorts(info.ports)}`) + formatFlags(info, ' --'),
  list: (info) => (info.ports === undefined ? '' : ` masq ports: ${formatPorts(info.ports)}`) + formatFlags(info, ' '),

  compile(info) {
    const ranges = new RangeToAddress(natRange(info));
    return {
      needs: ['conntrack'],
      apply: (packet, par) => {
        if (ctOf(packet) === undefined) return ACCEPT;
        return traced(
          packet,
          () => `MASQUERADE as ${par.outDevice?.name ?? ''}`,
          par.net.conntrack.nat.masquerade(packet, par, ranges),
        );
      },
    };
  },
};

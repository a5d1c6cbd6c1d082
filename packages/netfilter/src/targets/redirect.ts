import { ctOf, RangeToAddress } from '@chainwalk/conntrack';
import { ACCEPT } from '@chainwalk/core';
import { badOption, NEEDS_CONNTRACK, type TargetExtension } from '../x_tables/extension.ts';
import { formatFlags, formatPorts, type NatInfo, natRange, parsePortRange, readFlags, traced } from './nat-range.ts';

/**
 * `-j REDIRECT`: DNAT to this host itself: to the first address of the device that the packet came in on, or to
 * 127.0.0.1 for local senders.
 *
 * Kernel: `net/netfilter/xt_REDIRECT.c`, `nf_nat_redirect_ipv4`.
 */
export const redirectTarget: TargetExtension<NatInfo, undefined> = {
  name: 'REDIRECT',
  options: [
    { name: 'to-ports', args: 1 },
    { name: 'random', args: 0 },
  ],
  size: 56,
  sharesInfo: true,
  demands: NEEDS_CONNTRACK,
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],

  parse(options, rule) {
    const option = options.find(({ name }) => name === 'to-ports');
    if (option === undefined) return readFlags(options);
    const { min, max, base } = parsePortRange(option, option.values[0]!, rule);
    if (base !== undefined) badOption(option, 'REDIRECT cannot shift ports', 'use DNAT with /BASE');
    return { ports: { min, max }, ...readFlags(options) };
  },

  save: (info) => (info.ports === undefined ? '' : ` --to-ports ${formatPorts(info.ports)}`) + formatFlags(info, ' --'),
  list: (info) => (info.ports === undefined ? '' : ` redir ports ${formatPorts(info.ports)}`) + formatFlags(info, ' '),

  compile(info) {
    const ranges = new RangeToAddress(natRange(info));
    return {
      needs: ['conntrack'],
      apply: (packet, par) => {
        if (ctOf(packet) === undefined) return ACCEPT;
        return traced(packet, () => 'REDIRECT to this host', par.net.conntrack.nat.redirect(packet, par, ranges));
      },
    };
  },
};

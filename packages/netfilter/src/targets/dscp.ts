import { parseDscpClass } from '../x_tables/dscp-class.ts';
import { badOption, CONTINUE, type TargetExtension } from '../x_tables/extension.ts';
import { formatByte, parseUnsigned } from '../x_tables/values.ts';

/**
 * `-j DSCP`: sets the upper six bits of the TOS byte; the two ECN bits stay.
 *
 * Kernel: `net/netfilter/xt_DSCP.c`, `dscp_tg`.
 */
export const dscpTarget: TargetExtension<number, undefined> = {
  name: 'DSCP',
  options: [
    { name: 'set-dscp', args: 1, excludes: ['set-dscp-class'] },
    { name: 'set-dscp-class', args: 1, excludes: ['set-dscp'] },
  ],
  size: 40,
  tables: ['mangle'],

  parse([option]) {
    if (option === undefined) badOption(undefined, 'DSCP needs --set-dscp or --set-dscp-class');
    const text = option.values[0]!;
    if (option.name === 'set-dscp')
      return parseUnsigned(text, 63) ?? badOption(option, `"${text}" is no number from 0 to 63`);
    return (
      parseDscpClass(text) ?? badOption(option, `"${text}" is no DSCP class`, 'use CS0 to CS7, BE, AF11 to AF43 or EF')
    );
  },

  save: (dscp) => ` --set-dscp ${formatByte(dscp)}`,
  list: (dscp) => ` DSCP set ${formatByte(dscp)}`,

  compile(dscp) {
    return {
      apply: (packet) => {
        const before = packet.tos;
        packet.tos = (before & 3) | (dscp << 2);
        packet.trace?.add({
          kind: 'change',
          field: 'tos',
          from: formatByte(before),
          to: formatByte(packet.tos),
          by: 'DSCP',
        });
        return CONTINUE;
      },
    };
  },
};

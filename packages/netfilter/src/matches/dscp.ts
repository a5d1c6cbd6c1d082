import { parseDscpClass } from '../x_tables/dscp-class.ts';
import { badOption, type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';
import { formatByte, parseUnsigned } from '../x_tables/values.ts';

interface DscpInfo {
  readonly dscp: number;
  readonly inverted: boolean;
}

/**
 * `-m dscp`: the upper six bits of the TOS byte.
 *
 * Kernel: `net/netfilter/xt_dscp.c`, `dscp_mt`.
 */
export const dscp: MatchExtension<DscpInfo, undefined> = {
  name: 'dscp',
  options: [
    { name: 'dscp', args: 1, invertible: true, excludes: ['dscp-class'] },
    { name: 'dscp-class', args: 1, invertible: true, excludes: ['dscp'] },
  ],
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const use = options[0];
    if (use === undefined) badOption(undefined, 'dscp needs --dscp or --dscp-class');
    const text = use.values[0]!;
    const value = use.name === 'dscp' ? parseUnsigned(text, 63) : parseDscpClass(text);
    if (value === undefined)
      badOption(use, `"${text}" is no DSCP`, 'use 0 to 63, or with --dscp-class BE, EF, CSn or AFnn');
    return { dscp: value, inverted: use.inverted };
  },

  save(info) {
    return `${info.inverted ? ' !' : ''} --dscp ${formatByte(info.dscp)}`;
  },

  list(info) {
    return ` DSCP match ${info.inverted ? '!' : ''}${formatByte(info.dscp)}`;
  },

  compile({ dscp: value, inverted }) {
    return { test: (packet) => (packet.tos >> 2 === value) !== inverted };
  },
};

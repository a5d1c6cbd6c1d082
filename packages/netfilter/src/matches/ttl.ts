import { badOption, type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';
import { parseUnsigned } from '../x_tables/values.ts';

interface TtlInfo {
  readonly mode: 'eq' | 'ne' | 'lt' | 'gt';
  readonly ttl: number;
}

const SIGNS = { eq: '==', ne: '!=', lt: '<', gt: '>' } as const;

/**
 * `-m ttl`: the time to live is equal, unequal, less or greater.
 *
 * Kernel: `net/netfilter/xt_hl.c`, `ttl_mt`.
 */
export const ttl: MatchExtension<TtlInfo, undefined> = {
  name: 'ttl',
  options: [
    { name: 'ttl-lt', args: 1, excludes: ['ttl-gt', 'ttl-eq'] },
    { name: 'ttl-gt', args: 1, excludes: ['ttl-lt', 'ttl-eq'] },
    { name: 'ttl-eq', aliases: ['ttl'], args: 1, invertible: true, excludes: ['ttl-lt', 'ttl-gt'] },
  ],
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const use = options[0];
    if (use === undefined) badOption(undefined, 'ttl needs one of --ttl-eq, --ttl-lt, --ttl-gt');
    const value = parseUnsigned(use.values[0]!, 255);
    if (value === undefined) badOption(use, `"${use.values[0]}" is no time to live`, 'use 0 to 255');
    const mode = use.name === 'ttl-lt' ? 'lt' : use.name === 'ttl-gt' ? 'gt' : use.inverted ? 'ne' : 'eq';
    return { mode, ttl: value };
  },

  save({ mode, ttl: value }) {
    return mode === 'ne' ? ` ! --ttl-eq ${value}` : ` --ttl-${mode} ${value}`;
  },

  list({ mode, ttl: value }) {
    return ` TTL match TTL ${SIGNS[mode]} ${value}`;
  },

  compile({ mode, ttl: value }) {
    switch (mode) {
      case 'eq':
        return { test: (packet) => packet.ttl === value };
      case 'ne':
        return { test: (packet) => packet.ttl !== value };
      case 'lt':
        return { test: (packet) => packet.ttl < value };
      case 'gt':
        return { test: (packet) => packet.ttl > value };
    }
  },
};

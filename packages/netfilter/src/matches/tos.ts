import { badOption, type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';
import { formatByte, parseTosMask, tosName } from '../x_tables/values.ts';

interface TosInfo {
  readonly value: number;
  readonly mask: number;
  readonly inverted: boolean;
}

/** The bits that a name such as `Minimize-Delay` compares. */
const NAME_MASK = 0x3f;

/**
 * `-m tos --tos VALUE[/MASK]`: the TOS byte under a mask is a value.
 *
 * Kernel: `net/netfilter/xt_dscp.c`, `tos_mt`.
 */
export const tos: MatchExtension<TosInfo, undefined> = {
  name: 'tos',
  options: [{ name: 'tos', args: 1, invertible: true, mandatory: true }],
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const use = options[0]!;
    const parsed = parseTosMask(use.values[0]!, NAME_MASK);
    if (parsed === undefined)
      badOption(use, `"${use.values[0]}" is no TOS value`, 'write VALUE[/MASK] or a name such as Minimize-Delay');
    return { ...parsed, inverted: use.inverted };
  },

  save({ value, mask, inverted }) {
    return `${inverted ? ' !' : ''} --tos ${formatByte(value)}/${formatByte(mask)}`;
  },

  list({ value, mask, inverted }, numeric) {
    const name = numeric ? undefined : tosName(value, mask);
    return ` tos match${inverted ? '!' : ''}${name === undefined ? `${formatByte(value)}/${formatByte(mask)}` : ` ${name}`}`;
  },

  compile({ value, mask, inverted }) {
    return { test: (packet) => ((packet.tos & mask) === value) !== inverted };
  },
};

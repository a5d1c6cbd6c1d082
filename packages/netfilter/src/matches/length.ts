import { badOption, type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';
import { parseUnsignedList } from '../x_tables/values.ts';

interface LengthInfo {
  readonly min: number;
  readonly max: number;
  readonly inverted: boolean;
}

/**
 * `-m length --length A[:B]`: the IP total length, header included, lies in a range.
 *
 * Kernel: `net/netfilter/xt_length.c`, `length_mt`.
 */
export const length: MatchExtension<LengthInfo, undefined> = {
  name: 'length',
  options: [{ name: 'length', args: 1, invertible: true, mandatory: true }],
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const use = options[0]!;
    const [min, max = min] = parseUnsignedList(use.values[0]!, 0xffff) ?? [];
    if (min === undefined || max === undefined)
      badOption(use, `"${use.values[0]}" is no length or range`, 'write A or A:B, up to 65535');
    return { min, max, inverted: use.inverted };
  },

  save(info) {
    return `${info.inverted ? ' !' : ''} --length ${range(info)}`;
  },

  list(info) {
    return ` length ${info.inverted ? '!' : ''}${range(info)}`;
  },

  compile({ min, max, inverted }) {
    return {
      test: (packet) => {
        const bytes = packet.length;
        return (bytes >= min && bytes <= max) !== inverted;
      },
    };
  },
};

function range({ min, max }: LengthInfo): string {
  return min === max ? `${min}` : `${min}:${max}`;
}

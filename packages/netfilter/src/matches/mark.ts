import { badOption, type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';
import { formatMarkMask, parseMarkMask } from '../x_tables/values.ts';

interface MarkInfo {
  readonly value: number;
  readonly mask: number;
  readonly inverted: boolean;
}

/**
 * `-m mark [!] --mark VALUE[/MASK]`: the packet's mark under the mask is the value.
 *
 * Kernel: `net/netfilter/xt_mark.c`, `mark_mt`.
 */
export const mark: MatchExtension<MarkInfo, undefined> = {
  name: 'mark',
  options: [{ name: 'mark', args: 1, invertible: true, mandatory: true }],
  size: 48,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const option = options[0]!;
    const parsed = parseMarkMask(option.values[0]!);
    if (parsed === undefined)
      badOption(option, `"${option.values[0]}" is no mark`, 'write VALUE or VALUE/MASK, 32 bits each');
    return { ...parsed, inverted: option.inverted };
  },

  save(info) {
    return `${info.inverted ? ' !' : ''} --mark ${formatMarkMask(info)}`;
  },

  list(info) {
    return ` mark match${info.inverted ? ' !' : ''} ${formatMarkMask(info)}`;
  },

  compile({ value, mask, inverted }) {
    return { test: (packet) => ((packet.mark & mask) >>> 0 === value) !== inverted, byState: true };
  },
};

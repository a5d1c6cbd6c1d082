import { ctOf, templateOf } from '@chainwalk/conntrack';
import { badOption, type MatchExtension, NEEDS_CONNTRACK } from '../x_tables/extension.ts';
import { formatMarkMask, parseMarkMask } from '../x_tables/values.ts';

interface ConnmarkInfo {
  readonly value: number;
  readonly mask: number;
  readonly inverted: boolean;
}

/**
 * `-m connmark [!] --mark VALUE[/MASK]`: the connection's mark under the mask is the value. A packet without a
 * connection never matches, inverted or not.
 *
 * Kernel: `net/netfilter/xt_connmark.c`, `connmark_mt`.
 */
export const connmark: MatchExtension<ConnmarkInfo, undefined> = {
  name: 'connmark',
  options: [{ name: 'mark', args: 1, invertible: true, mandatory: true }],
  size: 48,
  sharesInfo: true,
  demands: NEEDS_CONNTRACK,

  parse(options) {
    const use = options[0]!;
    const parsed = parseMarkMask(use.values[0]!);
    if (parsed === undefined)
      badOption(use, `"${use.values[0]}" is no mark`, 'write VALUE or VALUE/MASK, 32 bits each');
    return { ...parsed, inverted: use.inverted };
  },

  save(info) {
    return `${info.inverted ? ' !' : ''} --mark ${formatMarkMask(info)}`;
  },

  list(info) {
    return ` connmark match ${info.inverted ? '!' : ''} ${formatMarkMask(info)}`;
  },

  compile({ value, mask, inverted }) {
    return {
      needs: ['conntrack'],
      test: (packet) => {
        const ct = ctOf(packet) ?? templateOf(packet);
        return ct !== undefined && ((ct.mark & mask) >>> 0 === value) !== inverted;
      },
    };
  },
};

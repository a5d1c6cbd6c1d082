import { badOption, CONTINUE, NO_DEMANDS, type TargetExtension } from '../x_tables/extension.ts';
import { formatHex, parseMarkMask } from '../x_tables/values.ts';

interface MarkTargetInfo {
  readonly value: number;
  readonly mask: number;
}

/**
 * `-j MARK`: `mark = (mark & ~MASK) ^ VALUE`; the other options are ways to write that.
 *
 * Kernel: `net/netfilter/xt_mark.c`, `mark_tg`.
 */
export const markTarget: TargetExtension<MarkTargetInfo, undefined> = {
  name: 'MARK',
  options: ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark'].map((name, _, all) => ({
    name,
    args: 1 as const,
    excludes: all.filter((other) => other !== name),
  })),
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const option = options[0];
    if (option === undefined)
      badOption(undefined, 'MARK needs one of --set-xmark, --set-mark, --and-mark, --or-mark, --xor-mark');
    const text = option.values[0]!;
    const parsed = parseMarkMask(text);
    const takesMask = option.name === 'set-xmark' || option.name === 'set-mark';
    if (parsed === undefined || (!takesMask && text.includes('/'))) badOption(option, `"${text}" is no mark`);
    const { value, mask } = parsed;
    switch (option.name) {
      case 'set-mark':
        return { value, mask: (value | mask) >>> 0 };
      case 'and-mark':
        return { value: 0, mask: ~value >>> 0 };
      case 'or-mark':
        return { value, mask: value };
      case 'xor-mark':
        return { value, mask: 0 };
      default:
        return { value, mask };
    }
  },

  save(info) {
    return ` --set-xmark ${formatHex(info.value)}/${formatHex(info.mask)}`;
  },

  list({ value, mask }) {
    if (value === 0) return ` MARK and ${formatHex(~mask >>> 0)}`;
    if (value === mask) return ` MARK or ${formatHex(value)}`;
    if (mask === 0) return ` MARK xor ${formatHex(value)}`;
    if (mask === 0xffffffff) return ` MARK set ${formatHex(value)}`;
    return ` MARK xset ${formatHex(value)}/${formatHex(mask)}`;
  },

  compile({ value, mask }) {
    return {
      apply: (packet) => {
        const before = packet.mark;
        packet.mark = ((before & ~mask) ^ value) >>> 0;
        packet.trace?.add({
          kind: 'change',
          field: 'mark',
          from: formatHex(before),
          to: formatHex(packet.mark),
          by: 'MARK',
        });
        return CONTINUE;
      },
    };
  },
};

import { badOption, CONTINUE, type OptionUse, type TargetExtension } from '../x_tables/extension.ts';
import { formatByte, parseTosMask, parseUnsigned, tosName } from '../x_tables/values.ts';

interface TosInfo {
  /** Eight bits each. */
  readonly value: number;
  readonly mask: number;
}

/** The mask that a name stands for: the bits of the TOS field proper and both ECN bits. */
const NAME_MASK = 0x3f;

/**
 * `-j TOS`: `tos = (tos & ~MASK) ^ VALUE`; the other options are ways to write that.
 *
 * Kernel: `net/netfilter/xt_DSCP.c`, `tos_tg`.
 */
export const tosTarget: TargetExtension<TosInfo, undefined> = {
  name: 'TOS',
  options: ['set-tos', 'and-tos', 'or-tos', 'xor-tos'].map((name, _, all) => ({
    name,
    args: 1 as const,
    excludes: all.filter((other) => other !== name),
  })),
  size: 40,
  tables: ['mangle'],

  parse([option]) {
    if (option === undefined) badOption(undefined, 'TOS needs one of --set-tos, --and-tos, --or-tos, --xor-tos');
    if (option.name === 'set-tos') {
      return parseTosMask(option.values[0]!, NAME_MASK) ?? badOption(option, `"${option.values[0]!}" is no TOS value`);
    }
    const bits = byteOf(option);
    if (option.name === 'and-tos') return { value: 0, mask: ~bits & 255 };
    return { value: bits, mask: option.name === 'or-tos' ? bits : 0 };
  },

  save: ({ value, mask }) => ` --set-tos ${formatByte(value)}/${formatByte(mask)}`,

  list({ value, mask }, numeric) {
    if (numeric) return ` TOS set ${formatByte(value)}/${formatByte(mask)}`;
    // Where the blanks stand is iptables' own choice.
    const name = tosName(value, mask);
    if (name !== undefined) return `  TOS set${name}`;
    if (value === 0) return ` TOS and ${formatByte(~mask & 255)}`;
    if (value === mask) return ` TOS or ${formatByte(value)}`;
    if (mask === 0) return ` TOS xor ${formatByte(value)}`;
    return ` TOS set ${formatByte(value)}/${formatByte(mask)}`;
  },

  compile({ value, mask }) {
    return {
      apply: (packet) => {
        const before = packet.tos;
        packet.tos = (before & ~mask) ^ value;
        packet.trace?.add({
          kind: 'change',
          field: 'tos',
          from: formatByte(before),
          to: formatByte(packet.tos),
          by: 'TOS',
        });
        return CONTINUE;
      },
    };
  },
};

function byteOf(option: OptionUse): number {
  return (
    parseUnsigned(option.values[0]!, 255) ?? badOption(option, `"${option.values[0]!}" is no number from 0 to 255`)
  );
}

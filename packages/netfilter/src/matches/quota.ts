import { badOption, type MatchExtension } from '../x_tables/extension.ts';
import { parseUnsigned64 } from '../x_tables/values.ts';

interface QuotaInfo {
  /** Bytes, 64 bits. */
  readonly quota: bigint;
  readonly inverted: boolean;
}

/** What is left. */
interface QuotaState {
  bytes: bigint;
}

/**
 * `-m quota`: true until so many bytes have passed. A packet that does not fit takes away what is left, so that no
 * smaller one passes after it.
 *
 * Kernel: `net/netfilter/xt_quota.c`, `quota_mt`. The quota is whole again each time the table is replaced.
 */
export const quota: MatchExtension<QuotaInfo, QuotaState> = {
  name: 'quota',
  options: [{ name: 'quota', args: 1, invertible: true, mandatory: true }],
  size: 56,

  parse(options) {
    const use = options[0]!;
    const bytes = parseUnsigned64(use.values[0]!);
    if (bytes === undefined) badOption(use, `"${use.values[0]}" is no number of bytes`);
    return { quota: bytes, inverted: use.inverted };
  },

  save(info) {
    return `${info.inverted ? ' !' : ''} --quota ${info.quota}`;
  },

  list(info) {
    return ` quota: ${info.quota} bytes`;
  },

  compile({ quota: all, inverted }) {
    return {
      createState: () => ({ bytes: all }),
      test: (packet, _, state) => {
        const length = BigInt(packet.length);
        const fits = state.bytes >= length;
        state.bytes = fits ? state.bytes - length : 0n;
        return fits !== inverted;
      },
    };
  },
};

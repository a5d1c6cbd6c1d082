import { ctOf } from '@chainwalk/conntrack';
import { badOption, KernelRefusal, type MatchExtension } from '../x_tables/extension.ts';

interface ConnlabelInfo {
  /** 16 bits; the kernel takes 0 to 127. */
  readonly bit: number;
  readonly set: boolean;
  readonly inverted: boolean;
}

const MOST_BITS = 128;

/**
 * `-m connlabel --label BIT [--set]`: a label bit of the connection; `--set` sets it where it is not set yet, which
 * counts as a match. Connections that were made while no rule had this match cannot hold labels, and never match. Names of labels need a file that chainwalk does not read: write numbers.
 *
 * Kernel: `net/netfilter/xt_connlabel.c`, `connlabel_mt`.
 */
export const connlabel: MatchExtension<ConnlabelInfo, () => void> = {
  name: 'connlabel',
  options: [
    { name: 'label', args: 1, invertible: true, mandatory: true },
    { name: 'set', args: 0 },
  ],
  size: 40,

  parse(options) {
    const use = options.find((option) => option.name === 'label')!;
    const text = use.values[0]!;
    const bit = parseBit(text);
    if (bit === undefined) badOption(use, `"${text}" is no label`, 'use a number, 0 to 127');
    return { bit, set: options.some((option) => option.name === 'set'), inverted: use.inverted };
  },

  save({ bit, set, inverted }) {
    return `${inverted ? ' !' : ''} --label "${bit}"${set ? ' --set' : ''}`;
  },

  list({ bit, set, inverted }) {
    return ` connlabel${inverted ? ' !' : ''} ${bit}${set ? ' set' : ''}`;
  },

  check({ bit }) {
    if (bit >= MOST_BITS) throw new KernelRefusal('ERANGE', `connlabel: there are ${MOST_BITS} labels, no ${bit}`);
  },

  compile({ bit, set, inverted }) {
    const mask = 1n << BigInt(bit);
    return {
      needs: ['conntrack'],
      createState: (net) => net.conntrack.useLabels(),
      destroyState: (release) => release(),
      test: (packet, { net }) => {
        const ct = ctOf(packet);
        if (ct === undefined) return inverted;
        if ((ct.labels & mask) !== 0n) return !inverted;
        if (!set) return inverted;
        return net.conntrack.setLabels(ct, ct.labels | mask) !== inverted;
      },
    };
  },
};

/** A number in any base as a C `int`, of which 16 bits are kept; not negative. */
function parseBit(text: string): number | undefined {
  const digits = /^[ \t-\r]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const int = value > 0xffff_ffff_ffff_ffffn ? -1n : BigInt.asIntN(32, value);
  return int < 0n ? undefined : Number(int & 0xffffn);
}

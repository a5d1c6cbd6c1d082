import { ctOf } from '@chainwalk/conntrack';
import type { MatchExtension } from '../x_tables/extension.ts';
import { cutUtf8 } from '../x_tables/utf8.ts';
import { formatWord } from '../x_tables/values.ts';

interface HelperInfo {
  readonly name: string;
  readonly inverted: boolean;
}

const MOST_BYTES = 29;

/**
 * `-m helper --helper NAME`: the connection was announced by this helper. That is true of a data connection whose master
 * has the helper, never of the packets of the master itself. An empty name is any helper.
 *
 * Kernel: `net/netfilter/xt_helper.c`, `helper_mt`.
 */
export const helper: MatchExtension<HelperInfo, undefined> = {
  name: 'helper',
  options: [{ name: 'helper', args: 1, invertible: true, mandatory: true }],
  size: 72,

  parse(options) {
    const use = options[0]!;
    return { name: cutUtf8(use.values[0]!, MOST_BYTES), inverted: use.inverted };
  },

  save({ name, inverted }) {
    return `${inverted ? ' !' : ''} --helper ${formatWord(name)}`;
  },

  list({ name, inverted }) {
    return ` helper match ${inverted ? '! ' : ''}"${name}"`;
  },

  compile({ name, inverted }) {
    return {
      needs: ['conntrack'],
      test: (packet) => {
        const announced = ctOf(packet)?.master?.helper?.name;
        return (announced !== undefined && (name === '' || name.startsWith(announced))) !== inverted;
      },
    };
  },
};

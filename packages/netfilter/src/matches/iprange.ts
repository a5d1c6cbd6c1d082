import { formatIpv4, type Ipv4Address } from '@chainwalk/core';
import { badOption, type MatchExtension, NO_DEMANDS, type OptionUse } from '../x_tables/extension.ts';
import { parseNumericIpv4 } from '../x_tables/values.ts';

interface RangeTest {
  readonly min: Ipv4Address;
  readonly max: Ipv4Address;
  readonly inverted: boolean;
}

interface IprangeInfo {
  readonly src: RangeTest | undefined;
  readonly dst: RangeTest | undefined;
}

/**
 * `-m iprange`: the address lies between two others, both included. A range that is the wrong way round holds nothing.
 *
 * Kernel: `net/netfilter/xt_iprange.c`, `iprange_mt4`.
 */
export const iprange: MatchExtension<IprangeInfo, undefined> = {
  name: 'iprange',
  options: [
    { name: 'src-range', args: 1, invertible: true },
    { name: 'dst-range', args: 1, invertible: true },
  ],
  size: 104,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    if (options.length === 0) badOption(undefined, 'iprange needs --src-range or --dst-range');
    return {
      src: parseRange(options.find((use) => use.name === 'src-range')),
      dst: parseRange(options.find((use) => use.name === 'dst-range')),
    };
  },

  save({ src, dst }) {
    const one = (name: string, range: RangeTest | undefined): string =>
      range === undefined
        ? ''
        : `${range.inverted ? ' !' : ''} --${name} ${formatIpv4(range.min)}-${formatIpv4(range.max)}`;
    return one('src-range', src) + one('dst-range', dst);
  },

  list({ src, dst }) {
    const one = (name: string, range: RangeTest | undefined): string =>
      range === undefined
        ? ''
        : ` ${name} IP range${range.inverted ? ' !' : ''} ${formatIpv4(range.min)}-${formatIpv4(range.max)}`;
    return one('source', src) + one('destination', dst);
  },

  compile({ src, dst }) {
    return {
      test: (packet) => {
        if (src !== undefined && (packet.src >= src.min && packet.src <= src.max) === src.inverted) return false;
        return dst === undefined || (packet.dst >= dst.min && packet.dst <= dst.max) !== dst.inverted;
      },
    };
  },
};

function parseRange(use: OptionUse | undefined): RangeTest | undefined {
  if (use === undefined) return undefined;
  const text = use.values[0]!;
  const dash = text.indexOf('-');
  const min = parseNumericIpv4(dash < 0 ? text : text.slice(0, dash));
  const max = dash < 0 ? min : parseNumericIpv4(text.slice(dash + 1));
  if (min === undefined || max === undefined) badOption(use, `"${text}" is no range of addresses`, 'write FIRST-LAST');
  return { min, max, inverted: use.inverted };
}

import type { PROTOCOL } from '@chainwalk/core';
import { badOption, type MatchExtension } from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import { bodyBytes } from '../x_tables/packet-bytes.ts';
import { parseUnsignedList } from '../x_tables/values.ts';

/** A range of indices, 32 bits, both ends included. */
export interface SpiInfo {
  readonly min: number;
  readonly max: number;
  readonly inverted: boolean;
}

/** How the two matches on a security parameter index differ. */
interface SpiKind {
  readonly name: 'esp' | 'ah';
  readonly protocol: keyof typeof PROTOCOL;
  /** Bytes of the header, and where in it the index stands. */
  readonly header: number;
  readonly at: number;
  /** What a listing begins with. */
  readonly listed: string;
}

const MOST = 0xffffffff;

/** A match on the security parameter index of IPsec packets. A later fragment never matches, a short packet is dropped. */
export function spiMatch({ name, protocol, header, at, listed }: SpiKind): MatchExtension<SpiInfo, undefined> {
  return {
    name,
    options: [{ name: `${name}spi`, args: 1, invertible: true }],
    size: 48,

    parse(options) {
      const use = options[0];
      if (use === undefined) return { min: 0, max: MOST, inverted: false };
      const [min, max = min] = parseUnsignedList(use.values[0]!, MOST) ?? [];
      if (min === undefined || max === undefined)
        badOption(use, `"${use.values[0]}" is no index`, 'write SPI or FROM:TO, 32 bits each');
      return { min, max, inverted: use.inverted };
    },

    save({ min, max, inverted }) {
      if (min === 0 && max === MOST) return '';
      return `${inverted ? ' !' : ''} --${name}spi ${min === max ? min : `${min}:${max}`}`;
    },

    list({ min, max, inverted }) {
      if (min === 0 && max === MOST && !inverted) return listed;
      const not = inverted ? '!' : '';
      const space = listed.endsWith(' ') ? '' : ' ';
      return `${listed}${space}${min === max ? `spi:${not}${min}` : `spis:${not}${min}:${max}`}`;
    },

    check(_, context) {
      needProtocol(context, name, protocol);
    },

    compile({ min, max, inverted }) {
      return {
        test: (packet, par) => {
          if (packet.fragmentOffset !== 0) return false;
          const bytes = bodyBytes(packet, header);
          if (bytes === undefined) {
            par.hotdrop = true;
            return false;
          }
          const spi = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
          return (spi >= min && spi <= max) !== inverted;
        },
      };
    },
  };
}

/**
 * `-m esp --espspi SPI[:SPI]`, with `-p esp`.
 *
 * Kernel: `net/netfilter/xt_esp.c`, `esp_mt`.
 */
export const esp: MatchExtension<SpiInfo, undefined> = spiMatch({
  name: 'esp',
  protocol: 'esp',
  header: 8,
  at: 0,
  listed: ' esp',
});

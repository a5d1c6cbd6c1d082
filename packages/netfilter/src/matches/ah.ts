import type { MatchExtension } from '../x_tables/extension.ts';
import { type SpiInfo, spiMatch } from './esp.ts';

/**
 * `-m ah --ahspi SPI[:SPI]`, with `-p ah`.
 *
 * Kernel: `net/ipv4/netfilter/ipt_ah.c`, `ah_mt`.
 */
export const ah: MatchExtension<SpiInfo, undefined> = spiMatch({
  name: 'ah',
  protocol: 'ah',
  header: 12,
  at: 4,
  listed: ' ah ',
});

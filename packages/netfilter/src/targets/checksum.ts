import { CONTINUE, type TargetExtension } from '../x_tables/extension.ts';

/**
 * `-j CHECKSUM --checksum-fill`: computes the checksum of a packet that was left to the hardware. Packets here carry
 * their checksums from the start, so there is nothing to fill in; a wrong one stays wrong, as in Linux.
 *
 * Kernel: `net/netfilter/xt_CHECKSUM.c`, `checksum_tg`.
 */
export const checksumTarget: TargetExtension<undefined, undefined> = {
  name: 'CHECKSUM',
  options: [{ name: 'checksum-fill', args: 0, mandatory: true }],
  size: 40,
  tables: ['mangle'],
  parse: () => undefined,
  save: () => ' --checksum-fill',
  list: () => ' CHECKSUM fill',
  compile: () => ({ apply: () => CONTINUE }),
};

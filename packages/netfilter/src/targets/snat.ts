import { badOption, NEEDS_CONNTRACK, type TargetExtension } from '../x_tables/extension.ts';
import {
  compileBinding,
  formatAddressRange,
  formatFlags,
  type NatInfo,
  parseAddressRange,
  readFlags,
} from './nat-range.ts';

/**
 * `-j SNAT`: the connection's source address, and where needed its port, become others. The nat table is asked about the
 * first packet only; what is decided holds for all.
 *
 * A base port (`/BASE`) is read and then forgotten: iptables saves it as `/0`, which it does not read back.
 *
 * Kernel: `net/netfilter/xt_nat.c`, `xt_snat_target_v0`.
 */
export const snatTarget: TargetExtension<NatInfo, undefined> = {
  name: 'SNAT',
  options: [
    { name: 'to-source', args: 1, mandatory: true },
    { name: 'random', args: 0 },
    { name: 'random-fully', args: 0 },
    { name: 'persistent', args: 0 },
  ],
  size: 56,
  sharesInfo: true,
  demands: NEEDS_CONNTRACK,
  tables: ['nat'],
  hooks: ['INPUT', 'POSTROUTING'],

  parse(options, rule) {
    const option = options.find(({ name }) => name === 'to-source') ?? badOption(undefined, 'SNAT needs --to-source');
    const { addresses, ports } = parseAddressRange(option, rule);
    return {
      ...(addresses === undefined ? {} : { addresses }),
      ...(ports === undefined ? {} : { ports: ports.base === undefined ? ports : { ...ports, base: 0 } }),
      ...readFlags(options),
    };
  },

  save: (info) => ` --to-source ${formatAddressRange(info)}${formatFlags(info, ' --')}`,
  list: (info) => ` to:${formatAddressRange(info)}${formatFlags(info, ' ')}`,

  compile(info) {
    return compileBinding(info, 'src', 'SNAT');
  },
};

import { ctOf } from '@chainwalk/conntrack';
import {
  ACCEPT,
  formatIpv4,
  type Ipv4Address,
  ipv4FromBits,
  ipv4Mask,
  ipv4MaskLength,
  ipv4ToBits,
} from '@chainwalk/core';
import { badOption, type OptionUse, type TargetExtension } from '../x_tables/extension.ts';
import { parseHostAddress, parseUnsigned } from '../x_tables/values.ts';
import { traced } from './nat-range.ts';

interface NetmapInfo {
  /** Without bits outside the mask. */
  readonly network: Ipv4Address;
  /** 0 to 32. */
  readonly length: number;
}

/**
 * `-j NETMAP`: maps a whole network onto another one, host by host: destinations on the way in, sources on the way out.
 *
 * Kernel: `net/netfilter/xt_NETMAP.c`, `netmap_tg4`.
 */
export const netmapTarget: TargetExtension<NetmapInfo, undefined> = {
  name: 'NETMAP',
  options: [{ name: 'to', args: 1, mandatory: true }],
  size: 56,
  tables: ['nat'],
  hooks: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],

  parse([option]) {
    if (option === undefined) badOption(undefined, 'NETMAP needs --to');
    const [host, ...mask] = option.values[0]!.split('/') as [string, ...string[]];
    const address = parseHostAddress(host) ?? badOption(option, `"${host}" is no IPv4 address`);
    const length = mask.length === 0 ? 32 : lengthOf(option, mask.join('/'));
    return { network: ipv4FromBits(ipv4ToBits(address) & ipv4Mask(length)), length };
  },

  save: (info) => ` --to ${format(info)}`,
  list: (info) => ` to:${format(info)}`,

  compile(info) {
    const mask = ipv4Mask(info.length);
    return {
      needs: ['conntrack'],
      apply: (packet, par) => {
        if (ctOf(packet) === undefined) return ACCEPT;
        return traced(
          packet,
          () => `NETMAP to ${format(info)}`,
          par.net.conntrack.nat.netmap(packet, par, info.network, mask),
        );
      },
    };
  },
};

/** A length, or a mask; one with holes, and any number above 32, counts as 32 ones. */
function lengthOf(option: OptionUse, text: string): number {
  const length = parseUnsigned(text, 32);
  if (length !== undefined) return length;
  const mask =
    parseHostAddress(text) ?? badOption(option, `"${text}" is no network mask`, 'use 0 to 32 or a dotted mask');
  return ipv4MaskLength(ipv4ToBits(mask)) ?? 32;
}

function format({ network, length }: NetmapInfo): string {
  return `${formatIpv4(network)}/${length}`;
}

import { type MacAddress, parseMac } from '@chainwalk/core';
import { badOption, type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';
import { needHooks } from '../x_tables/need-hooks.ts';

interface MacInfo {
  readonly address: MacAddress;
  readonly inverted: boolean;
}

/**
 * `-m mac --mac-source ADDRESS`: the link-layer address of the sender. A packet without an Ethernet header never
 * matches, inverted or not.
 *
 * Kernel: `net/netfilter/xt_mac.c`, `mac_mt`.
 */
export const mac: MatchExtension<MacInfo, undefined> = {
  name: 'mac',
  options: [{ name: 'mac-source', args: 1, invertible: true, mandatory: true }],
  size: 48,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const use = options[0]!;
    // iptables takes one digit or none for two.
    const padded = use.values[0]!.split(':').map((part) => part.padStart(2, '0'));
    const address = parseMac(padded.join(':'));
    if (address === undefined)
      badOption(use, `"${use.values[0]}" is no link-layer address`, 'write six bytes: 02:00:00:00:00:01');
    return { address, inverted: use.inverted };
  },

  save({ address, inverted }) {
    return `${inverted ? ' !' : ''} --mac-source ${address}`;
  },

  list({ address, inverted }) {
    return ` MAC ${inverted ? '! ' : ''}${address}`;
  },

  check(_, context) {
    needHooks(context, 'mac', 'PREROUTING', 'INPUT', 'FORWARD');
  },

  compile({ address, inverted }) {
    return { test: ({ link }) => link !== undefined && (link.source === address) !== inverted };
  },
};

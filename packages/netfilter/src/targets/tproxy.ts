import { drop, formatIpv4, type Ipv4Address } from '@chainwalk/core';
import { badOption, type TargetExtension } from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import { resolvePort } from '../x_tables/services.ts';
import { formatHex, parseHostAddress, parseMarkMask } from '../x_tables/values.ts';

interface TproxyInfo {
  /** 0 for the port that the packet is for. */
  readonly port: number;
  /** 0.0.0.0 for the address of the device that the packet came in on. */
  readonly address: Ipv4Address;
  readonly value: number;
  readonly mask: number;
}

const NO_SOCKET = drop('netfilter-drop');

/**
 * `-j TPROXY`: gives the packet to a socket of this host, whatever its destination, if that is a transparent one; drops it
 * otherwise. No socket here is transparent, so it drops every packet.
 *
 * Kernel: `net/netfilter/xt_TPROXY.c`, `tproxy_tg4`.
 */
export const tproxyTarget: TargetExtension<TproxyInfo, undefined> = {
  name: 'TPROXY',
  options: [
    { name: 'on-port', args: 1, mandatory: true },
    { name: 'on-ip', args: 1 },
    { name: 'tproxy-mark', args: 1 },
  ],
  size: 64,
  tables: ['mangle'],
  hooks: ['PREROUTING'],

  parse(options) {
    let info: TproxyInfo = { port: 0, address: parseHostAddress('0.0.0.0')!, value: 0, mask: 0 };
    for (const use of options) {
      const text = use.values[0]!;
      if (use.name === 'on-port') {
        info = { ...info, port: resolvePort(text) ?? badOption(use, `Port "${text}" does not resolve to anything.`) };
      } else if (use.name === 'on-ip') {
        info = { ...info, address: parseHostAddress(text) ?? badOption(use, `"${text}" is no IPv4 address`) };
      } else {
        info = { ...info, ...(parseMarkMask(text) ?? badOption(use, `"${text}" is no mark`, 'write VALUE[/MASK]')) };
      }
    }
    return info;
  },

  save: ({ port, address, value, mask }) =>
    ` --on-port ${port} --on-ip ${formatIpv4(address)} --tproxy-mark ${formatHex(value)}/${formatHex(mask)}`,
  list: ({ port, address, value, mask }) =>
    ` TPROXY redirect ${formatIpv4(address)}:${port} mark ${formatHex(value)}/${formatHex(mask)}`,

  check(_, context) {
    needProtocol(context, 'TPROXY', 'tcp', 'udp');
  },

  compile: () => ({ apply: () => NO_SOCKET }),
};

import { TCP_FLAG } from '@chainwalk/core';
import { badOption, type MatchExtension } from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import { bodyBytes } from '../x_tables/packet-bytes.ts';
import { parseUnsigned } from '../x_tables/values.ts';

/** Whether a bit has to be set or clear; absent: not asked. */
type BitTest = 'set' | 'clear';

interface EcnInfo {
  readonly ece?: BitTest;
  readonly cwr?: BitTest;
  readonly ect?: { readonly codepoint: number; readonly inverted: boolean };
}

/**
 * `-m ecn`: explicit congestion notification, in the IP header or in TCP's.
 *
 * Kernel: `net/netfilter/xt_ecn.c`, `ecn_mt4`.
 */
export const ecn: MatchExtension<EcnInfo, undefined> = {
  name: 'ecn',
  options: [
    { name: 'ecn-tcp-cwr', args: 0, invertible: true },
    { name: 'ecn-tcp-ece', args: 0, invertible: true },
    { name: 'ecn-ip-ect', args: 1, invertible: true },
  ],
  size: 40,

  parse(options) {
    if (options.length === 0) badOption(undefined, 'ecn needs at least one option');
    const info: { -readonly [K in keyof EcnInfo]: EcnInfo[K] } = {};
    for (const use of options) {
      const { inverted } = use;
      if (use.name === 'ecn-ip-ect') {
        const codepoint = parseUnsigned(use.values[0]!, 3);
        if (codepoint === undefined) badOption(use, `"${use.values[0]}" is no ECN codepoint`, 'use 0 to 3');
        info.ect = { codepoint, inverted };
      } else info[use.name === 'ecn-tcp-ece' ? 'ece' : 'cwr'] = inverted ? 'clear' : 'set';
    }
    return info;
  },

  save({ ece, cwr, ect }) {
    const bit = (name: string, test: BitTest | undefined): string =>
      test === undefined ? '' : `${test === 'clear' ? ' !' : ''} --ecn-tcp-${name}`;
    return `${bit('ece', ece)}${bit('cwr', cwr)}${ect === undefined ? '' : `${ect.inverted ? ' !' : ''} --ecn-ip-ect ${ect.codepoint}`}`;
  },

  list({ ece, cwr, ect }) {
    const bit = (name: string, test: BitTest | undefined): string =>
      test === undefined ? '' : ` ${test === 'clear' ? '!' : ''}${name}`;
    return ` ECN match${bit('ECE', ece)}${bit('CWR', cwr)}${ect === undefined ? '' : ` ${ect.inverted ? '!' : ''}ECT=${ect.codepoint}`}`;
  },

  check({ ece, cwr }, context) {
    if (ece !== undefined || cwr !== undefined) needProtocol(context, 'ecn --ecn-tcp-*', 'tcp');
  },

  compile({ ece, cwr, ect }) {
    const asksTcp = ece !== undefined || cwr !== undefined;
    return {
      test: (packet) => {
        if (ect !== undefined && ((packet.tos & 3) === ect.codepoint) === ect.inverted) return false;
        if (!asksTcp) return true;
        const flags = packet.transport?.kind === 'tcp' ? packet.transport.flags : bodyBytes(packet, 20)?.[13];
        if (flags === undefined) return false;
        if (ece !== undefined && ((flags & TCP_FLAG.ECE) !== 0) !== (ece === 'set')) return false;
        return cwr === undefined || ((flags & TCP_FLAG.CWR) !== 0) === (cwr === 'set');
      },
    };
  },
};

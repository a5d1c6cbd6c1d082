import type { Packet } from '@chainwalk/core';
import { badOption, type MatchExtension } from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import { bodyBytes } from '../x_tables/packet-bytes.ts';
import { parseUnsignedList } from '../x_tables/values.ts';

interface TcpmssInfo {
  readonly min: number;
  readonly max: number;
  readonly inverted: boolean;
}

const MSS_OPTION = 2;
const MSS_LENGTH = 4;

/**
 * `-m tcpmss --mss A[:B]`, with `-p tcp`: the MSS option of a TCP header. Without one only the inverted test holds; a
 * header that is cut short drops the packet.
 *
 * Kernel: `net/netfilter/xt_tcpmss.c`, `tcpmss_mt`. It does not look whether the packet is a later fragment, and reads
 * the data of one as if it were a header.
 */
export const tcpmss: MatchExtension<TcpmssInfo, undefined> = {
  name: 'tcpmss',
  options: [{ name: 'mss', args: 1, invertible: true, mandatory: true }],
  size: 40,

  parse(options) {
    const use = options[0]!;
    const [min, max = min] = parseUnsignedList(use.values[0]!, 0xffff) ?? [];
    if (min === undefined || max === undefined || max < min) {
      badOption(use, `"${use.values[0]}" is no segment size or range`, 'write A or A:B, up to 65535');
    }
    return { min, max, inverted: use.inverted };
  },

  save(info) {
    return `${info.inverted ? ' !' : ''} --mss ${range(info)}`;
  },

  list(info) {
    return ` tcpmss match ${info.inverted ? '!' : ''}${range(info)}`;
  },

  check(_, context) {
    needProtocol(context, 'tcpmss', 'tcp');
  },

  compile({ min, max, inverted }) {
    return {
      test: (packet, par) => {
        const options = tcpOptions(packet);
        if (options === undefined) {
          par.hotdrop = true;
          return false;
        }
        const mss = findMss(options);
        return (mss !== undefined && mss >= min && mss <= max) !== inverted;
      },
    };
  },
};

/** The option bytes of a TCP header; `undefined` if it is malformed or cut. */
function tcpOptions(packet: Packet): Uint8Array | undefined {
  const { transport } = packet;
  if (transport?.kind === 'tcp')
    return transport.dataOffset * 4 - 20 === transport.options.length ? transport.options : undefined;
  const bytes = bodyBytes(packet, 20);
  const end = bytes === undefined ? 0 : (bytes[12]! >> 4) * 4;
  return bytes === undefined || end < 20 || bytes.length < end ? undefined : bytes.subarray(20, end);
}

function findMss(options: Uint8Array): number | undefined {
  for (let at = 0; at < options.length; ) {
    if (options[at] === MSS_OPTION && options.length - at >= MSS_LENGTH && options[at + 1] === MSS_LENGTH) {
      return (options[at + 2]! << 8) | options[at + 3]!;
    }
    at += options[at]! < 2 ? 1 : options[at + 1] || 1;
  }
  return undefined;
}

function range({ min, max }: TcpmssInfo): string {
  return min === max ? `${min}` : `${min}:${max}`;
}

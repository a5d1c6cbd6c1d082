import { drop, fold, type Host, isRouteFailure, type Packet, type TcpHeader } from '@chainwalk/core';
import {
  badOption,
  type CheckContext,
  CONTINUE,
  KernelRefusal,
  NO_DEMANDS,
  type TargetExtension,
} from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import { parseUnsigned } from '../x_tables/values.ts';

/** The size to set, or what the path's MTU allows. */
type TcpmssInfo = number | 'clamp';

/** Bytes of an IPv4 and a TCP header without options. */
const HEADERS = 40;
/** An IPv4 packet has no room for more behind its header. */
const LARGEST = 65515;
/** What a sender assumes that was told nothing (RFC 1122). */
const DEFAULT_MSS = 536;
const OPTION_END = 0;
const OPTION_NOP = 1;
const OPTION_MSS = 2;
const MSS_LENGTH = 4;
const LONGEST_HEADER_WORDS = 15;

const SPOILT = drop('netfilter-drop');

/**
 * `-j TCPMSS`: lowers the MSS option of a SYN, never raises it; puts one in where there is none and no data follows.
 * `--clamp-mss-to-pmtu` takes the smaller MTU of the way out and the way back, less 40.
 *
 * Kernel: `net/netfilter/xt_TCPMSS.c`, `tcpmss_tg4`.
 */
export const tcpmssTarget: TargetExtension<TcpmssInfo, undefined> = {
  name: 'TCPMSS',
  options: [
    { name: 'set-mss', args: 1 },
    { name: 'clamp-mss-to-pmtu', args: 0 },
  ],
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    // Given both, the later one counts.
    const option = options.at(-1);
    if (option === undefined) badOption(undefined, 'TCPMSS needs --set-mss or --clamp-mss-to-pmtu');
    for (const { name, values } of options) {
      if (name === 'set-mss' && parseUnsigned(values[0]!, LARGEST) === undefined)
        badOption(option, `"${values[0]!}" is no number from 0 to ${LARGEST}`);
    }
    return option.name === 'set-mss' ? parseUnsigned(option.values[0]!)! : 'clamp';
  },

  save: (mss) => (mss === 'clamp' ? ' --clamp-mss-to-pmtu' : ` --set-mss ${mss}`),
  list: (mss) => (mss === 'clamp' ? ' TCPMSS clamp to PMTU' : ` TCPMSS set ${mss}`),

  check(mss, context) {
    const { hooks } = context;
    needProtocol(context, 'TCPMSS', 'tcp');
    if (mss === 'clamp' && hooks.some((hook) => hook === 'PREROUTING' || hook === 'INPUT')) {
      throw new KernelRefusal('EINVAL', 'TCPMSS --clamp-mss-to-pmtu works in FORWARD, OUTPUT and POSTROUTING only');
    }
    if (!testsForSyn(context)) throw new KernelRefusal('EINVAL', 'TCPMSS needs a match for SYN, such as --syn');
  },

  compile(mss) {
    return {
      apply: (packet, { host }) => {
        if (packet.fragmentOffset !== 0) return CONTINUE;
        packet.joinFragments();
        const tcp = packet.transport;
        if (tcp?.kind !== 'tcp' || tcp.options.length !== tcp.dataOffset * 4 - 20) return SPOILT;
        const wanted = mss === 'clamp' ? pathMss(packet, host) : mss;
        if (wanted === undefined) return SPOILT;
        setMss(packet, tcp, wanted);
        return CONTINUE;
      },
    };
  },
};

/** Whether a `tcp` match of the rule is sure to let nothing but packets with SYN pass. */
function testsForSyn({ matches, net }: CheckContext): boolean {
  const tcp = net.extensions.match('tcp');
  return matches.some(({ name, info }) => {
    if (name !== 'tcp' || tcp === undefined) return false;
    const flags = /(! )?--tcp-flags \S+ (\S+)/.exec(tcp.save(info));
    return flags !== null && flags[1] === undefined && flags[2]!.split(',').includes('SYN');
  });
}

/** What fits through both ways; `undefined` if nothing does. */
function pathMss(packet: Packet, host: Host): number | undefined {
  const back = host.routeOutput({ destination: packet.src, source: undefined, tos: 0, mark: 0 });
  const mtu = Math.min(packet.route?.mtu ?? 0, isRouteFailure(back) ? Number.POSITIVE_INFINITY : back.mtu);
  return mtu <= HEADERS ? undefined : (mtu - HEADERS) & 0xffff;
}

function setMss(packet: Packet, tcp: TcpHeader, wanted: number): void {
  const { options } = tcp;
  for (let at = 0; at + MSS_LENGTH <= options.length; at += lengthAt(options, at)) {
    if (options[at] !== OPTION_MSS || options[at + 1] !== MSS_LENGTH) continue;
    const before = (options[at + 2]! << 8) | options[at + 3]!;
    if (before <= wanted) return;
    tcp.options = options.slice();
    tcp.options[at + 2] = wanted >>> 8;
    tcp.options[at + 3] = wanted & 255;
    follow(packet, before, wanted);
    // Linux corrects the checksum as if the option stood at an even place, and so spoils it where it does not.
    if (at % 2 === 1) {
      const change = swapped(wanted) + (~swapped(before) & 0xffff) + before + (~wanted & 0xffff);
      packet.checksumFault = fold(packet.checksumFault + change) % 0xffff;
    }
    note(packet, String(before), wanted);
    return;
  }
  if (packet.payloadLength > 0 || tcp.dataOffset >= LONGEST_HEADER_WORDS) return;
  const mss = Math.min(wanted, DEFAULT_MSS);
  tcp.options = Uint8Array.of(OPTION_MSS, MSS_LENGTH, mss >>> 8, mss & 255, ...options);
  const length = packet.bodyLength;
  follow(packet, length - MSS_LENGTH, length);
  follow(packet, 0, (OPTION_MSS << 8) | MSS_LENGTH);
  follow(packet, 0, mss);
  follow(packet, tcp.dataOffset << 12, (tcp.dataOffset + 1) << 12);
  tcp.dataOffset++;
  note(packet, 'none', mss);
}

/** Corrects the checksum of a first fragment, which covers more than is here, for one word that changed (RFC 1624). */
function follow(packet: Packet, from: number, to: number): void {
  const { fragmentChecksum } = packet;
  if (fragmentChecksum === undefined) return;
  packet.fragmentChecksum = ~fold((~fragmentChecksum & 0xffff) + (~from & 0xffff) + to) & 0xffff;
}

function swapped(word: number): number {
  return ((word & 255) << 8) | (word >>> 8);
}

function lengthAt(options: Uint8Array, at: number): number {
  const kind = options[at]!;
  return kind === OPTION_END || kind === OPTION_NOP ? 1 : options[at + 1]! || 1;
}

function note(packet: Packet, from: string, to: number): void {
  packet.trace?.add({ kind: 'change', field: 'mss', from, to: String(to), by: 'TCPMSS' });
}

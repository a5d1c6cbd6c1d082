import { PROTOCOL } from '@chainwalk/core';
import { type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';
import { needHooks } from '../x_tables/need-hooks.ts';

/** In the order in which they are printed. */
const FLAGS = ['transparent', 'nowildcard', 'restore-skmark'] as const;

type SocketInfo = ReadonlySet<(typeof FLAGS)[number]>;

/**
 * `-m socket`: a TCP or UDP socket of this host waits for the packet. A listener of the host is such a socket; one that is
 * bound to no address counts with `--nowildcard` only. None is transparent, none has a mark, and an ICMP error is not
 * matched with the socket of the packet that it quotes.
 *
 * Kernel: `net/netfilter/xt_socket.c`, `socket_match`.
 */
export const socket: MatchExtension<SocketInfo, undefined> = {
  name: 'socket',
  options: FLAGS.map((name) => ({ name, args: 0 })),
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse: (options) => new Set(FLAGS.filter((flag) => options.some(({ name }) => name === flag))),
  save: (flags) => format(flags),
  list: (flags) => ` socket${format(flags)}`,

  check(_, context) {
    needHooks(context, 'socket', 'PREROUTING', 'INPUT');
  },

  compile(flags) {
    if (flags.has('transparent')) return { test: () => false, byState: true };
    const countsAll = flags.has('nowildcard');
    return {
      test: (packet, { host }) => {
        if (packet.protocol !== PROTOCOL.tcp && packet.protocol !== PROTOCOL.udp) return false;
        const listener = host.listenerFor(packet);
        return listener !== undefined && (countsAll || listener.address !== undefined);
      },
    };
  },
};

function format(flags: SocketInfo): string {
  return [...flags].map((flag) => ` --${flag}`).join('');
}

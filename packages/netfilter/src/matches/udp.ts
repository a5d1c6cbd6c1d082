import { badOption, type MatchExtension, NO_DEMANDS } from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import { resolvePortRange } from '../x_tables/services.ts';
import { ANY_PORT_TEST, isAnyPort, isOnePort, listPorts, type PortTest, savePorts } from './tcp.ts';

interface UdpInfo {
  readonly sport: PortTest;
  readonly dport: PortTest;
}

/**
 * `-m udp`, also what `-p udp` loads for its options: ports.
 *
 * Kernel: `net/netfilter/xt_tcpudp.c`, `udp_mt`. A later fragment never matches, a packet too short is dropped at once.
 */
export const udp: MatchExtension<UdpInfo, undefined> = {
  name: 'udp',
  options: [
    { name: 'sport', aliases: ['source-port'], args: 1, invertible: true },
    { name: 'dport', aliases: ['destination-port'], args: 1, invertible: true },
  ],
  size: 48,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    let { sport, dport } = { sport: ANY_PORT_TEST, dport: ANY_PORT_TEST };
    for (const use of options) {
      const range = resolvePortRange(use.values[0]!);
      if (range === undefined) {
        badOption(
          use,
          `"${use.values[0]}" is no port or range of ports`,
          'use PORT or FIRST:LAST, in decimal or by name',
        );
      }
      if (use.name === 'sport') sport = { ...range, inverted: use.inverted };
      else dport = { ...range, inverted: use.inverted };
    }
    return { sport, dport };
  },

  save({ sport, dport }) {
    return savePorts('sport', sport) + savePorts('dport', dport);
  },

  list({ sport, dport }, numeric) {
    return ` udp${listPorts('spt', sport, 'udp', numeric)}${listPorts('dpt', dport, 'udp', numeric)}`;
  },

  check(_, context) {
    needProtocol(context, 'udp', 'udp');
  },

  destinationPort({ dport }) {
    return isOnePort(dport) ? dport.min : undefined;
  },

  compile({ sport, dport }) {
    if (isOnePort(dport) && isAnyPort(sport)) {
      const port = dport.min;
      return {
        test: (packet, par) => {
          const transport = packet.transport;
          if (transport?.kind === 'udp') return transport.dport === port;
          if (packet.fragmentOffset === 0) par.hotdrop = true;
          return false;
        },
      };
    }
    return {
      test: (packet, par) => {
        const transport = packet.transport;
        if (transport?.kind !== 'udp') {
          if (packet.fragmentOffset === 0) par.hotdrop = true;
          return false;
        }
        if ((transport.sport >= sport.min && transport.sport <= sport.max) === sport.inverted) return false;
        return (transport.dport >= dport.min && transport.dport <= dport.max) !== dport.inverted;
      },
    };
  },
};

import type { Packet } from '@chainwalk/core';
import { badOption, type MatchExtension, NO_DEMANDS, type OptionUse } from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import { formatPortRange } from '../x_tables/services.ts';
import { type ChunkTest, chunksHold, formatChunks, parseChunks } from './sctp-chunks.ts';
import { listPorts, type PortTest, parsePortRange } from './tcp.ts';

interface SctpInfo {
  readonly sport: PortTest | undefined;
  readonly dport: PortTest | undefined;
  readonly chunks: ChunkTest | undefined;
}

/**
 * `-m sctp`, also what `-p sctp` loads for its options: ports, and which chunks the packet holds.
 *
 * Kernel: `net/netfilter/xt_sctp.c`, `sctp_mt`. A later fragment never matches; a packet too short for the header, or
 * whose chunks do not add up, is dropped at once.
 */
export const sctp: MatchExtension<SctpInfo, undefined> = {
  name: 'sctp',
  options: [
    { name: 'sport', aliases: ['source-port'], args: 1, invertible: true },
    { name: 'dport', aliases: ['destination-port'], args: 1, invertible: true },
    { name: 'chunk-types', args: 2, invertible: true },
  ],
  size: 328,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const find = (name: string): OptionUse | undefined => options.find((use) => use.name === name);
    const ports = (use: OptionUse | undefined): PortTest | undefined =>
      use && { ...parsePortRange(use, 'sctp'), inverted: use.inverted };
    const chunks = find('chunk-types');
    if (chunks !== undefined && /^[-!]/.test(chunks.values[1]!))
      badOption(chunks, 'needs two words', 'write --chunk-types all|any|only LIST');
    return { sport: ports(find('sport')), dport: ports(find('dport')), chunks: chunks && parseChunks(chunks) };
  },

  save({ sport, dport, chunks }) {
    const ports = (name: string, test: PortTest | undefined): string =>
      test === undefined ? '' : `${test.inverted ? ' !' : ''} --${name} ${formatPortRange(test)}`;
    const types =
      chunks === undefined ? '' : `${chunks.inverted ? ' !' : ''} --chunk-types${formatChunks(chunks, false)}`;
    return ports('sport', sport) + ports('dport', dport) + types;
  },

  list({ sport, dport, chunks }, numeric) {
    const ports = (name: string, test: PortTest | undefined): string =>
      test === undefined ? '' : listPorts(name, test, 'sctp', numeric);
    const types = chunks === undefined ? '' : `${chunks.inverted ? ' !' : ''}${formatChunks(chunks, numeric)}`;
    return ` sctp${ports('spt', sport)}${ports('dpt', dport)}${types}`;
  },

  check(_, context) {
    needProtocol(context, 'sctp', 'sctp');
  },

  compile({ sport, dport, chunks }) {
    const outside = (test: PortTest | undefined, port: number): boolean =>
      test !== undefined && (port >= test.min && port <= test.max) === test.inverted;
    return {
      test: (packet: Packet, par) => {
        if (packet.fragmentOffset !== 0) return false;
        const { transport } = packet;
        if (transport?.kind !== 'sctp') {
          par.hotdrop = true;
          return false;
        }
        if (outside(sport, transport.sport) || outside(dport, transport.dport)) return false;
        if (chunks === undefined) return true;
        const found = chunksHold(chunks, packet);
        if (found === undefined) {
          // The packet is lost either way, but with `!` the rule holds first.
          par.hotdrop = chunks.inverted ? 'held' : true;
          return chunks.inverted;
        }
        return found !== chunks.inverted;
      },
    };
  },
};

import { type Packet, PROTOCOL } from '@chainwalk/core';
import { badOption, type MatchExtension, NO_DEMANDS, type OptionUse, type RuleContext } from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import { portBytes } from '../x_tables/packet-bytes.ts';
import { formatPortRange, listPort, type PortProtocol, type PortRange, parsePort } from '../x_tables/services.ts';

interface MultiportInfo {
  readonly side: 'sports' | 'dports' | 'ports';
  readonly ranges: readonly PortRange[];
  readonly inverted: boolean;
  /** For names of ports in listings. */
  readonly protocol: PortProtocol;
}

/** How many ports there is room for; a range takes two places. */
const MOST = 15;

const PROTOCOLS: readonly PortProtocol[] = ['tcp', 'udp', 'udplite', 'sctp', 'dccp'];

/**
 * `-m multiport`: a port is one of up to fifteen, or of ranges that count twice.
 *
 * Kernel: `net/netfilter/xt_multiport.c`, `multiport_mt`. A later fragment never matches, inverted or not; a packet with
 * fewer than four bytes behind the IP header is dropped at once.
 */
export const multiport: MatchExtension<MultiportInfo, undefined> = {
  name: 'multiport',
  options: [
    { name: 'sports', aliases: ['source-ports'], args: 1, invertible: true, excludes: ['dports', 'ports'] },
    { name: 'dports', aliases: ['destination-ports'], args: 1, invertible: true, excludes: ['sports', 'ports'] },
    { name: 'ports', args: 1, invertible: true, excludes: ['sports', 'dports'] },
  ],
  size: 80,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options, rule) {
    const use = options[0];
    if (use === undefined) badOption(undefined, 'multiport needs an option', 'use --sports, --dports or --ports');
    const protocol = portProtocol(use, rule);
    return {
      side: use.name as MultiportInfo['side'],
      ranges: parseRanges(use, protocol),
      inverted: use.inverted,
      protocol,
    };
  },

  save({ side, ranges, inverted }) {
    return `${inverted ? ' !' : ''} --${side} ${ranges.map(formatPortRange).join(',')}`;
  },

  list({ side, ranges, inverted, protocol }, numeric) {
    const show = (port: number): string => listPort(port, protocol, numeric);
    const texts = ranges.map(({ min, max }) => (min === max ? show(min) : `${show(min)}:${show(max)}`));
    return ` multiport ${side} ${inverted ? ' !' : ''}${texts.join(',')}`;
  },

  check(_, context) {
    needProtocol(context, 'multiport', ...PROTOCOLS);
  },

  compile({ side, ranges, inverted }) {
    const holds = (port: number): boolean => {
      for (const range of ranges) if (port >= range.min && port <= range.max) return true;
      return false;
    };
    const wanted = {
      sports: (ports: { sport: number }) => holds(ports.sport),
      dports: (ports: { dport: number }) => holds(ports.dport),
      ports: (ports: { sport: number; dport: number }) => holds(ports.sport) || holds(ports.dport),
    }[side];
    return {
      test: (packet: Packet, par) => {
        if (packet.fragmentOffset !== 0) return false;
        const ports = portBytes(packet);
        if (ports === undefined) {
          par.hotdrop = true;
          return false;
        }
        return wanted(ports) !== inverted;
      },
    };
  },
};

function portProtocol(use: OptionUse, rule: RuleContext): PortProtocol {
  const given = rule.ip.protocol;
  const name = PROTOCOLS.find((word) => PROTOCOL[word] === given?.number);
  if (name === undefined || given === undefined || given.inverted) {
    badOption(
      use,
      'multiport works with TCP, UDP, UDPLITE, SCTP and DCCP only',
      'put -p tcp (or another of them) before it',
    );
  }
  return name;
}

function parseRanges(use: OptionUse, protocol: PortProtocol): PortRange[] {
  const one = (word: string): number => {
    const port = parsePort(word, protocol);
    if (port === undefined)
      badOption(use, `"${word}" is no port or service`, 'use 0 to 65535 or a name of /etc/services');
    return port;
  };
  let places = 0;
  return use.values[0]!.split(',').map((part) => {
    const colon = part.indexOf(':');
    places += colon < 0 ? 1 : 2;
    if (places > MOST) badOption(use, 'too many ports', `${MOST} at most, and a range counts as two`);
    const min = one(colon < 0 ? part : part.slice(0, colon));
    if (colon < 0) return { min, max: min };
    const max = one(part.slice(colon + 1));
    if (min >= max) badOption(use, `the port range "${part}" is empty or the wrong way round`);
    return { min, max };
  });
}

import { TCP_FLAG, type TcpHeader } from '@chainwalk/core';
import { badOption, type MatchExtension, NO_DEMANDS, type OptionUse } from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import {
  ANY_PORT,
  formatPortRange,
  listPort,
  type PortProtocol,
  type PortRange,
  parsePort,
} from '../x_tables/services.ts';
import { parseUnsigned } from '../x_tables/values.ts';

/** A port test of `-m tcp` or `-m udp`. */
export interface PortTest extends PortRange {
  readonly inverted: boolean;
}
export const ANY_PORT_TEST: PortTest = { ...ANY_PORT, inverted: false };

interface TcpInfo {
  readonly sport: PortTest;
  readonly dport: PortTest;
  /** Kind of TCP option; 0 if none is asked for. */
  readonly option: { readonly kind: number; readonly inverted: boolean };
  readonly flags: { readonly mask: number; readonly set: number; readonly inverted: boolean };
}

/** The flags that iptables can name, which leaves out ECE and CWR. */
const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] as const;
const SYN_MASK = TCP_FLAG.FIN | TCP_FLAG.SYN | TCP_FLAG.RST | TCP_FLAG.ACK;

/**
 * `-m tcp`, also what `-p tcp` loads for its options: ports, flags, presence of a TCP option.
 *
 * Kernel: `net/netfilter/xt_tcpudp.c`, `tcp_mt`. A later fragment never matches, inverted tests included; one at offset
 * 1, which could hide flags, and a packet too short for the header are dropped at once.
 */
export const tcp: MatchExtension<TcpInfo, undefined> = {
  name: 'tcp',
  options: [
    { name: 'sport', aliases: ['source-port'], args: 1, invertible: true },
    { name: 'dport', aliases: ['destination-port'], args: 1, invertible: true },
    { name: 'syn', args: 0, invertible: true, excludes: ['tcp-flags'] },
    { name: 'tcp-flags', args: 2, invertible: true, excludes: ['syn'] },
    { name: 'tcp-option', args: 1, invertible: true },
  ],
  size: 48,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    let { sport, dport } = { sport: ANY_PORT_TEST, dport: ANY_PORT_TEST };
    let option = { kind: 0, inverted: false };
    let flags = { mask: 0, set: 0, inverted: false };
    for (const use of options) {
      const { name, inverted } = use;
      if (name === 'sport') sport = { ...parsePortRange(use, 'tcp'), inverted };
      else if (name === 'dport') dport = { ...parsePortRange(use, 'tcp'), inverted };
      else if (name === 'syn') flags = { mask: SYN_MASK, set: TCP_FLAG.SYN, inverted };
      else if (name === 'tcp-flags') flags = { mask: parseFlags(use, 0), set: parseFlags(use, 1), inverted };
      else option = { kind: parseOptionKind(use), inverted };
    }
    return { sport, dport, option, flags };
  },

  save({ sport, dport, option, flags }) {
    let text = savePorts('sport', sport) + savePorts('dport', dport);
    if (option.kind !== 0) text += `${option.inverted ? ' !' : ''} --tcp-option ${option.kind}`;
    if (flags.mask !== 0 || flags.inverted) {
      text += `${flags.inverted ? ' !' : ''} --tcp-flags ${formatFlags(flags.mask)} ${formatFlags(flags.set)}`;
    }
    return text;
  },

  list({ sport, dport, option, flags }, numeric) {
    let text = ` tcp${listPorts('spt', sport, 'tcp', numeric)}${listPorts('dpt', dport, 'tcp', numeric)}`;
    if (option.kind !== 0) text += ` option=${option.inverted ? '!' : ''}${option.kind}`;
    if (flags.mask !== 0 || flags.inverted) {
      const show = numeric ? (value: number) => `0x${value.toString(16).toUpperCase().padStart(2, '0')}` : formatFlags;
      text += ` flags:${flags.inverted ? '!' : ''}${show(flags.mask)}/${show(flags.set)}`;
    }
    return text;
  },

  check(_, context) {
    needProtocol(context, 'tcp', 'tcp');
  },

  destinationPort({ dport }) {
    return isOnePort(dport) ? dport.min : undefined;
  },

  compile({ sport, dport, option, flags }) {
    const { mask, set } = flags;
    if (isOnePort(dport) && isAnyPort(sport) && mask === 0 && set === 0 && !flags.inverted && option.kind === 0) {
      // What most rules ask: one number to remember, so one place in memory to wait for.
      const port = dport.min;
      return {
        test: (packet, par) => {
          const transport = packet.transport;
          if (transport?.kind === 'tcp') return transport.dport === port;
          if (packet.fragmentOffset <= 1) par.hotdrop = true;
          return false;
        },
      };
    }
    return {
      test: (packet, par) => {
        const transport = packet.transport;
        if (transport?.kind !== 'tcp') {
          if (packet.fragmentOffset <= 1) par.hotdrop = true;
          return false;
        }
        if ((transport.sport >= sport.min && transport.sport <= sport.max) === sport.inverted) return false;
        if ((transport.dport >= dport.min && transport.dport <= dport.max) === dport.inverted) return false;
        if (((transport.flags & mask) === set) === flags.inverted) return false;
        if (option.kind === 0) return true;
        const found = hasOption(transport, option.kind);
        if (found === undefined) par.hotdrop = true;
        return found !== undefined && found !== option.inverted;
      },
    };
  },
};

/** Whether a test asks for a single port. */
export function isOnePort(test: PortTest): boolean {
  return test.min === test.max && !test.inverted;
}

/** Whether a test lets every port through. */
export function isAnyPort(test: PortTest): boolean {
  return test.min === 0 && test.max === 0xffff && !test.inverted;
}

/** Whether an option of this kind is there; `undefined` if the header is cut short (`tcp_find_option`). */
function hasOption(transport: TcpHeader, kind: number): boolean | undefined {
  const bytes = transport.options;
  if (transport.dataOffset * 4 - 20 !== bytes.length) return undefined;
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === kind) return true;
    at += bytes[at]! < 2 ? 1 : bytes[at + 1] || 1;
  }
  return false;
}

function parseFlags(use: OptionUse, index: number): number {
  const text = use.values[index]!;
  if (index === 1 && /^[-!]/.test(text)) badOption(use, 'needs two lists of flags', 'write --tcp-flags MASK SET');
  let flags = 0;
  for (const word of text.split(',')) {
    const name = word.toUpperCase();
    if (name === 'ALL') flags |= 0x3f;
    else if (name !== '' && name !== 'NONE') {
      const bit = (FLAGS as readonly string[]).indexOf(name);
      if (bit < 0) badOption(use, `"${word}" is no TCP flag`, `use ${FLAGS.join(', ')}, ALL or NONE`);
      flags |= 1 << bit;
    }
  }
  return flags;
}

function parseOptionKind(use: OptionUse): number {
  const kind = parseUnsigned(use.values[0]!, 255);
  if (kind === undefined || kind === 0) badOption(use, `"${use.values[0]}" is no kind of TCP option`, 'use 1 to 255');
  return kind;
}

function formatFlags(flags: number): string {
  return FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join(',') || 'NONE';
}

/** `A[:B]` where either end may be missing, in the way of `-m tcp`: the ends must be in order. */
export function parsePortRange(use: OptionUse, protocol: PortProtocol): PortRange {
  const text = use.values[0]!;
  const colon = text.indexOf(':');
  const one = (word: string): number => {
    const port = parsePort(word, protocol);
    if (port === undefined)
      badOption(use, `"${word}" is no port or service`, 'use 0 to 65535 or a name of /etc/services');
    return port;
  };
  if (colon < 0) {
    const port = one(text);
    return { min: port, max: port };
  }
  const min = colon === 0 ? 0 : one(text.slice(0, colon));
  const max = colon === text.length - 1 ? 0xffff : one(text.slice(colon + 1));
  if (min > max) badOption(use, `the port range "${text}" is the wrong way round`);
  return { min, max };
}

/** As iptables-save prints a port test; the full range vanishes, with its inversion. */
export function savePorts(name: string, test: PortTest): string {
  if (test.min === 0 && test.max === 0xffff) return '';
  return `${test.inverted ? ' !' : ''} --${name} ${formatPortRange(test)}`;
}

/** As `iptables -L` prints a port test. */
export function listPorts(
  name: string,
  { min, max, inverted }: PortTest,
  protocol: PortProtocol,
  numeric: boolean,
): string {
  if (min === 0 && max === 0xffff && !inverted) return '';
  const not = inverted ? '!' : '';
  if (min === max) return ` ${name}:${not}${listPort(min, protocol, numeric)}`;
  return ` ${name}s:${not}${listPort(min, protocol, numeric)}:${listPort(max, protocol, numeric)}`;
}

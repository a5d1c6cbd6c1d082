import { badOption, type MatchExtension, NO_DEMANDS, type OptionUse } from '../x_tables/extension.ts';
import { needProtocol } from '../x_tables/need-protocol.ts';
import { parseUnsigned } from '../x_tables/values.ts';

interface IcmpInfo {
  /** 255 is any. */
  readonly type: number;
  readonly codeMin: number;
  readonly codeMax: number;
  readonly inverted: boolean;
}

/** The names of iptables: type, and first and last code. Of names that mean the same, the first is printed. */
const NAMES: readonly (readonly [string, number, number, number])[] = [
  ['any', 255, 0, 255],
  ['echo-reply', 0, 0, 255],
  ['pong', 0, 0, 255],
  ['destination-unreachable', 3, 0, 255],
  ['network-unreachable', 3, 0, 0],
  ['host-unreachable', 3, 1, 1],
  ['protocol-unreachable', 3, 2, 2],
  ['port-unreachable', 3, 3, 3],
  ['fragmentation-needed', 3, 4, 4],
  ['source-route-failed', 3, 5, 5],
  ['network-unknown', 3, 6, 6],
  ['host-unknown', 3, 7, 7],
  ['network-prohibited', 3, 9, 9],
  ['host-prohibited', 3, 10, 10],
  ['TOS-network-unreachable', 3, 11, 11],
  ['TOS-host-unreachable', 3, 12, 12],
  ['communication-prohibited', 3, 13, 13],
  ['host-precedence-violation', 3, 14, 14],
  ['precedence-cutoff', 3, 15, 15],
  ['source-quench', 4, 0, 255],
  ['redirect', 5, 0, 255],
  ['network-redirect', 5, 0, 0],
  ['host-redirect', 5, 1, 1],
  ['TOS-network-redirect', 5, 2, 2],
  ['TOS-host-redirect', 5, 3, 3],
  ['echo-request', 8, 0, 255],
  ['ping', 8, 0, 255],
  ['router-advertisement', 9, 0, 255],
  ['router-solicitation', 10, 0, 255],
  ['time-exceeded', 11, 0, 255],
  ['ttl-exceeded', 11, 0, 255],
  ['ttl-zero-during-transit', 11, 0, 0],
  ['ttl-zero-during-reassembly', 11, 1, 1],
  ['parameter-problem', 12, 0, 255],
  ['ip-header-bad', 12, 0, 0],
  ['required-option-missing', 12, 1, 1],
  ['timestamp-request', 13, 0, 255],
  ['timestamp-reply', 14, 0, 255],
  ['address-mask-request', 17, 0, 255],
  ['address-mask-reply', 18, 0, 255],
];

/**
 * `-m icmp`, also what `-p icmp` loads for its option: ICMP type and code.
 *
 * Kernel: `net/ipv4/netfilter/ip_tables.c`, `icmp_match`. A later fragment never matches, a packet too short is dropped
 * at once. Type 255 matches every ICMP packet, whatever code stands beside it.
 */
export const icmp: MatchExtension<IcmpInfo, undefined> = {
  name: 'icmp',
  options: [{ name: 'icmp-type', args: 1, invertible: true, mandatory: true }],
  size: 40,
  sharesInfo: true,
  demands: NO_DEMANDS,

  parse(options) {
    const use = options[0]!;
    return { ...parseType(use), inverted: use.inverted };
  },

  save({ type, codeMin, codeMax, inverted }) {
    const not = inverted ? ' !' : '';
    if (type === 255) return `${not} --icmp-type any`;
    return `${not} --icmp-type ${type}${codeMin !== 0 || codeMax !== 255 ? `/${codeMin}` : ''}`;
  },

  list({ type, codeMin, codeMax, inverted }, numeric) {
    const known = NAMES.find((entry) => entry[1] === type && entry[2] === codeMin && entry[3] === codeMax);
    if (!numeric && known !== undefined) return ` icmp ${inverted ? '!' : ''}${known[0]}`;
    let codes = '';
    if (codeMin === codeMax) codes = ` code ${codeMin}`;
    else if (codeMin !== 0 || codeMax !== 255) codes = ` codes ${codeMin}-${codeMax}`;
    return ` icmp${inverted ? ' !' : ''}type ${type}${codes}`;
  },

  check(_, context) {
    needProtocol(context, 'icmp', 'icmp');
  },

  compile({ type, codeMin, codeMax, inverted }) {
    return {
      test: (packet, par) => {
        const transport = packet.transport;
        if (transport?.kind !== 'icmp') {
          if (packet.fragmentOffset === 0) par.hotdrop = true;
          return false;
        }
        const hit = type === 255 || (transport.type === type && transport.code >= codeMin && transport.code <= codeMax);
        return hit !== inverted;
      },
    };
  },
};

/** A name, which may be cut short where it stays clear, or `TYPE[/CODE]`, where CODE may be a range `A:B`. */
function parseType(use: OptionUse): Omit<IcmpInfo, 'inverted'> {
  const text = use.values[0]!;
  const named = NAMES.filter(([name]) => name.toLowerCase().startsWith(text.toLowerCase()));
  if (named.length > 1) {
    badOption(use, `the ICMP type "${text}" may be ${named[0]![0]} or ${named[1]![0]}`, 'write the name in full');
  }
  if (named[0] !== undefined) return { type: named[0][1], codeMin: named[0][2], codeMax: named[0][3] };
  const slash = text.indexOf('/');
  const types = parseRange(slash < 0 ? text : text.slice(0, slash));
  if (types === undefined) badOption(use, `"${text}" is no ICMP type`, 'use a name, TYPE or TYPE/CODE');
  if (types[0] !== types[1]) badOption(use, 'a range of ICMP types is not possible');
  const codes = slash < 0 ? ([0, 255] as const) : parseRange(text.slice(slash + 1));
  if (codes === undefined) badOption(use, `"${text.slice(slash + 1)}" is no ICMP code`, 'use 0 to 255');
  return { type: types[0], codeMin: codes[0], codeMax: codes[1] };
}

function parseRange(text: string): readonly [number, number] | undefined {
  const parts = text.split(':').map((part) => parseUnsigned(part, 255));
  const [first, last = first] = parts;
  return first === undefined || last === undefined || parts.length > 2 || parts.includes(undefined)
    ? undefined
    : [first, last];
}

import { type Connection, CtInfo, ctOf, directionOf, Status, Template, type Tuple } from '@chainwalk/conntrack';
import { formatIpv4, type Host, IPV4_ANY, type Ipv4Address, ipv4MaskLength, type Packet } from '@chainwalk/core';
import { parseProtocol } from '../iptables/protocols.ts';
import {
  badOption,
  type CompiledMatch,
  type MatchExtension,
  NEEDS_CONNTRACK,
  type OptionSpec,
  type OptionUse,
} from '../x_tables/extension.ts';
import { formatPortRange, type PortRange, resolvePortRange } from '../x_tables/services.ts';
import { parseHostMask, parseUnsignedList } from '../x_tables/values.ts';

/** The words of `--ctstate` in the order in which they are printed, by bit. */
const STATES = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT'] as const;
type State = (typeof STATES)[number];
/** The order in which a word that was cut short is looked for. */
const STATE_SEARCH: readonly State[] = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED', 'SNAT', 'DNAT'];
const STATUSES = ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'] as const;

interface Inverted {
  readonly inverted: boolean;
}
interface BitTest extends Inverted {
  readonly bits: number;
}
interface HostTest extends Inverted {
  readonly address: Ipv4Address;
  readonly mask: number;
}
interface NumberTest extends Inverted {
  readonly number: number;
}
interface RangeTest extends PortRange, Inverted {}

const ADDRESSES = ['ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst'] as const;
const PORTS = ['ctorigsrcport', 'ctorigdstport', 'ctreplsrcport', 'ctrepldstport'] as const;

/** Which tests there are; absent ones hold. */
export interface ConntrackInfo {
  readonly ctstate?: BitTest;
  readonly ctproto?: NumberTest;
  readonly addresses: Readonly<Partial<Record<(typeof ADDRESSES)[number], HostTest>>>;
  readonly ports: Readonly<Partial<Record<(typeof PORTS)[number], RangeTest>>>;
  readonly ctstatus?: BitTest;
  readonly ctexpire?: RangeTest;
  readonly ctdir?: 'ORIGINAL' | 'REPLY';
}

const invertible = (name: string): OptionSpec => ({ name, args: 1, invertible: true });

/**
 * `-m conntrack`: state, tuples, status and remaining lifetime of the packet's connection.
 *
 * Kernel: `net/netfilter/xt_conntrack.c`, `conntrack_mt`. A packet without a connection is INVALID, or UNTRACKED if a
 * rule said so; for such a packet `--ctstate` alone decides, and a rule without it never matches, inverted or not.
 */
export const conntrack: MatchExtension<ConntrackInfo, undefined> = {
  name: 'conntrack',
  options: [
    ...['ctstate', 'ctproto', ...ADDRESSES, 'ctstatus', 'ctexpire', ...PORTS].map(invertible),
    { name: 'ctdir', args: 1 },
  ],
  size: 200,
  sharesInfo: true,
  demands: NEEDS_CONNTRACK,
  parse: (options) => parseConntrack(options),
  save: (info) => dump(info, '--', 'ctstate', true),
  list: (info, numeric) => dump(info, '', 'ctstate', numeric),
  compile: compileConntrack,
};

function parseConntrack(options: readonly OptionUse[]): ConntrackInfo {
  if (options.length === 0) badOption(undefined, 'conntrack needs at least one option');
  const addresses: Partial<Record<(typeof ADDRESSES)[number], HostTest>> = {};
  const ports: Partial<Record<(typeof PORTS)[number], RangeTest>> = {};
  const info: { -readonly [K in keyof ConntrackInfo]: ConntrackInfo[K] } = { addresses, ports };
  for (const use of options) {
    const { name, inverted } = use;
    const text = use.values[0]!;
    switch (name) {
      case 'ctstate':
        info.ctstate = { bits: parseStates(use, STATE_SEARCH), inverted };
        break;
      case 'ctproto': {
        const number = parseProtocol(text) ?? protocolOfAlias(text);
        if (number === undefined) badOption(use, `"${text}" is no protocol`);
        // iptables tests the wrong bit here: it is an inverted --ctstatus before this option that is in the way.
        if (number === 0 && info.ctstatus?.inverted === true) badOption(use, 'the rule would never match a protocol');
        info.ctproto = { number, inverted };
        break;
      }
      case 'ctstatus':
        info.ctstatus = { bits: parseStatuses(use), inverted };
        break;
      case 'ctexpire': {
        const [min, max = min] = parseUnsignedList(text, 0xffffffff) ?? [];
        if (min === undefined || max === undefined) badOption(use, `"${text}" is no time`, 'write SECONDS or FROM:TO');
        info.ctexpire = { min, max, inverted };
        break;
      }
      case 'ctdir': {
        const direction = text.toUpperCase();
        if (direction !== 'ORIGINAL' && direction !== 'REPLY')
          badOption(use, `"${text}" is no direction`, 'use ORIGINAL or REPLY');
        info.ctdir = direction;
        break;
      }
      case 'ctorigsrc':
      case 'ctorigdst':
      case 'ctreplsrc':
      case 'ctrepldst': {
        const host = parseHostMask(text);
        if (host === undefined)
          badOption(use, `"${text}" is no address`, 'write ADDRESS or ADDRESS/LENGTH; names are not looked up');
        addresses[name] = { ...host, inverted };
        break;
      }
      default: {
        const range = resolvePortRange(text);
        if (range === undefined) badOption(use, `"${text}" is no port or range of ports`);
        ports[name as (typeof PORTS)[number]] = { ...range, inverted };
      }
    }
  }
  return info;
}

/** Names of `/etc/protocols` whose alias is not simply the name in capitals. */
const ALIASES: Readonly<Record<string, string>> = {
  'IP-ENCAP': 'ipencap',
  IPv6: 'ipv6',
  'IPv6-Route': 'ipv6-route',
  'IPv6-Frag': 'ipv6-frag',
  'IPSEC-ESP': 'esp',
  'IPSEC-AH': 'ah',
  'IPv6-ICMP': 'ipv6-icmp',
  'IPv6-NoNxt': 'ipv6-nonxt',
  'IPv6-Opts': 'ipv6-opts',
  OSPFIGP: 'ospf',
  'Mobility-Header': 'mobility-header',
  UDPLite: 'udplite',
  'MPLS-in-IP': 'mpls-in-ip',
  Shim6: 'shim6',
  Ethernet: 'ethernet',
};
const REAL_NAMES: ReadonlySet<string> = new Set([...Object.values(ALIASES), 'all', 'mh', 'ipv6-mh', 'icmpv6', 'manet']);

/** A protocol by its alias (`TCP`), which `-p` has no need of since it reads names in small letters. */
function protocolOfAlias(text: string): number | undefined {
  if (Object.hasOwn(ALIASES, text)) return parseProtocol(ALIASES[text]!);
  const name = text.toLowerCase();
  return text === text.toUpperCase() && !REAL_NAMES.has(name) ? parseProtocol(name) : undefined;
}

/** A list of states as bits of their names' places; a word may be cut short. */
export function parseStates(use: OptionUse, known: readonly State[]): number {
  let bits = 0;
  for (const word of use.values[0]!.split(',')) {
    const state = word === '' ? undefined : known.find((name) => name.startsWith(word.toUpperCase()));
    if (state === undefined)
      badOption(use, `"${word}" is no state`, `use ${known.join(', ')}, without blanks between them`);
    bits |= 1 << STATES.indexOf(state);
  }
  return bits;
}

function parseStatuses(use: OptionUse): number {
  let bits = 0;
  for (const word of use.values[0]!.split(',')) {
    const upper = word.toUpperCase();
    const status = STATUSES.findIndex((name) => name.startsWith(upper));
    if (word === '' || (status < 0 && !'NONE'.startsWith(upper)))
      badOption(use, `"${word}" is no status`, `use NONE, ${STATUSES.join(', ')}`);
    if (status >= 0) bits |= 1 << status;
  }
  return bits;
}

/** The text of iptables-save with `--` as the prefix, of `iptables -L` with none. */
export function dump(info: ConntrackInfo, prefix: string, stateWord: string, numeric: boolean): string {
  let text = '';
  const add = (word: string, test: Inverted | undefined, value: string): void => {
    if (test !== undefined) text += `${test.inverted ? ' !' : ''} ${prefix}${word} ${value}`;
  };
  const { ctstate, ctproto, ctstatus, ctexpire, ctdir } = info;
  add(stateWord, ctstate, STATES.filter((_, bit) => ((ctstate?.bits ?? 0) & (1 << bit)) !== 0).join(','));
  add('ctproto', ctproto, `${ctproto?.number}`);
  for (const name of ADDRESSES) {
    const test = info.addresses[name];
    if (test !== undefined) add(name, test, !numeric && test.address === 0 ? 'anywhere' : formatHost(test));
  }
  for (const name of PORTS) {
    const test = info.ports[name];
    if (test !== undefined) add(name, test, test.max === 0 ? `${test.min}` : formatPortRange(test));
  }
  add(
    'ctstatus',
    ctstatus,
    STATUSES.filter((_, bit) => ((ctstatus?.bits ?? 0) & (1 << bit)) !== 0).join(',') || 'NONE',
  );
  if (ctexpire !== undefined) add('ctexpire', ctexpire, formatPortRange(ctexpire));
  if (ctdir !== undefined) text += ` ${prefix}ctdir ${ctdir}`;
  return text;
}

function formatHost({ address, mask }: HostTest): string {
  const length = ipv4MaskLength(mask);
  return formatIpv4(address) + (length === 32 ? '' : `/${length}`);
}

/** Bits of a tracked packet by `ctinfo`, directions folded. */
const NEW = 1 << STATES.indexOf('NEW');
const INFO_BITS = [1 << STATES.indexOf('ESTABLISHED'), 1 << STATES.indexOf('RELATED'), NEW] as const;
const INVALID = 1 << STATES.indexOf('INVALID');
const UNTRACKED = 1 << STATES.indexOf('UNTRACKED');
const SNAT = 1 << STATES.indexOf('SNAT');
const DNAT = 1 << STATES.indexOf('DNAT');

/** What is asked about a connection. */
type Looked = Pick<Connection, 'original' | 'reply' | 'protocol' | 'status'>;

const NOWHERE: Tuple = { src: IPV4_ANY, dst: IPV4_ANY, protocol: 0, sport: 0, dport: 0 };

/** What `-j CT` hangs on a packet is a connection for Linux too: a new one, of zeros, which is confirmed and over. */
const BLANK: Looked = {
  original: NOWHERE,
  reply: NOWHERE,
  protocol: 0,
  status: Status.TEMPLATE | Status.CONFIRMED,
};

function stateBits(packet: Packet, ct: Looked | undefined): number {
  if (ct === BLANK) return NEW;
  if (ct === undefined) {
    return packet.ctinfo === CtInfo.UNTRACKED ? UNTRACKED : INVALID;
  }
  let bits = INFO_BITS[packet.ctinfo % 3]!;
  if ((ct.status & Status.SRC_NAT) !== 0) bits |= SNAT;
  if ((ct.status & Status.DST_NAT) !== 0) bits |= DNAT;
  return bits;
}

/** The test of a set of options; state first, since most rules ask for nothing else. */
export function compileConntrack(info: ConntrackInfo): CompiledMatch {
  const { ctstate, ctdir, ctproto, ctstatus, ctexpire } = info;
  const hasMore = Object.keys(info.addresses).length + Object.keys(info.ports).length > 0;
  const wantsMore =
    hasMore || ctdir !== undefined || ctproto !== undefined || ctstatus !== undefined || ctexpire !== undefined;
  const test: CompiledMatch['test'] = (packet, { net }) => {
    const known = ctOf(packet);
    const ct: Looked | undefined = known ?? (packet.nfct instanceof Template ? BLANK : undefined);
    if (ctstate !== undefined && ((stateBits(packet, ct) & ctstate.bits) !== 0) === ctstate.inverted) return false;
    if (ct === undefined) return ctstate !== undefined;
    if (!wantsMore) return true;
    if (ctdir !== undefined && (directionOf(packet.ctinfo) === 0) !== (ctdir === 'ORIGINAL')) return false;
    if (ctproto !== undefined && (ct.protocol === ctproto.number) === ctproto.inverted) return false;
    if (hasMore && !tuplesHold(info, ct.original, ct.reply)) return false;
    if (ctstatus !== undefined && ((ct.status & ctstatus.bits) !== 0) === ctstatus.inverted) return false;
    if (ctexpire === undefined) return true;
    const seconds =
      known?.isConfirmed === true
        ? net.conntrack.remainingSeconds(known)
        : untimelySeconds(known?.timeout ?? 0, net.host);
    return (seconds >= ctexpire.min && seconds <= ctexpire.max) !== ctexpire.inverted;
  };
  return { needs: ['conntrack'], test, byState: !wantsMore };
}

/**
 * Seconds that an unconfirmed connection seems to have left: Linux takes its timeout, still a length of time, for a
 * deadline on a clock of 32 bits that starts at minus five minutes. It seems long-lived until then and expired after,
 * until half of the clock's range has gone by: 248 days with HZ=100, 99 with HZ=250. A template's timeout is nothing.
 */
function untimelySeconds(timeout: number, { jiffies32, hz }: Host): number {
  return Math.max(0, Math.floor(((timeout - jiffies32) | 0) / hz));
}

function tuplesHold({ addresses, ports }: ConntrackInfo, original: Tuple, reply: Tuple): boolean {
  const host = (test: HostTest | undefined, address: Tuple['src']): boolean =>
    test === undefined || (((Number(address) ^ test.address) & test.mask) === 0) !== test.inverted;
  const port = (test: RangeTest | undefined, value: number): boolean =>
    test === undefined || (value >= test.min && value <= test.max) !== test.inverted;
  return (
    host(addresses.ctorigsrc, original.src) &&
    host(addresses.ctorigdst, original.dst) &&
    host(addresses.ctreplsrc, reply.src) &&
    host(addresses.ctrepldst, reply.dst) &&
    port(ports.ctorigsrcport, original.sport) &&
    port(ports.ctorigdstport, original.dport) &&
    port(ports.ctreplsrcport, reply.sport) &&
    port(ports.ctrepldstport, reply.dport)
  );
}

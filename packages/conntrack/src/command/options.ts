import {
  type Address,
  type Ipv4Address,
  ipv4Mask,
  ipv4MaskLength,
  ipv4ToBits,
  PROTOCOL,
  parseIpv4,
} from '@chainwalk/core';
import { TCP_STATE_NAMES } from '../trackers/tcp-state.ts';

/** An address or network that a filter asks for. */
export interface AddressFilter {
  readonly address: Address;
  /** 32 bits. */
  readonly mask: number;
}

export type CommandName = 'L' | 'D' | 'F' | 'C' | 'S' | 'I' | 'G' | 'E' | 'U' | 'h' | 'V';
export type TableName = 'conntrack' | 'expect' | 'dying' | 'unconfirmed';

/** What a command line of the conntrack tool asks for. */
export interface ParsedCommand {
  command: CommandName;
  table: TableName;
  family: 'ipv4' | 'ipv6' | undefined;
  protocol: number | undefined;
  addresses: { src?: AddressFilter; dst?: AddressFilter; replySrc?: AddressFilter; replyDst?: AddressFilter };
  ports: { sport?: number; dport?: number; replySport?: number; replyDport?: number };
  icmp: { type?: number; code?: number; id?: number };
  state: string | undefined;
  timeout: number | undefined;
  /** Status words as they were given. */
  status: readonly string[] | undefined;
  mark: { readonly value: number; readonly mask: number } | undefined;
  labels: readonly string[] | undefined;
  zone: number | undefined;
  originalZone: number | undefined;
  replyZone: number | undefined;
  /** NAT of either half, to this address if one is given. */
  nat: { src?: true | NatTarget; dst?: true | NatTarget; any?: true | NatTarget };
  output: readonly string[];
  helper: string | undefined;
  events: readonly string[] | undefined;
  zero: boolean;
}

/** Where NAT leads, in a filter or for `-I`. */
export interface NatTarget {
  readonly address: Address;
  readonly port: number | undefined;
}

/** A command line that the tool refuses: its message and exit status. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const LONG: Readonly<Record<string, string>> = {
  dump: 'L',
  create: 'I',
  delete: 'D',
  update: 'U',
  get: 'G',
  flush: 'F',
  event: 'E',
  count: 'C',
  stats: 'S',
  help: 'h',
  version: 'V',
  src: 's',
  'orig-src': 's',
  dst: 'd',
  'orig-dst': 'd',
  'reply-src': 'r',
  'reply-dst': 'q',
  protonum: 'p',
  proto: 'p',
  timeout: 't',
  status: 'u',
  zero: 'z',
  'event-mask': 'e',
  family: 'f',
  'src-nat': 'n',
  'dst-nat': 'g',
  'any-nat': 'j',
  output: 'o',
  mark: 'm',
  label: 'l',
  zone: 'w',
};

const COMMANDS = 'LIDUGFECShV';
/** Options without an argument, and those whose argument may be missing. */
const FLAGS = 'z';
const OPTIONAL = 'ngj';

const PROTOCOL_NAMES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(PROTOCOL).map(([name, number]): [string, number] => [name, number]),
  ['icmpv6', PROTOCOL.icmpv6],
]);

/** Reads the arguments behind `conntrack`. Throws {@link UsageError} where the tool would refuse them. */
export function parseCommand(argv: readonly string[]): ParsedCommand {
  const parsed: ParsedCommand = {
    command: 'h',
    table: 'conntrack',
    family: undefined,
    protocol: undefined,
    addresses: {},
    ports: {},
    icmp: {},
    state: undefined,
    timeout: undefined,
    status: undefined,
    mark: undefined,
    labels: undefined,
    zone: undefined,
    originalZone: undefined,
    replyZone: undefined,
    nat: {},
    output: [],
    helper: undefined,
    events: undefined,
    zero: false,
  };
  let command: CommandName | undefined;
  const words = splitArguments(argv);
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const name = word.startsWith('--')
      ? (LONG[word.slice(2)] ?? word.slice(2))
      : word.startsWith('-')
        ? word.slice(1)
        : '';
    if (name === '') throw new UsageError(`Bad parameter \`${word}'`);
    const follows = words[at + 1];
    if (name.length === 1 && COMMANDS.includes(name)) {
      if (command !== undefined) throw new UsageError('Invalid commands combination');
      command = name as CommandName;
      if (follows !== undefined && !follows.startsWith('-')) {
        parsed.table = tableOf(follows);
        at++;
      }
      continue;
    }
    if (FLAGS.includes(name) && name.length === 1) {
      parsed.zero = true;
      continue;
    }
    const mayLack = name.length === 1 && OPTIONAL.includes(name);
    if (follows === undefined || (mayLack && follows.startsWith('-'))) {
      if (!mayLack) throw new UsageError(`option \`${word}' requires an argument`);
      applyNat(parsed, name, undefined);
      continue;
    }
    at++;
    apply(parsed, name, follows, word);
  }
  if (command === undefined) throw new UsageError('You need to supply a command');
  parsed.command = command;
  return parsed;
}

/** `--name=value` and `-pudp` in two words each. */
function splitArguments(argv: readonly string[]): string[] {
  return argv.flatMap((word) => {
    const equals = word.indexOf('=');
    if (word.startsWith('--') && equals > 0) return [word.slice(0, equals), word.slice(equals + 1)];
    if (/^-[a-z]./i.test(word) && !word.startsWith('--')) return [word.slice(0, 2), word.slice(2)];
    return [word];
  });
}

function tableOf(word: string): TableName {
  if (word === 'conntrack' || word === 'expect' || word === 'dying' || word === 'unconfirmed') return word;
  throw new UsageError(`unknown type \`${word}'`);
}

function apply(parsed: ParsedCommand, name: string, value: string, word: string): void {
  switch (name) {
    case 's':
      parsed.addresses.src = addressOf(value);
      return;
    case 'd':
      parsed.addresses.dst = addressOf(value);
      return;
    case 'r':
      parsed.addresses.replySrc = addressOf(value);
      return;
    case 'q':
      parsed.addresses.replyDst = addressOf(value);
      return;
    case 'p':
      parsed.protocol = protocolOf(value);
      return;
    case 't':
      parsed.timeout = numberOf(value);
      return;
    case 'u':
      parsed.status = value.split(',');
      return;
    case 'm':
      parsed.mark = markOf(value);
      return;
    case 'l':
      parsed.labels = value.split(',');
      return;
    case 'w':
      parsed.zone = numberOf(value);
      return;
    case 'orig-zone':
      parsed.originalZone = numberOf(value);
      return;
    case 'reply-zone':
      parsed.replyZone = numberOf(value);
      return;
    case 'f':
      if (value !== 'ipv4' && value !== 'ipv6') throw new UsageError(`unknown family \`${value}'`);
      parsed.family = value;
      return;
    case 'o':
      parsed.output = value.split(',');
      return;
    case 'e':
      parsed.events = value.toUpperCase().split(',');
      return;
    case 'state':
      if (parsed.protocol === PROTOCOL.tcp && !TCP_STATE_NAMES.includes(value)) {
        throw new UsageError(`unknown TCP state \`${value}'`);
      }
      parsed.state = value;
      return;
    case 'helper':
      parsed.helper = value;
      return;
    case 'sport':
    case 'orig-port-src':
      parsed.ports.sport = numberOf(value);
      return;
    case 'dport':
    case 'orig-port-dst':
      parsed.ports.dport = numberOf(value);
      return;
    case 'reply-port-src':
      parsed.ports.replySport = numberOf(value);
      return;
    case 'reply-port-dst':
      parsed.ports.replyDport = numberOf(value);
      return;
    case 'icmp-type':
      parsed.icmp.type = numberOf(value);
      return;
    case 'icmp-code':
      parsed.icmp.code = numberOf(value);
      return;
    case 'icmp-id':
      parsed.icmp.id = numberOf(value);
      return;
    case 'n':
    case 'g':
    case 'j':
      applyNat(parsed, name, natTarget(value));
      return;
    default:
      throw new UsageError(`unknown option \`${word}'`);
  }
}

function applyNat(parsed: ParsedCommand, name: string, target: NatTarget | undefined): void {
  const key = name === 'n' ? 'src' : name === 'g' ? 'dst' : 'any';
  parsed.nat[key] = target ?? true;
}

function natTarget(value: string): NatTarget {
  const colon = value.indexOf(':');
  const address = parseIpv4(colon < 0 ? value : value.slice(0, colon));
  if (address === undefined) throw new UsageError(`Invalid IP address \`${value}'`);
  return { address, port: colon < 0 ? undefined : numberOf(value.slice(colon + 1)) };
}

function addressOf(value: string): AddressFilter {
  const [text = '', length] = value.split('/');
  const address = parseIpv4(text);
  if (address === undefined) throw new UsageError(`Invalid IP address \`${text}'`);
  if (length === undefined) return { address, mask: 0xffffffff };
  const dotted = parseIpv4(length);
  const bits = dotted === undefined ? Number(length) : (ipv4MaskLength(ipv4ToBits(dotted)) ?? -1);
  if (!Number.isInteger(bits) || bits < 0 || bits > 32) throw new UsageError(`Invalid netmask \`${length}'`);
  return { address, mask: ipv4Mask(bits) };
}

function protocolOf(value: string): number {
  const number = PROTOCOL_NAMES.get(value.toLowerCase()) ?? Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 255) throw new UsageError(`\`${value}' unsupported protocol`);
  return number;
}

function markOf(value: string): { value: number; mask: number } {
  const [text = '', mask] = value.split('/');
  return { value: numberOf(text), mask: mask === undefined ? 0xffffffff : numberOf(mask) };
}

/** Decimal or `0x` hexadecimal. The tool takes other words for 0; they are refused here. */
function numberOf(value: string): number {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(value)) throw new UsageError(`Invalid number \`${value}'`);
  return Number(value);
}

/** Whether an address is in a filter's network. */
export function isInFilter(address: Address, filter: AddressFilter): boolean {
  return ((ipv4ToBits(address as Ipv4Address) ^ ipv4ToBits(filter.address as Ipv4Address)) & filter.mask) === 0;
}

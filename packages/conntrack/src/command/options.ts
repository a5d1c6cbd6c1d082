import { type Address, type Ipv4Address, ipv4Mask, ipv4ToBits, PROTOCOL, parseIpv4 } from '@chainwalk/core';
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
  /** `--mask-src` and `--mask-dst`, 32 bits: they go before the mask of a network. */
  masks: { src?: number; dst?: number };
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
  /**
   * `-D -t` beside another option that entries are compared by: the tool compares the timeout as well, without being told
   * how, and finds nothing equal. Alone it is passed over.
   */
  comparesTimeout: boolean;
  /** The id that `-o id` prints. */
  id: number | undefined;
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
  id: 'i',
  'any-range': 'a',
  'buffer-size': 'b',
  secmark: 'c',
};

/** Names of options in the tool's words, where it says that one does not go with a command. */
const NAMES: Readonly<Record<string, string>> = {
  s: 'src',
  d: 'dst',
  r: 'reply-src',
  q: 'reply-dst',
  p: 'protonum',
  t: 'timeout',
  u: 'status',
  z: 'zero',
  e: 'event-mask',
  i: 'id',
  f: 'family',
  n: 'src-nat',
  g: 'dst-nat',
  j: 'any-nat',
  o: 'output',
  m: 'mark',
  w: 'zone',
  b: 'buffer-size',
  c: 'secmark',
};

const FILTERS = Object.keys(NAMES).concat('mask-src', 'mask-dst', 'orig-zone', 'reply-zone');

/** Options that a command does not take, in the order in which the tool looks at them; for others anything goes here. */
const FOREIGN: Readonly<Partial<Record<CommandName, readonly string[]>>> = {
  D: ['z', 'e', 'j', 'b', 'c'],
  I: ['c'],
  L: ['t', 'e', 'i', 'b'],
  F: FILTERS.filter((name) => name !== 'f'),
  C: FILTERS,
  S: FILTERS,
};

/** Commands on tables beside the connections. */
const TABLES: Readonly<Record<Exclude<TableName, 'conntrack'>, readonly CommandName[]>> = {
  expect: ['L', 'F', 'C', 'E', 'I', 'G'],
  dying: ['L'],
  unconfirmed: ['L'],
};

/** Options that make the tool compare each entry with what was asked for. */
const COMPARED = ['s', 'd', 'r', 'q', 'p', 'm', 'u', 'i', 'w'];

/** Options of one or some protocols: they are unknown until `-p` names one. */
const OF_PORTS = ['sport', 'dport', 'orig-port-src', 'orig-port-dst', 'reply-port-src', 'reply-port-dst'];
const WITH_PORTS: readonly number[] = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, PROTOCOL.dccp, PROTOCOL.udplite];
const WITH_STATES: readonly number[] = [PROTOCOL.tcp, PROTOCOL.sctp, PROTOCOL.dccp];

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
    masks: {},
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
    comparesTimeout: false,
    id: undefined,
    zero: false,
  };
  let command: CommandName | undefined;
  const given = new Set<string>();
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
    given.add(name);
    if (FLAGS.includes(name) && name.length === 1) {
      parsed.zero = true;
      continue;
    }
    if (!belongsTo(name, parsed.protocol)) throw new UsageError(`unknown option \`${word}'`);
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
  check(command, given);
  if (parsed.family === 'ipv6' && Object.keys(parsed.addresses).length > 0)
    throw new UsageError('mismatched address family');
  if (parsed.table !== 'conntrack' && !TABLES[parsed.table].includes(command))
    throw new UsageError(`-${command} does not go with the table ${parsed.table}`);
  parsed.comparesTimeout = given.has('t') && COMPARED.some((name) => given.has(name));
  return parsed;
}

/** Whether an option is one of all protocols, or of the one that `-p` named before it. */
function belongsTo(name: string, protocol = -1): boolean {
  if (OF_PORTS.includes(name)) return WITH_PORTS.includes(protocol);
  if (name === 'state') return WITH_STATES.includes(protocol);
  return !name.startsWith('icmp-') || protocol === PROTOCOL.icmp;
}

/** What names one connection has its ports, and type and code of ICMP. Throws {@link UsageError}. */
export function requirePorts({ protocol = 0, ports, icmp }: ParsedCommand): void {
  if (WITH_PORTS.includes(protocol) && (ports.sport === undefined || ports.dport === undefined))
    throw new UsageError("you have to specify `--sport' and `--dport'");
  if (protocol !== PROTOCOL.icmp) return;
  const missing = icmp.type === undefined ? 'type' : icmp.code === undefined ? 'code' : undefined;
  if (missing !== undefined)
    throw new UsageError(`You need to supply the \`--icmp-${missing}' option for this command`);
}

/** Refuses options that do not go with a command, or that lack another one. */
function check(command: CommandName, given: ReadonlySet<string>): void {
  const foreign = (FOREIGN[command] ?? []).find((name) => given.has(name));
  if (foreign !== undefined) throw new UsageError(`Illegal option \`--${NAMES[foreign] ?? foreign}' with this command`);
  for (const [mask, address] of [
    ['mask-src', 's'],
    ['mask-dst', 'd'],
  ] as const) {
    if (given.has(mask) && !given.has(address)) throw new UsageError(`Can't use --${mask} without --${NAMES[address]}`);
  }
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
      parsed.addresses.replySrc = singleAddressOf(value);
      return;
    case 'q':
      parsed.addresses.replyDst = singleAddressOf(value);
      return;
    case 'p':
      parsed.protocol = protocolOf(value);
      return;
    case 't':
      parsed.timeout = numberOf(value);
      return;
    case 'u':
      parsed.status = value.toUpperCase().split(',');
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
    case 'i':
      parsed.id = numberOf(value);
      return;
    case 'mask-src':
      parsed.masks.src = maskOf(value);
      return;
    case 'mask-dst':
      parsed.masks.dst = maskOf(value);
      return;
    case 'a':
    case 'b':
    case 'c':
      // -a is passed over with a warning; -b and -c go with no command that is modelled, or change nothing.
      return;
    case 'f':
      if (value !== 'ipv4' && value !== 'ipv6') throw new UsageError(`\`${value}' unsupported protocol`);
      if (parsed.family !== undefined && parsed.family !== value) throw new UsageError('mismatched address family');
      parsed.family = value;
      return;
    case 'o':
      parsed.output = value.split(',');
      return;
    case 'e':
      parsed.events = value.toUpperCase().split(',');
      return;
    case 'state':
      // The tool's older name for it.
      parsed.state = parsed.protocol === PROTOCOL.tcp && value === 'LISTEN' ? 'SYN_SENT2' : value;
      if (parsed.protocol === PROTOCOL.tcp && !TCP_STATE_NAMES.includes(parsed.state)) {
        throw new UsageError(`unknown TCP state \`${value}'`);
      }
      return;
    case 'helper':
      parsed.helper = value;
      return;
    case 'sport':
    case 'orig-port-src':
      parsed.ports.sport = portOf(value);
      return;
    case 'dport':
    case 'orig-port-dst':
      parsed.ports.dport = portOf(value);
      return;
    case 'reply-port-src':
      parsed.ports.replySport = portOf(value);
      return;
    case 'reply-port-dst':
      parsed.ports.replyDport = portOf(value);
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
  if (!/^\d+$/.test(length) || Number(length) > 32) throw new UsageError('Invalid netmask');
  return { address, mask: ipv4Mask(Number(length)) };
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

/** An address of replies, which has no network beside it. */
function singleAddressOf(value: string): AddressFilter {
  if (value.includes('/')) throw new UsageError(`Invalid IP address \`${value}'`);
  return addressOf(value);
}

function maskOf(value: string): number {
  const mask = parseIpv4(value);
  if (mask === undefined) throw new UsageError(`Invalid netmask \`${value}'`);
  return ipv4ToBits(mask);
}

/** Decimal, octal or hexadecimal, as far as it goes (`strtoul`): other words are 0. */
function numberOf(value: string): number {
  const parts = /^\s*[-+]?(?:(0x[0-9a-f]+)|0([0-7]+)|(\d+))/i.exec(value);
  if (parts === null) return 0;
  return Number(parts[1] ?? parts[3] ?? `0o${parts[2]}`);
}

/** Decimal as far as it goes, cut to 16 bits (`atoi`). */
function portOf(value: string): number {
  return (Number.parseInt(value, 10) || 0) & 0xffff;
}

/** Whether an address is in a filter's network. */
export function isInFilter(address: Address, filter: AddressFilter, mask: number = filter.mask): boolean {
  return ((ipv4ToBits(address as Ipv4Address) ^ ipv4ToBits(filter.address as Ipv4Address)) & mask) === 0;
}

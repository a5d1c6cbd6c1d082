import type { CreateAttributes, ElementAttributes } from './attributes.ts';
import { fail, IpsetFault, misuse } from './fault.ts';
import { MAX_TIMEOUT } from './member-data.ts';
import { byteLength, parseAddresses, parseSetName, parseTcpUdpPorts } from './parse-element.ts';
import { parseBig, parseNumber } from './parse-number.ts';
import { formatIp } from './text.ts';
import type { TypeSyntax } from './type-syntax.ts';

const MAX_U32 = 0xffffffff;
/** The kernel keeps 2^64 - 1 for "not given". */
const MAX_COUNTER = (1n << 64n) - 2n;
const MAX_COMMENT = 255;

/** The words behind a type or an element, one after the other. */
class Words {
  readonly #words: readonly string[];
  #at = 0;
  readonly #seen = new Set<string>();

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** The next option's name as written, and without the dashes that old scripts put before it. */
  next(): { readonly written: string; readonly name: string } | undefined {
    const written = this.#words[this.#at++];
    return written === undefined ? undefined : { written, name: written.startsWith('--') ? written.slice(2) : written };
  }

  /** The value of an option. */
  value(option: string): string {
    const value = this.#words[this.#at++];
    if (value === undefined) misuse(`Missing mandatory argument of option \`${option}'`);
    return value;
  }

  /** Refuses what was given before, by itself or by another name. */
  once(kind: string, written: string): void {
    if (this.#seen.has(kind)) fail(`Syntax error: ${written} already specified`);
    this.#seen.add(kind);
  }
}

/** What an option of every type's `add` does. */
const ADD_OPTIONS: Readonly<Record<string, (value: string, element: ElementAttributes) => void>> = {
  timeout(value, element) {
    element.timeout = parseNumber(value, 0, MAX_TIMEOUT);
  },
  packets(value, element) {
    element.packets = parseBig(value, 0n, MAX_COUNTER);
  },
  bytes(value, element) {
    element.bytes = parseBig(value, 0n, MAX_COUNTER);
  },
  comment(value, element) {
    if (value.includes('"')) fail('Syntax error: " character is not permitted in comments');
    if (byteLength(value) > MAX_COMMENT)
      fail(`Syntax error: Comment is longer than the maximum allowed ${MAX_COMMENT} characters`);
    element.comment = value;
  },
  skbmark(value, element) {
    const parts = /^0x([0-9a-fA-F]+)(?:\/0x([0-9a-fA-F]+))?/.exec(value);
    if (parts === null) fail('Syntax error: Invalid skbmark format, it should be:  MARK/MASK or MARK (see manpage)');
    element.skbmark = { mark: low32(parts[1]!), mask: parts[2] === undefined ? MAX_U32 : low32(parts[2]) };
  },
  skbprio(value, element) {
    const parts = /^(?:0x)?([0-9a-fA-F]+):(?:0x)?([0-9a-fA-F]+)/.exec(value);
    if (parts === null) fail('Syntax error: Invalid skbprio format, it should be:MAJOR:MINOR (see manpage)');
    element.skbprio = ((low32(parts[1]!) << 16) | (low32(parts[2]!) & 0xffff)) >>> 0;
  },
  skbqueue(value, element) {
    element.skbqueue = parseNumber(value, 0, 0xffff);
  },
};

/** The last 32 bits of a hexadecimal number of any length. */
function low32(digits: string): number {
  return Number.parseInt(digits.slice(-8), 16);
}

/** The options of `add`, `del` and `test`, written into the element. @throws IpsetFault */
export function parseElementOptions(
  command: 'add' | 'del' | 'test',
  list: readonly string[],
  syntax: TypeSyntax,
  element: ElementAttributes,
): void {
  const words = new Words(list);
  for (let option = words.next(); option !== undefined; option = words.next()) {
    const { written, name } = option;
    const own = syntax[command].includes(name);
    const general = command === 'add' && Object.hasOwn(ADD_OPTIONS, name) ? ADD_OPTIONS[name] : undefined;
    if (!own && general === undefined) misuse(`Unknown argument: \`${written}'`);
    if (name === 'nomatch') element.nomatch = true;
    else if (name === 'wildcard') element.wildcard = true;
    else if (name === 'before' || name === 'after') {
      const reference = words.value(name);
      if (element.reference !== undefined) fail(`Syntax error: ${written} already specified`);
      element.reference = { where: name, name: parseSetName(reference) };
    } else if (general !== undefined) {
      const value = words.value(name);
      words.once(name, written);
      general(value, element);
    }
  }
}

/** What `create` understood, and what it says of options that mean nothing any more. */
export interface CreateOptions {
  readonly attributes: CreateAttributes;
  readonly warnings: readonly string[];
}

/** The options of `create`. @throws IpsetFault */
export function parseCreateOptions(list: readonly string[], syntax: TypeSyntax): CreateOptions {
  checkCreateNames(list, syntax);
  const words = new Words(list);
  const attributes: CreateAttributes = {};
  const warnings: string[] = [];
  for (let option = words.next(); option !== undefined; option = words.next()) {
    parseCreateOption(option.name, option.written, words, syntax, attributes, warnings);
  }
  checkRange(syntax, attributes);
  return { attributes, warnings };
}

/** Looks at the names of all options of `create`, and at the family, before any other value, as the tool does to choose the revision of the type. */
function checkCreateNames(list: readonly string[], syntax: TypeSyntax): void {
  const words = new Words(list);
  for (let option = words.next(); option !== undefined; option = words.next()) {
    const { written, name } = option;
    if (syntax.later?.options.includes(name)) {
      const { revision } = syntax.later;
      misuse(
        `Argument \`${name}' is supported in the kernel module of the set type ${syntax.name} starting from the revision ` +
          `${revision} and you have installed revision ${revision - 1} only. Your kernel is behind your ipset utility.`,
      );
    }
    if (!syntax.create.includes(name) && !GENERAL_CREATE.includes(name)) misuse(`Unknown argument: \`${written}'`);
    if (WITHOUT_VALUE.includes(name)) continue;
    const value = words.value(name);
    if (name === 'family') parseFamily(value);
  }
}

/** Options of `create` that stand by themselves. */
const WITHOUT_VALUE: readonly string[] = [
  'counters',
  'comment',
  'skbinfo',
  'forceadd',
  'matchunset',
  '-4',
  'inet',
  '-6',
  'inet6',
];

const GENERAL_CREATE: readonly string[] = ['timeout', 'counters', 'comment', 'skbinfo'];

function parseCreateOption(
  name: string,
  written: string,
  words: Words,
  syntax: TypeSyntax,
  attributes: CreateAttributes,
  warnings: string[],
): void {
  switch (name) {
    case 'counters':
    case 'comment':
    case 'skbinfo':
    case 'forceadd':
      attributes[name] = true;
      return;
    case 'matchunset':
      return;
    case '-4':
    case 'inet':
    case '-6':
    case 'inet6':
      words.once('family', written);
      attributes.family = name.endsWith('6') ? 'inet6' : 'inet';
      return;
  }
  const value = words.value(name);
  switch (name) {
    case 'probes':
    case 'resize':
    case 'gc':
      warnings.push(`Warning: Option '--${name} ${value}' is ignored. Please upgrade your syntax.`);
      return;
    case 'family':
      words.once('family', written);
      attributes.family = parseFamily(value);
      return;
    case 'timeout':
      words.once(name, written);
      attributes.timeout = parseNumber(value, 0, MAX_TIMEOUT);
      return;
    case 'bucketsize':
      words.once(name, written);
      attributes.bucketsize = parseNumber(value, 0, 255);
      return;
    case 'hashsize':
    case 'maxelem':
    case 'initval':
    case 'markmask':
    case 'size':
      words.once(name, written);
      attributes[name] = parseNumber(value, 0, MAX_U32);
      return;
    case 'netmask':
      words.once(name, written);
      attributes.netmask = parseNetmask(value, attributes.family === 'inet6' ? 128 : 32);
      return;
    case 'range':
    case 'network':
    case 'from':
    case 'to':
      words.once(name, written);
      parseRange(name, value, syntax, attributes);
      return;
  }
}

function parseFamily(value: string): 'inet' | 'inet6' {
  if (value === 'inet' || value === 'ipv4') return 'inet';
  if (value === 'inet6' || value === 'ipv6') return 'inet6';
  if (value === 'unspec') fail('Protocol family not supported by the set type');
  fail(`Syntax error: unknown inet family ${value}`);
}

function parseNetmask(value: string, longest: number): number {
  try {
    return parseNumber(value, 1, longest);
  } catch (fault) {
    if (!(fault instanceof IpsetFault)) throw fault;
    fail(...fault.lines, `Syntax error: netmask is out of the inclusive range of 1-${longest}`);
  }
}

function parseRange(name: string, value: string, syntax: TypeSyntax, attributes: CreateAttributes): void {
  if (syntax.parts[0] === 'tcp-udp-port') {
    const { port, portTo } = parseTcpUdpPorts(value);
    if (name === 'to') attributes.portTo = port;
    else Object.assign(attributes, { port }, portTo === undefined ? {} : { portTo });
    return;
  }
  const parsed = parseAddresses(value, 'inet', name === 'range' || name === 'network' ? 'range' : 'plain');
  if (name === 'to') attributes.ipTo = parsed.ip;
  else Object.assign(attributes, parsed);
}

/** Bitmaps need both ends of their range. */
function checkRange(syntax: TypeSyntax, attributes: CreateAttributes): void {
  if (!syntax.create.includes('range')) return;
  const { ip, ipTo, cidr, port, portTo } = attributes;
  if (ip === undefined && port === undefined) misuse("Mandatory option `range' is missing");
  if (ipTo === undefined && cidr === undefined && portTo === undefined) misuse("Mandatory option `to' is missing");
}

/** How an element that was read is shown in the answer of `test`. */
export function describeAddress(element: ElementAttributes): string {
  const { ip, ipTo, cidr } = element;
  if (ip === undefined) return '';
  const longest = typeof ip === 'number' ? 32 : 128;
  if (ipTo !== undefined) return `${formatIp(ip)}-${formatIp(ipTo)}`;
  return cidr === undefined || cidr === longest ? formatIp(ip) : `${formatIp(ip)}/${cidr}`;
}

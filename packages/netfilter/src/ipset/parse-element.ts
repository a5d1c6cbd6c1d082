import { type Address, ipv4FromBits, PROTOCOL, parseIpv4, parseIpv6 } from '@chainwalk/core';
import { parseProtocol, protocolNameOf } from '../iptables/protocols.ts';
import { type PortProtocol, servicePort } from '../x_tables/services.ts';
import type { ElementAttributes } from './attributes.ts';
import { fail, IpsetFault } from './fault.ts';
import { icmpByName } from './icmp-names.ts';
import type { SetFamily } from './ip-set.ts';
import { protocolHasPorts } from './packet-fields.ts';
import { parseNumber, readNumber } from './parse-number.ts';
import type { ElementPart, TypeSyntax } from './type-syntax.ts';

const MAX_NAME = 31;
const MAX_IFACE = 15;

/**
 * Where a separator stands, or -1. One at either end separates nothing, and what is in square brackets is text.
 */
function separator(text: string, character: string): number {
  let from = 0;
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    if (close < 0) fail(`Syntax error: cannot find closing escape character ']' in ${text}`);
    from = close + 1;
  }
  const at = text.indexOf(character, Math.max(from, 1));
  return at > 0 && at < text.length - 1 ? at : -1;
}

/** The text without the square brackets around it. */
function unbracket(text: string): string {
  return text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
}

/** What `add`, `del` and `test` take: `10.0.0.1,tcp:80`. @throws IpsetFault */
export function parseElement(text: string, syntax: TypeSyntax, family: SetFamily): ElementAttributes {
  const element: ElementAttributes = {};
  const texts = splitParts(text, syntax);
  for (const [index, part] of texts.entries()) PARSERS[syntax.parts[index]!](part, element, family, index);
  return element;
}

function splitParts(text: string, syntax: TypeSyntax): string[] {
  const [first] = syntax.parts;
  if (first === 'setname') return [text];
  const texts: string[] = [];
  let rest = text;
  for (;;) {
    const at = separator(rest, ',');
    if (at < 0) break;
    texts.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
    if (texts.length === syntax.parts.length) {
      const words = ['no', 'Elem separator', 'Two elem separators', 'Three elem separators'];
      const supported = ['none', 'none', 'one', 'two'];
      fail(
        `Syntax error: ${words[texts.length]} in ${text}, but settype ${syntax.name} supports ${supported[texts.length]}.`,
      );
    }
    // The last part takes the rest only if there is one more part to come.
    if (texts.length === syntax.parts.length - 1 && separator(rest, ',') <= 0) break;
  }
  texts.push(rest);
  const missing = texts.length < syntax.parts.length;
  if (missing && !(syntax.lastOptional === true && texts.length === syntax.parts.length - 1)) {
    fail(`Syntax error: ${texts.length === 1 ? 'Second' : 'Third'} element is missing from ${text}.`);
  }
  return texts;
}

type PartParser = (text: string, element: ElementAttributes, family: SetFamily, index: number) => void;

const PARSERS: Readonly<Record<ElementPart, PartParser>> = {
  ip: (text, element, family, index) => putAddress(text, element, family, index, family === 'inet6' ? 'plain' : 'any'),
  'plain-ip': (text, element, family, index) => putAddress(text, element, family, index, 'plain'),
  net: (text, element, family, index) => putAddress(text, element, family, index, family === 'inet6' ? 'net' : 'any'),
  port: (text, element, family) => putPort(text, element, family),
  'tcp-udp-port': (text, element) => Object.assign(element, parseTcpUdpPorts(text)),
  mark(text, element) {
    element.mark = parseNumber(text, 0, 0xffffffff);
  },
  ether(text, element) {
    if (!/^[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}$/.test(text))
      fail(`Syntax error: cannot parse '${text}' as ethernet address`);
    element.ether = Uint8Array.from(text.split(':'), (byte) => Number.parseInt(byte, 16));
  },
  iface(text, element) {
    const name = text.startsWith('physdev:') ? text.slice('physdev:'.length) : text;
    if (name !== text) element.physdev = true;
    if (byteLength(name) > MAX_IFACE)
      fail(`Syntax error: interface name '${name}' is longer than ${MAX_IFACE} characters`);
    element.iface = name;
  },
  setname(text, element) {
    const [name = '', where, reference, ...more] = text.split(',');
    if (where !== undefined) {
      if ((where !== 'before' && where !== 'after') || reference === undefined || more.length > 0) {
        fail('you must specify elements as setname,[before|after],setname');
      }
      element.reference = { where, name: parseSetName(reference) };
    }
    element.setName = parseSetName(name);
  },
};

/** A set's name: at most 31 bytes of anything. */
export function parseSetName(name: string): string {
  if (byteLength(name) > MAX_NAME) fail(`Syntax error: setname '${name}' is longer than ${MAX_NAME} characters`);
  return name;
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

// ---------------------------------------------------------------- addresses

interface Addresses {
  readonly ip: Address;
  readonly ipTo?: Address;
  readonly cidr?: number;
}

function putAddress(
  text: string,
  element: ElementAttributes,
  family: SetFamily,
  index: number,
  kind: 'any' | 'plain' | 'net',
): void {
  const parsed = parseAddresses(text, family === 'inet6' ? 'inet6' : 'inet', kind);
  if (index === 0) {
    Object.assign(element, parsed);
  } else {
    element.ip2 = parsed.ip;
    if (parsed.ipTo !== undefined) element.ip2To = parsed.ipTo;
    if (parsed.cidr !== undefined) element.cidr2 = parsed.cidr;
  }
}

/** `a`, `a/n` or `a-b`, as far as the kind allows. */
export function parseAddresses(
  text: string,
  family: 'inet' | 'inet6',
  kind: 'any' | 'plain' | 'net' | 'range',
): Addresses {
  const longest = family === 'inet6' ? 128 : 32;
  const slash = separator(text, '/');
  if (slash > 0) {
    const lengthText = text.slice(slash + 1);
    const length = parseNumber(lengthText, 0, 255);
    if (length > longest) fail(`Syntax error: '${lengthText}' is out of range 0-${longest}`);
    const ip = resolve(text.slice(0, slash), family);
    if (kind === 'plain') {
      if (length !== longest) fail(`Syntax error: plain IP address must be supplied: ${text}`);
      return { ip };
    }
    return { ip, cidr: length };
  }
  const dash = separator(text, '-');
  if (dash > 0) {
    if (kind === 'plain') fail(`Syntax error: plain IP address must be supplied: ${text}`);
    if (kind === 'net') fail(`Syntax error: IP address or IP/cidr must be specified: ${text}`);
    return { ip: resolve(text.slice(0, dash), family), ipTo: resolve(text.slice(dash + 1), family) };
  }
  if (kind === 'range') fail(`Syntax error: IP/cidr or IP-IP range must be specified: ${text}`);
  return { ip: resolve(text, family) };
}

/** An address; names of hosts cannot be looked up here, which the tool calls by the same words. */
function resolve(text: string, family: 'inet' | 'inet6'): Address {
  const bare = unbracket(text);
  const address = family === 'inet' ? (parseIpv4(bare) ?? inetAton(bare)) : parseIpv6(bare);
  if (address === undefined)
    fail(`Syntax error: cannot parse ${text}: resolving to IPv${family === 'inet' ? 4 : 6} address failed`);
  return address;
}

/** Dotted numbers as `inet_aton` reads them: one to four parts, octal after a 0, the last part filling what is left. */
function inetAton(text: string): Address | undefined {
  if (!/^\d+(\.\d+){0,3}$/.test(text)) return undefined;
  const parts = text
    .split('.')
    .map((part) =>
      /^0\d/.test(part) ? (/^[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number.NaN) : Number(part),
    );
  const last = parts.pop()!;
  if (parts.some((part) => !(part <= 255)) || !(last < 256 ** (4 - parts.length))) return undefined;
  return ipv4FromBits(parts.reduce((bits, part, index) => bits + part * 256 ** (3 - index), last));
}

// ---------------------------------------------------------------- ports

function putPort(text: string, element: ElementAttributes, family: SetFamily): void {
  const { protocol, rest } = splitProtocol(text);
  switch (protocol) {
    case PROTOCOL.tcp:
    case PROTOCOL.udp:
    case PROTOCOL.sctp:
    case PROTOCOL.udplite:
      Object.assign(element, parsePorts(rest, protocol));
      break;
    case PROTOCOL.icmp:
      if (family !== 'inet') wrongFamily('Protocol ICMP can be used with family inet only');
      element.port = parseIcmp(rest, 'icmp');
      break;
    case PROTOCOL.icmpv6:
      if (family !== 'inet6') wrongFamily('Protocol ICMPv6 can be used with family inet6 only');
      element.port = parseIcmp(rest, 'icmpv6');
      break;
    default:
      if (readNumber(rest, 0, 0) === undefined) {
        const name = protocolNameOf(protocol) ?? String(protocol);
        fail(`Syntax error: Protocol ${name} can be used with pseudo port value 0 only.`);
      }
      element.port = 0;
  }
  element.proto = protocol;
}

/** The tool goes on after this one, and falls over itself. */
function wrongFamily(what: string): never {
  fail(`Syntax error: ${what}`, 'Invalid add command: missing setname');
}

/** `PROTO:` before a port; TCP if there is none. */
function splitProtocol(text: string): { readonly protocol: number; readonly rest: string } {
  const colon = text.indexOf(':');
  if (colon <= 0 || colon === text.length - 1) return { protocol: PROTOCOL.tcp, rest: text };
  const word = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  const number = readNumber(word, 0, 255);
  if (number !== undefined) return { protocol: number, rest };
  // The names' aliases in /etc/protocols are the same names in capitals.
  const known =
    word === 'all'
      ? undefined
      : (parseProtocol(word) ?? (word === word.toUpperCase() ? parseProtocol(word.toLowerCase()) : undefined));
  if (known === undefined) fail(`Syntax error: cannot parse '${word}' as a protocol`);
  if (known === 0) fail(`Syntax error: Unsupported protocol '${word}'`);
  return { protocol: known, rest };
}

/** `p` or `p-q` of a protocol that has ports. */
function parsePorts(text: string, protocol: number): { port: number; portTo?: number } {
  const dash = separator(text, '-');
  if (dash < 0) return { port: parsePort(text, protocol) };
  return { port: parsePort(text.slice(0, dash), protocol), portTo: parsePort(text.slice(dash + 1), protocol) };
}

/** A port's number or the name of a service. */
function parsePort(text: string, protocol: number): number {
  const bare = unbracket(text);
  const name = protocolNameOf(protocol)!;
  const port = readNumber(bare, 0, 0xffff) ?? servicePort(bare, name as PortProtocol);
  if (port !== undefined) return port;
  const number = faultOf(() => parseNumber(bare, 0, 0xffff));
  const fault = new IpsetFault(1, [
    ...number,
    `Syntax error: '${name}' is invalid as number`,
    `cannot parse '${text}' as a ${name} port`,
  ]);
  fault.unnumbered = true;
  throw fault;
}

/** The lines of the fault that `work` ends with. */
function faultOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (fault) {
    if (fault instanceof IpsetFault) return fault.lines;
    throw fault;
  }
  return [];
}

/** `[tcp|udp:]p[-q]`: the protocol only tells which names are known. */
export function parseTcpUdpPorts(text: string): { port: number; portTo?: number } {
  const { protocol, rest } = splitProtocol(text);
  if (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp)
    fail('Syntax error: Only protocols TCP and UDP are valid');
  return parsePorts(rest, protocol);
}

/** `TYPE/CODE` or a name, which may be cut short. */
function parseIcmp(text: string, family: 'icmp' | 'icmpv6'): number {
  const named = icmpByName(text, family);
  if (named !== undefined) return named;
  const slash = separator(text, '/');
  if (slash < 0) fail(`Cannot parse ${text} as an ${family === 'icmp' ? 'ICMP' : 'ICMPv6'} type/code.`);
  return (parseNumber(text.slice(0, slash), 0, 255) << 8) | parseNumber(text.slice(slash + 1), 0, 255);
}

/** Whether an element's protocol has ports that can be a range. */
export function hasPortRange(element: ElementAttributes): boolean {
  return element.portTo !== undefined && (element.proto === undefined || protocolHasPorts(element.proto));
}

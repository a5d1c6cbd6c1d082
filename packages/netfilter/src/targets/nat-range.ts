import { ctOf, type Manip, NatRange, type NatRangeFields } from '@chainwalk/conntrack';
import { ACCEPT, formatIpv4, type Ipv4Address, ipv4FromBits, type Packet, PROTOCOL, parseIpv4 } from '@chainwalk/core';
import {
  badOption,
  type CompiledTarget,
  type OptionUse,
  type RuleContext,
  type RuleVerdict,
} from '../x_tables/extension.ts';
import { servicePort } from '../x_tables/services.ts';
import { readUnsigned } from '../x_tables/values.ts';

/** What the NAT targets of iptables share: a range of addresses and ports, and how to choose from it. */
export interface NatInfo {
  readonly addresses?: { readonly min: Ipv4Address; readonly max: Ipv4Address };
  readonly ports?: PortRange;
  readonly random: boolean;
  readonly randomFully: boolean;
  readonly persistent: boolean;
}

interface PortRange {
  readonly min: number;
  readonly max: number;
  /** Ports are shifted by their distance to this one (`/BASE`). */
  readonly base?: number;
}

/** Protocols whose rules may name ports (for ICMP the identifier); iptables does not ask whether `-p` is inverted. */
const WITH_PORTS: ReadonlySet<number> = new Set([
  PROTOCOL.tcp,
  PROTOCOL.udp,
  PROTOCOL.sctp,
  PROTOCOL.dccp,
  PROTOCOL.icmp,
]);

/** Reads `--random`, `--random-fully` and `--persistent` of a rule. */
export function readFlags(options: readonly OptionUse[]): Pick<NatInfo, 'random' | 'randomFully' | 'persistent'> {
  const has = (name: string): boolean => options.some((option) => option.name === name);
  return { random: has('random'), randomFully: has('random-fully'), persistent: has('persistent') };
}

/** `ADDRESS[-ADDRESS][:PORT[-PORT[/BASE]]]`, of which one half may be missing. */
export function parseAddressRange(option: OptionUse, rule: RuleContext): Pick<NatInfo, 'addresses' | 'ports'> {
  const text = option.values[0]!;
  const colon = text.indexOf(':');
  const ports = colon < 0 ? undefined : parsePortRange(option, text.slice(colon + 1), rule);
  if (colon === 0) return { ports: ports! };
  const span = colon < 0 ? text : text.slice(0, colon);
  const dash = span.indexOf('-');
  const min = parseAddress(option, dash < 0 ? span : span.slice(0, dash));
  const addresses = { min, max: dash < 0 ? min : parseAddress(option, span.slice(dash + 1)) };
  return ports === undefined ? { addresses } : { ports, addresses };
}

function parseAddress(option: OptionUse, word: string): Ipv4Address {
  return parseIpv4(word) ?? badOption(option, `"${word}" is no IPv4 address`);
}

/**
 * `PORT[-PORT[/BASE]]`. The first port and the base may be names of services, the second port may not; behind the base
 * anything may follow.
 */
export function parsePortRange(option: OptionUse, text: string, rule: RuleContext): PortRange {
  const number = rule.ip.protocol?.number;
  if (number === undefined || !WITH_PORTS.has(number)) {
    badOption(option, 'ports need a protocol that has them', 'write -p tcp, udp, sctp or dccp');
  }
  const first = readPort(text, 0);
  const min = first?.value ?? serviceOf(option, text);
  const dash = first?.end ?? text.length;
  if (dash === text.length) return { min, max: min };
  if (text[dash] !== '-')
    badOption(option, `"${text.slice(dash)}" behind the port`, 'write a range with a dash: 80-90');
  const last = readPort(text, dash + 1);
  if (last === undefined) badOption(option, `"${text.slice(dash + 1)}" is no port`, 'use 0 to 65535');
  if (last.value < min) badOption(option, `the port range "${text}" is the wrong way round`);
  const max = last.value;
  if (last.end === text.length) return { min, max };
  if (text[last.end] !== '/') badOption(option, `"${text.slice(last.end)}" behind the port range`);
  const baseText = text.slice(last.end + 1);
  const base = readPort(baseText, 0)?.value ?? serviceOf(option, baseText);
  if (base === 0) badOption(option, 'the base port is 0');
  return { min, max, base };
}

/** As iptables-save prints a range. */
export function formatAddressRange({ addresses, ports }: NatInfo): string {
  let text = '';
  if (addresses !== undefined) {
    text = formatIpv4(addresses.min);
    if (addresses.max !== addresses.min) text += `-${formatIpv4(addresses.max)}`;
  }
  return ports === undefined ? text : `${text}:${formatPorts(ports)}`;
}

export function formatPorts({ min, max, base }: PortRange): string {
  return `${min}${max === min ? '' : `-${max}`}${base === undefined ? '' : `/${base}`}`;
}

/** The flags with `dashes` before each: as options, or as a listing shows them. */
export function formatFlags({ random, randomFully, persistent }: NatInfo, dashes: string): string {
  return (
    (random ? `${dashes}random` : '') +
    (randomFully ? `${dashes}random-fully` : '') +
    (persistent ? `${dashes}persistent` : '')
  );
}

/** The range as conntrack takes it. */
export function natRange({ addresses, ports, random, randomFully, persistent }: NatInfo): NatRangeFields {
  return { addresses, ports, basePort: ports?.base, random: random || randomFully, persistent };
}

/** A range of one address and at most one port, as numbers (-1: no port); `undefined` if it is any other. */
function singleOf({ addresses, ports, random, randomFully, persistent }: NatInfo): CompiledTarget['numbers'] {
  if (addresses === undefined || addresses.min !== addresses.max) return undefined;
  if (random || randomFully || persistent) return undefined;
  if (ports === undefined) return [addresses.min | 0, -1];
  return ports.min === ports.max && ports.base === undefined ? [addresses.min | 0, ports.min] : undefined;
}

/** What all rules do that bind one half of a connection to one address and at most one port. */
function singleBinding(manip: Manip, name: string): CompiledTarget['apply'] {
  return (packet, { net }, _state, address, port) => {
    const ct = ctOf(packet);
    if (ct === undefined) return ACCEPT;
    const text = (): string => `${name} to ${formatIpv4(ipv4FromBits(address))}${port < 0 ? '' : `:${port}`}`;
    return traced(packet, text, net.conntrack.nat.bind(ct, address, port, manip));
  };
}

const SINGLE_BINDINGS: Record<Manip, CompiledTarget['apply']> = {
  dst: singleBinding('dst', 'DNAT'),
  src: singleBinding('src', 'SNAT'),
};

/** DNAT and SNAT: one half of a connection gets an address and a port of the range. */
export function compileBinding(info: NatInfo, manip: Manip, name: string): CompiledTarget {
  const numbers = singleOf(info);
  if (numbers !== undefined) return { needs: ['conntrack'], apply: SINGLE_BINDINGS[manip], numbers };
  const range = new NatRange(natRange(info));
  return {
    needs: ['conntrack'],
    apply: (packet, { net }) => {
      const ct = ctOf(packet);
      if (ct === undefined) return ACCEPT;
      return traced(
        packet,
        () => `${name} to ${formatAddressRange(info)}`,
        net.conntrack.nat.setupInfo(ct, range, manip),
      );
    },
  };
}

/** Tells the trace of a packet, if it has one, what a NAT target decided, and hands its verdict on. */
export function traced(packet: Packet, text: () => string, verdict: RuleVerdict): RuleVerdict {
  packet.trace?.add({ kind: 'connection', text: text() });
  return verdict;
}

function readPort(text: string, from: number): { value: number; end: number } | undefined {
  // Nearly every port is a plain number at the end of the text.
  let value = 0;
  let at = from;
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  if (at === text.length && at > from && text[from] !== '0' && at - from <= 5 && value <= 0xffff) {
    return { value, end: at };
  }
  const read = readUnsigned(text, from);
  return read === undefined || read.value > 0xffffn ? undefined : { value: Number(read.value), end: read.end };
}

/** A service of any protocol. */
function serviceOf(option: OptionUse, name: string): number {
  for (const protocol of ['tcp', 'udp', 'sctp', 'dccp', 'udplite'] as const) {
    const port = servicePort(name, protocol);
    if (port !== undefined) return port;
  }
  return badOption(option, `"${name}" is no port or service`, 'use 0 to 65535 or a name of /etc/services');
}

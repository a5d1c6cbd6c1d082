import { InputError } from '@chainwalk/core';
import { type PacketSpec, packetFromSpec, protocolNumber } from '@chainwalk/scenario';

/** How a packet is written on the command line; also the help text. */
export const PACKET_SYNTAX =
  "'PROTO SRC[:PORT] > DST[:PORT] [FLAGS] [ttl N] [tos N] [len N] [seq N] [ack N] [type N] [code N] [mark N]'";

const WORDS = ['ttl', 'tos', 'len', 'payload', 'seq', 'ack', 'win', 'type', 'code', 'id', 'mark'] as const;
type Word = (typeof WORDS)[number];

/** A packet as a user described it, and the mark it starts with. */
export interface DescribedPacket {
  readonly spec: PacketSpec;
  readonly mark: number;
}

/**
 * Reads `tcp 10.0.0.9:40000 > 10.0.0.1:443 S ttl 64`. `len` is the payload's length in bytes. ICMP is an echo request
 * unless `type` says otherwise. @throws InputError with the column of the word that is wrong
 */
export function parsePacket(text: string): DescribedPacket {
  const words = [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
  let at = 0;
  const fault = (
    word: { column: number } | undefined,
    message: string,
    hint = `a packet is written ${PACKET_SYNTAX}`,
  ): never => {
    const place = { source: 'packet', line: 1, column: word?.column ?? text.length + 1 };
    throw new InputError([{ severity: 'error', code: 'bad-packet', message, place, hint }]);
  };
  const next = (what: string): { text: string; column: number } =>
    words[at++] ?? fault(undefined, `${what} is missing`);

  const proto = next('the protocol');
  let protocol = 0;
  try {
    protocol = protocolNumber(proto.text.toLowerCase());
  } catch {
    fault(proto, `"${proto.text}" is no protocol`, 'write tcp, udp, icmp or a number from 0 to 255');
  }
  const source = next('the source');
  const arrow = next('">"');
  if (arrow.text !== '>' && arrow.text !== '->') fault(arrow, `expected ">" but found "${arrow.text}"`);
  const destination = next('the destination');
  const [src, sport] = endpoint(source, protocol, fault);
  const [dst, dport] = endpoint(destination, protocol, fault);
  const spec: Record<string, unknown> = { proto: proto.text.toLowerCase(), src, dst };
  if (sport !== undefined) spec['sport'] = sport;
  if (dport !== undefined) spec['dport'] = dport;
  let mark = 0;
  while (at < words.length) {
    const word = words[at++]!;
    if (protocol === 6 && /^[FSRPAUEC]+$/.test(word.text) && spec['flags'] === undefined) {
      spec['flags'] = word.text;
      continue;
    }
    if (!WORDS.includes(word.text as Word))
      fault(
        word,
        `"${word.text}" is not understood`,
        `words are: ${WORDS.join(', ')}${protocol === 6 ? ', and TCP flags such as S, SA, FA' : ''}`,
      );
    const value = next(`the number behind ${word.text}`);
    const number = Number(value.text);
    const most =
      word.text === 'seq' || word.text === 'ack' || word.text === 'mark'
        ? 0xffffffff
        : word.text === 'ttl' || word.text === 'tos' || word.text === 'type' || word.text === 'code'
          ? 255
          : 65507;
    if (!/^(0x[0-9a-fA-F]+|\d+)$/.test(value.text) || number > most)
      fault(value, `${word.text} "${value.text}" is no number from 0 to ${most}`);
    if (word.text === 'mark') mark = number;
    else spec[word.text === 'len' ? 'payload' : word.text] = number;
  }
  if (protocol === 6) spec['flags'] ??= 'S';
  packetFromSpec(spec as PacketSpec);
  return { spec: spec as PacketSpec, mark };
}

function endpoint(
  word: { text: string; column: number },
  protocol: number,
  fault: (word: { column: number }, message: string, hint?: string) => never,
): readonly [string, number | undefined] {
  const colon = word.text.lastIndexOf(':');
  const address = colon < 0 ? word.text : word.text.slice(0, colon);
  if (
    !/^\d+(\.\d+){3}$/.test(address) ||
    address.split('.').some((part) => Number(part) > 255 || String(Number(part)) !== part)
  ) {
    fault(word, `"${address}" is no IPv4 address`, 'write four decimal numbers without leading zeros, as in 10.0.0.1');
  }
  if (colon < 0) return [address, undefined];
  const port = word.text.slice(colon + 1);
  if (protocol === 1) fault(word, 'ICMP has no ports');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) fault(word, `"${port}" is no port from 0 to 65535`);
  return [address, Number(port)];
}

import { encodeUtf8 } from '@chainwalk/core';
import { badOption, KernelRefusal, type MatchExtension, type OptionUse } from '../x_tables/extension.ts';
import { packetBytes } from '../x_tables/packet-bytes.ts';
import { parseUnsigned } from '../x_tables/values.ts';

interface StringInfo {
  readonly pattern: readonly number[];
  readonly algorithm: string;
  /** Offsets from the IP header, 16 bits. */
  readonly from: number;
  readonly to: number;
  readonly ignoreCase: boolean;
  readonly inverted: boolean;
}

const MOST_PATTERN = 128;
const MOST_NAME = 15;
const END = 0xffff;

/**
 * `-m string`: bytes somewhere in the packet, the IP header included.
 *
 * Kernel: `net/netfilter/xt_string.c`, `string_mt`. Both algorithms find the same: the first place at or behind `--from`,
 * which must end before `--to`.
 */
export const string: MatchExtension<StringInfo, undefined> = {
  name: 'string',
  options: [
    { name: 'from', args: 1 },
    { name: 'to', args: 1 },
    { name: 'algo', args: 1, mandatory: true },
    { name: 'string', args: 1, invertible: true, excludes: ['hex-string'] },
    { name: 'hex-string', args: 1, invertible: true, excludes: ['string'] },
    { name: 'icase', args: 0 },
  ],
  size: 192,

  parse(options) {
    const find = (name: string): OptionUse | undefined => options.find((use) => use.name === name);
    const offset = (name: string, otherwise: number): number => {
      const use = find(name);
      const value = use === undefined ? otherwise : parseUnsigned(use.values[0]!, END);
      if (value === undefined) badOption(use, `"${use?.values[0]}" is no offset`, `use 0 to ${END}`);
      return value;
    };
    const use = find('string') ?? find('hex-string');
    if (use === undefined) badOption(undefined, 'string needs --string or --hex-string');
    const pattern = use.name === 'string' ? encodeUtf8(use.values[0]!) : parseHexString(use);
    if (pattern.length > MOST_PATTERN) badOption(use, `longer than ${MOST_PATTERN} bytes`);
    return {
      pattern: Array.from(pattern),
      algorithm: find('algo')!.values[0]!.slice(0, MOST_NAME),
      from: offset('from', 0),
      to: offset('to', END),
      ignoreCase: find('icase') !== undefined,
      inverted: use.inverted,
    };
  },

  save(info) {
    const { from, to, algorithm } = info;
    let text = `${info.inverted ? ' !' : ''} --${isPrintable(info) ? 'string' : 'hex-string'} ${quote(info)} --algo ${algorithm}`;
    if (from !== 0) text += ` --from ${from}`;
    if (to !== END) text += ` --to ${to}`;
    return text + (info.ignoreCase ? ' --icase' : '');
  },

  list(info) {
    const { from, to, algorithm } = info;
    let text = ` STRING match ${info.inverted ? '!' : ''} ${quote(info)} ALGO name ${algorithm}`;
    if (from !== 0) text += ` FROM ${from}`;
    if (to !== END) text += ` TO ${to}`;
    return text + (info.ignoreCase ? ' ICASE' : '');
  },

  check({ pattern, algorithm, from, to }) {
    if (from > to) throw new KernelRefusal('EINVAL', 'string: --from lies behind --to');
    if (algorithm === 'fsm') throw new KernelRefusal('EINVAL', 'string: the algorithm fsm takes no plain strings');
    if (algorithm !== 'bm' && algorithm !== 'kmp')
      throw new KernelRefusal('ENOENT', `string: there is no algorithm ${algorithm}`);
    if (pattern.length === 0) throw new KernelRefusal('EINVAL', 'string: the string is empty');
  },

  compile({ pattern, from, to, ignoreCase, inverted }) {
    const wanted = ignoreCase ? pattern.map(upper) : pattern;
    return {
      test: (packet) => {
        const bytes = packetBytes(packet, Math.min(to, packet.length));
        return contains(ignoreCase ? bytes.map(upper) : bytes, from, wanted) !== inverted;
      },
    };
  },
};

function contains(bytes: Uint8Array, from: number, wanted: readonly number[]): boolean {
  const last = bytes.length - wanted.length;
  for (let at = bytes.indexOf(wanted[0]!, from); at >= 0 && at <= last; at = bytes.indexOf(wanted[0]!, at + 1)) {
    let i = 1;
    while (i < wanted.length && bytes[at + i] === wanted[i]) i++;
    if (i === wanted.length) return true;
  }
  return false;
}

/** `toupper` of the C locale. */
function upper(byte: number): number {
  return byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
}

/**
 * Text with bytes in hexadecimal between bars (`|0d 0a|`), where a backslash takes the next character as it is. A bar
 * that ends a block takes the character behind it along as text, whatever it is, as iptables does.
 */
function parseHexString(use: OptionUse): Uint8Array {
  const text = encodeUtf8(use.values[0]!);
  const [BAR, SLASH, BLANK] = [0x7c, 0x5c, 0x20];
  const bytes: number[] = [];
  if (text.length === 0) badOption(use, 'at least one character is needed');
  let isHex = false;
  for (let i = 0; i < text.length; ) {
    if (bytes.length >= MOST_PATTERN) badOption(use, `longer than ${MOST_PATTERN} bytes`);
    let isLiteral = false;
    if (text[i] === SLASH) {
      if (isHex) badOption(use, 'a backslash within a block of digits');
      isLiteral = true;
    } else if (text[i] === BAR) {
      if (!isHex) while (text[i + 1] === BLANK) i++;
      isHex = !isHex;
      if (i + 1 >= text.length) break;
      i++;
    }
    if (isLiteral) {
      if (i + 1 >= text.length) badOption(use, 'a backslash at the end');
      bytes.push(text[i + 1]!);
      i += 2;
    } else if (isHex) {
      const digits = String.fromCharCode(text[i]!, text[i + 1] ?? 0);
      if (i + 2 >= text.length || !/^[0-9a-fA-F]{2}$/.test(digits))
        badOption(use, 'a block of digits needs pairs of them and a bar at its end');
      bytes.push(Number.parseInt(digits, 16));
      i += text[i + 2] === BLANK ? 3 : 2;
    } else bytes.push(text[i++]!);
  }
  return Uint8Array.from(bytes);
}

/** Whether a pattern can be printed as text: ASCII only, and no backslash at its end. */
function isPrintable({ pattern }: StringInfo): boolean {
  return pattern.every((byte) => byte >= 0x20 && byte < 0x7f) && pattern.at(-1) !== 0x5c;
}

function quote(info: StringInfo): string {
  if (!isPrintable(info)) return `"|${info.pattern.map((byte) => byte.toString(16).padStart(2, '0')).join('')}|"`;
  return `"${String.fromCharCode(...info.pattern).replace(/["\\]/g, '\\$&')}"`;
}

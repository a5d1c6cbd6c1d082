import { type Address, ipv4FromBits } from '@chainwalk/core';

/** The four ways in which FTP announces a data connection. */
export type FtpForm = 'PORT' | 'EPRT' | 'PASV' | 'EPSV';

/** An announcement found in a line: where its numbers stand, and what they say. */
export interface FtpAnnouncement {
  readonly form: FtpForm;
  readonly offset: number;
  readonly length: number;
  /** Absent in EPSV, which names none. */
  readonly address: Address | undefined;
  readonly port: number;
}

/** Numbers of an announcement, read from the start of a text. */
interface Numbers {
  /** Characters in front of the numbers that are not part of them. */
  readonly skipped: number;
  readonly length: number;
  readonly address: Address | undefined;
  readonly port: number;
}

interface Pattern {
  readonly form: FtpForm;
  readonly word: string;
  /** Character behind which the numbers begin, if not right behind the word. */
  readonly skip: string | undefined;
  readonly read: (text: string) => Numbers | undefined;
}

/** What clients say, and what servers say (`search` of `nf_conntrack_ftp.c`). */
const PATTERNS: readonly (readonly Pattern[])[] = [
  [
    { form: 'PORT', word: 'PORT', skip: ' ', read: (text) => readCommas(text, '\r') },
    { form: 'EPRT', word: 'EPRT', skip: ' ', read: readExtended },
  ],
  [
    { form: 'PASV', word: '227 ', skip: undefined, read: readReply },
    { form: 'EPSV', word: '229 ', skip: '(', read: readExtendedReply },
  ],
];

/**
 * Looks for an announcement at the start of a payload. `partial` is one that began and cannot be read to its end: the
 * packet is dropped, so that the sender says it again in one piece.
 */
export function findAnnouncement(text: string, direction: 0 | 1): FtpAnnouncement | 'partial' | undefined {
  for (const pattern of PATTERNS[direction]!) {
    const found = match(text, pattern);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `find_pattern`. */
function match(text: string, pattern: Pattern): FtpAnnouncement | 'partial' | undefined {
  const { word, skip, form } = pattern;
  const head = text.slice(0, word.length).toUpperCase();
  if (text.length <= word.length) return word.startsWith(head) ? 'partial' : undefined;
  if (head !== word) return undefined;
  let at = word.length;
  if (skip !== undefined) {
    const found = text.indexOf(skip, at);
    if (found < 0) return 'partial';
    at = found + 1;
  }
  const numbers = pattern.read(text.slice(at));
  if (numbers === undefined) return 'partial';
  return { form, offset: at + numbers.skipped, length: numbers.length, address: numbers.address, port: numbers.port };
}

/** Six numbers between commas, ended by `end`, or by anything (`try_rfc959`). Numbers are not held to 255 each. */
function readCommas(text: string, end: string | undefined): Numbers | undefined {
  const numbers = readNumbers(text, 6, ',', end);
  if (numbers === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, high = 0, low = 0] = numbers.values;
  const port = ((high << 8) | low) & 0xffff;
  return { skipped: 0, length: numbers.length, address: ipv4FromBits((a << 24) | (b << 16) | (c << 8) | d), port };
}

/** From the first digit on, parentheses or not (`try_rfc1123`). */
function readReply(text: string): Numbers | undefined {
  const skipped = text.search(/[0-9]/);
  const numbers = skipped < 0 ? undefined : readCommas(text.slice(skipped), undefined);
  return numbers === undefined ? undefined : { ...numbers, skipped };
}

/** `|1|132.235.1.2|6275|` with any delimiter (`try_eprt`). */
function readExtended(text: string): Numbers | undefined {
  const delimiter = delimiterOf(text);
  if (delimiter === undefined || text[2] !== delimiter || text[1] !== '1') return undefined;
  const numbers = readNumbers(text.slice(3), 4, '.', delimiter);
  if (numbers === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = numbers.values;
  const port = readPort(text, 3 + numbers.length + 1, delimiter);
  if (port === undefined) return undefined;
  return { skipped: 0, length: port.end, address: ipv4FromBits((a << 24) | (b << 16) | (c << 8) | d), port: port.port };
}

/** `|||6446|` (`try_epsv_response`). */
function readExtendedReply(text: string): Numbers | undefined {
  const delimiter = delimiterOf(text);
  if (delimiter === undefined || text[1] !== delimiter || text[2] !== delimiter) return undefined;
  const port = readPort(text, 3, delimiter);
  return port === undefined ? undefined : { skipped: 0, length: port.end, address: undefined, port: port.port };
}

/** A printable character that is no digit. */
function delimiterOf(text: string): string | undefined {
  const delimiter = text[0];
  return text.length > 3 && delimiter !== undefined && /^[!-/:-~]$/.test(delimiter) ? delimiter : undefined;
}

/** `try_number`: `count` numbers, and one character behind them that is neither digit nor separator. */
function readNumbers(
  text: string,
  count: number,
  separator: string,
  end: string | undefined,
): { readonly values: readonly number[]; readonly length: number } | undefined {
  const values = new Array<number>(count).fill(0);
  let place = 0;
  for (let at = 0; at < text.length && place < count; at++) {
    const letter = text[at]!;
    if (letter >= '0' && letter <= '9') values[place] = (values[place]! * 10 + Number(letter)) >>> 0;
    else if (letter === separator) place++;
    else return (end === undefined || letter === end) && place === count - 1 ? { values, length: at } : undefined;
  }
  return undefined;
}

/** A port up to a delimiter; 0 is none (`get_port`). */
function readPort(
  text: string,
  from: number,
  delimiter: string,
): { readonly port: number; readonly end: number } | undefined {
  let port = 0;
  for (let at = from; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === delimiter) return port === 0 ? undefined : { port, end: at + 1 };
    if (letter < '0' || letter > '9') return undefined;
    port = (port * 10 + Number(letter)) & 0xffff;
  }
  return undefined;
}

/** The numbers of an announcement in its own form, as NAT writes them (`nf_nat_ftp_fmt_cmd`). */
export function formatAnnouncement(form: FtpForm, address: string, port: number): string {
  switch (form) {
    case 'PORT':
    case 'PASV':
      return `${address.replaceAll('.', ',')},${port >> 8},${port & 255}`;
    case 'EPRT':
      return `|1|${address}|${port}|`;
    case 'EPSV':
      return `|||${port}|`;
  }
}

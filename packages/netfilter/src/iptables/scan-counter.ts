/**
 * An unsigned number as libxtables' `xtables_strtoul` takes it: base 0 (decimal, `0x`, leading-0 octal), blanks and a `+`
 * allowed in front, nothing behind, no minus.
 */
export function strtoul(text: string, min: number, max: number): number | undefined {
  let at = 0;
  while (isSpace(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) === PLUS) at++;
  let base = 10;
  if (text.charCodeAt(at) === ZERO) {
    const next = text.charCodeAt(at + 1);
    if ((next === 0x78 || next === 0x58) && digitOf(text.charCodeAt(at + 2)) < 16) {
      base = 16;
      at += 2;
    } else base = 8;
  }
  if (at >= text.length) return undefined;
  let value = 0;
  for (; at < text.length; at++) {
    const digit = digitOf(text.charCodeAt(at));
    if (digit >= base) return undefined;
    value = value * base + digit;
    if (value > max) return undefined;
  }
  return value < min ? undefined : value;
}

/**
 * The number that `sscanf("%llu")` finds at the start of a text, whatever follows it; undefined if there is none, or if
 * it cannot be held exactly (above 2^53).
 */
export function scanCounter(text: string): number | undefined {
  let at = 0;
  while (isSpace(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) === PLUS) at++;
  const start = at;
  let value = 0;
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    if (value > Number.MAX_SAFE_INTEGER) return undefined;
  }
  return at === start ? undefined : value;
}

/** `isspace` in the C locale. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** How many bytes a text has in UTF-8: the tools' limits on names and lines are in bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    else if (code >= 0xd800 && code < 0xdc00 && i + 1 < text.length) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

const ZERO = 0x30;
const PLUS = 0x2b;

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return 99;
}

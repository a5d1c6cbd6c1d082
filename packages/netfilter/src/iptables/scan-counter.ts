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

const ZERO = 0x30;
const PLUS = 0x2b;

/** Small values that many options take, read and written as libxtables does. */

/** An unsigned number as `strtoul` with base 0 reads it: decimal, 0x hexadecimal, leading-0 octal; whole text, 0 to `max`. */
export function parseUnsigned(text: string, max = 0xffffffff): number | undefined {
  let value: number;
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) value = Number.parseInt(text.slice(2), 16);
  else if (/^0[0-7]*$/.test(text)) value = Number.parseInt(text, 8);
  else if (/^[1-9]\d*$/.test(text)) value = Number(text);
  else return undefined;
  return value <= max ? value : undefined;
}

/** `VALUE[/MASK]`, 32 bits each; without a mask all bits count. The value is not masked. */
export function parseMarkMask(text: string): { value: number; mask: number } | undefined {
  const [valueText, maskText, ...more] = text.split('/');
  const value = parseUnsigned(valueText ?? '');
  const mask = maskText === undefined ? 0xffffffff : parseUnsigned(maskText);
  return value === undefined || mask === undefined || more.length > 0 ? undefined : { value, mask };
}

/** `0x1f`, lower case, without leading zeros. */
export function formatHex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** `0x1` or `0x1/0xff`; a full mask is not shown. */
export function formatMarkMask({ value, mask }: { value: number; mask: number }): string {
  return mask === 0xffffffff ? formatHex(value) : `${formatHex(value)}/${formatHex(mask)}`;
}

import { formatHex, parseUnsigned } from './values.ts';

/** A number under a mask, 32 bits each, which may have a name (`xtables_parse_val_mask`). */
export interface NamedValue {
  readonly value: number;
  readonly mask: number;
}

/** `VALUE[/MASK]`, or a name that a file under `/etc/iproute2` gives to a number; without a mask all bits count. */
export function parseNamedValue(text: string, names: Readonly<Record<string, number>>): NamedValue | undefined {
  const slash = text.indexOf('/');
  const value = parseUnsigned(slash < 0 ? text : text.slice(0, slash));
  const mask = slash < 0 ? 0xffffffff : parseUnsigned(text.slice(slash + 1));
  if (value !== undefined) return mask === undefined ? undefined : { value, mask };
  return Object.hasOwn(names, text) ? { value: names[text]!, mask: 0xffffffff } : undefined;
}

/** The name of a value whose bits all count, else `0x1` or `0x1/0xff`; without `names` always numbers. */
export function formatNamedValue({ value, mask }: NamedValue, names?: Readonly<Record<string, number>>): string {
  if (mask !== 0xffffffff) return `${formatHex(value)}/${formatHex(mask)}`;
  const name = Object.entries(names ?? {}).find(([, number]) => number === value)?.[0];
  return name ?? formatHex(value);
}

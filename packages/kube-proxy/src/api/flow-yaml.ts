import { DEEPEST } from '@chainwalk/core/yaml';
import { giveUp, plain, quotedAt } from './plain-yaml.ts';

/** A plain scalar of one word; a colon within it is not followed by a blank, and `-` and `+` do not stand alone. */
const WORD = /[-+]?[A-Za-z0-9_./][-+A-Za-z0-9_./]*(?::[-+A-Za-z0-9_./]+)*/y;

/** What was read, and where it ends. */
interface Read<T> {
  readonly value: T;
  readonly end: number;
}

/**
 * The flow collection (`{ name: http, port: 80 }`, `[a, b]`) at the start of a text of one line, as a part of
 * {@link readBlockYaml}: maps with words or quoted texts as keys, lists, scalars of one word or in quotes.
 * @param depth collections around it
 * @throws GiveUp for anything else, and for collections that are nested too deeply
 */
export function readFlow(text: string, depth: number, from = 0): Read<unknown> {
  if (depth >= DEEPEST) giveUp();
  return text.charAt(from) === '{' ? readMap(text, depth + 1, from) : readList(text, depth + 1, from);
}

function readMap(text: string, depth: number, from: number): Read<Record<string, unknown>> {
  const map: Record<string, unknown> = {};
  let at = blanks(text, from + 1);
  if (text.charAt(at) === '}') return { value: map, end: at + 1 };
  for (;;) {
    const { value: key, end } = readScalar(text, at);
    // Keys that are no strings, and twice the same key, are for the whole parser.
    if (typeof key !== 'string' || Object.hasOwn(map, key) || key === '__proto__') giveUp();
    if (!text.startsWith(': ', end)) giveUp();
    const item = readValue(text, depth, blanks(text, end + 1));
    map[key] = item.value;
    at = blanks(text, item.end);
    if (text.charAt(at) === '}') return { value: map, end: at + 1 };
    if (text.charAt(at) !== ',') giveUp();
    at = blanks(text, at + 1);
  }
}

function readList(text: string, depth: number, from: number): Read<unknown[]> {
  const list: unknown[] = [];
  let at = blanks(text, from + 1);
  if (text.charAt(at) === ']') return { value: list, end: at + 1 };
  for (;;) {
    const item = readValue(text, depth, at);
    list.push(item.value);
    at = blanks(text, item.end);
    if (text.charAt(at) === ']') return { value: list, end: at + 1 };
    if (text.charAt(at) !== ',') giveUp();
    at = blanks(text, at + 1);
  }
}

function readValue(text: string, depth: number, at: number): Read<unknown> {
  const first = text.charAt(at);
  return first === '{' || first === '[' ? readFlow(text, depth, at) : readScalar(text, at);
}

function readScalar(text: string, at: number): Read<unknown> {
  const first = text.charAt(at);
  if (first === '"' || first === "'") return quotedAt(text, at);
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0] ?? giveUp();
  return { value: plain(word), end: at + word.length };
}

function blanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 32) at++;
  return at;
}

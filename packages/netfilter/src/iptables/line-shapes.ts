/** What a word of a line is whose place may hold others in a line of the same shape. */
export type WordRole = 'chain' | 'source' | 'destination' | 'in' | 'out' | 'jump' | 'goto' | 'value';

/** A place between two words of a line: which words may follow, and whether the line may end here. */
interface Junction<S> {
  /** Words that are the same in every line of a shape: options, names of matches. */
  readonly words: string[];
  readonly behindWords: Junction<S>[];
  /** What is behind a word that differs, if one may stand here. */
  behindSlot: Junction<S> | undefined;
  /** The shape of a line that ends here. */
  shape: S | undefined;
}

/** More than this is no text that repeats itself: nothing is added then. */
const MOST_JUNCTIONS = 10_000;
/** Most words of a line that may differ; a line has no more words than that. */
const MOST_SLOTS = 256;
/** Words of so many characters are short enough for iptables-restore, whatever they are in bytes. */
const MOST_CHARACTERS = 341;

const TAB = 0x09;
const BLANK = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The shapes of lines that have been read, as a tree of their words. Tens of thousands of lines of a ruleset differ in
 * a few words only, and a line of a known shape is taken apart in one pass over its characters.
 *
 * Only what every reader would take for the same words is recognised: a line with anything unusual (a backslash, a quote
 * inside a word, a word that is too long) has no shape.
 */
export class LineShapes<S> {
  readonly #root: Junction<S> = junction();
  #junctions = 1;
  /** Of the line matched last: where the words that differ begin and end, in their order, quotes left out. */
  readonly starts: Int32Array = new Int32Array(MOST_SLOTS);
  readonly ends: Int32Array = new Int32Array(MOST_SLOTS);

  /** The shape of the line `text.slice(from, to)`, if it is known; its words that differ are then in {@link starts}. */
  match(text: string, from: number, to: number): S | undefined {
    let here = this.#root;
    let slots = 0;
    let at = from;
    for (;;) {
      let code = 0;
      while (at < to) {
        code = text.charCodeAt(at);
        if (code !== BLANK && code !== TAB) break;
        at++;
      }
      if (at >= to) return here.shape;
      const word = wordAt(here.words, text, at, to);
      if (word >= 0) {
        at += here.words[word]!.length;
        here = here.behindWords[word]!;
        continue;
      }
      const next = here.behindSlot;
      if (next === undefined) return undefined;
      const isQuoted = code === QUOTE;
      const start = isQuoted ? at + 1 : at;
      const end = isQuoted ? endOfQuoted(text, start, to) : endOfPlain(text, start, to);
      if (end <= start || end - start > MOST_CHARACTERS) return undefined;
      this.starts[slots] = start;
      this.ends[slots++] = end;
      at = isQuoted ? end + 1 : end;
      here = next;
    }
  }

  /**
   * Notes the shape of a line.
   * @param roles by the index of the word, for those that may differ
   * @param make called unless there is no room for it, or a word cannot be recognised
   */
  add(words: readonly string[], roles: readonly (WordRole | undefined)[], make: () => S): void {
    if (this.#junctions + words.length > MOST_JUNCTIONS) return;
    for (let i = 0; i < words.length; i++) if (roles[i] === undefined && !/^[^\s"\0]+$/.test(words[i]!)) return;
    let here = this.#root;
    for (let i = 0; i < words.length; i++) {
      if (roles[i] !== undefined) here = here.behindSlot ??= this.#junction();
      else {
        const known = here.words.indexOf(words[i]!);
        const next = known < 0 ? this.#junction() : here.behindWords[known]!;
        if (known < 0) {
          here.words.push(words[i]!);
          here.behindWords.push(next);
        }
        here = next;
      }
    }
    here.shape = make();
  }

  #junction(): Junction<S> {
    this.#junctions++;
    return junction();
  }
}

function junction<S>(): Junction<S> {
  return { words: [], behindWords: [], behindSlot: undefined, shape: undefined };
}

/** Which of some words stands at a place, with a blank or the end of the line behind it; -1 if none does. */
function wordAt(words: readonly string[], text: string, at: number, to: number): number {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const end = at + word.length;
    if (end > to || (end < to && !isBlank(text.charCodeAt(end)))) continue;
    let k = word.length - 1;
    while (k >= 0 && word.charCodeAt(k) === text.charCodeAt(at + k)) k--;
    if (k < 0) return i;
  }
  return -1;
}

/** Where a word without quotes ends; -1 for one that is to be looked at more closely. */
function endOfPlain(text: string, start: number, to: number): number {
  for (let at = start; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === BLANK || code === TAB) return at;
    if (code === QUOTE || code === 0) return -1;
  }
  return to;
}

/** Where a quote closes, if that ends the word and nothing in it is special; otherwise -1. */
function endOfQuoted(text: string, start: number, to: number): number {
  for (let at = start; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH || code === 0) return -1;
    if (code === QUOTE) return at + 1 === to || isBlank(text.charCodeAt(at + 1)) ? at : -1;
  }
  return -1;
}

function isBlank(code: number): boolean {
  return code === BLANK || code === TAB;
}

import { wordsInLines } from '@chainwalk/core';
import type { MatchCode, TargetCode } from './compile.ts';

/** Integers of a row: 64 bytes, as much as a cache brings at once. */
export const ROW = 16;

/**
 * What has to be tested before the matches (`PLAIN`, `SPECIAL`, `BARE`, `INVERTED`), from bit 2 on what is inverted, the
 * protocol ({@link protocolOf}) and what the rule does ({@link verbOf}).
 */
export const KIND = 0;
/** Addresses and masks as signed 32-bit integers; a mask of 0 lets every address through. */
export const SRC = 1;
export const SRC_MASK = 2;
export const DST = 3;
export const DST_MASK = 4;
/**
 * Of a rule that leads to a chain, the row of the first rule there, -1 if that is not known yet; of a target, the first of
 * its two numbers.
 */
export const FIRST = 5;
/** Bytes in the kernel's blob of the rules of the chain up to and with this one: see {@link bytesOf}. */
export const BYTES_THROUGH = 6;
/** Match calls of a packet that matches, and from bit 16 on those of matches that let everything through. */
export const CALLS = 7;
/** The matches that can fail: a place in {@link RuleRows.tests}. */
export const TESTS = 8;
/** The number of rules in the chain that it leads to; of a target, the second of its two numbers. */
export const LENGTH = 9;
/** The place of the chain that it leads to, or the place of its target in {@link RuleRows.targets}. */
export const LINK = 10;
/** The destination port without which it does not match, and from bit 16 on the match calls until that is known; or -1. */
export const PORT = 11;
/** Its counters, from {@link countersOf} on. */
export const PACKETS = 6;
export const BYTES = 7;

/** What a rule does, as a number in its row. */
export const VERB = { none: 0, accept: 1, drop: 2, return: 3, queue: 4, jump: 5, goto: 6, target: 7 } as const;

const PROTOCOL_SHIFT = 8;
const VERB_SHIFT = 16;

/** The first integer of a row. */
export function headOf(kind: number, inverted: number, protocol: number, verb: number): number {
  return kind | (inverted << 2) | (protocol << PROTOCOL_SHIFT) | (verb << VERB_SHIFT);
}

/** IANA number; 0 means any. */
export function protocolOf(head: number): number {
  return (head >> PROTOCOL_SHIFT) & 0xff;
}

/** What is inverted, as bits. */
export function invertedOf(head: number): number {
  return (head >> 2) & 7;
}

/** One of {@link VERB}. */
export function verbOf(head: number): number {
  return head >> VERB_SHIFT;
}

/** Bytes in the kernel's blob of the rules of a chain from `start` to before `end`; Linux takes none above 512 MiB. */
export function bytesOf(words: Int32Array, first: number, start: number, end: number): number {
  if (end <= start) return 0;
  const before = start === 0 ? 0 : words[(first + start - 1) * ROW + BYTES_THROUGH]!;
  return words[(first + end - 1) * ROW + BYTES_THROUGH]! - before;
}

/** Where a row begins among numbers of 64 bits. */
export function countersOf(row: number): number {
  return row * (ROW >> 1);
}

/** Rows that may lie about unused before those in use are brought together. */
const MOST_WASTE = 4096;

/**
 * The rules of one table as walks read them, and their counters: a row of integers each, those of a chain side by side. A
 * node has a hundred thousand rules, and most of the cost of one is waiting for memory.
 */
export class RuleRows {
  words: Int32Array = new Int32Array(0);
  /** The same memory. */
  counters: Float64Array = new Float64Array(0);
  /** Lists of matches that can fail; the first is the empty one. */
  readonly tests: (readonly MatchCode[])[] = [[]];
  /** Targets that are extensions. */
  readonly targets: TargetCode[] = [];
  readonly #places = new Map<readonly MatchCode[], number>();
  readonly #targetPlaces = new Map<TargetCode['apply'], number>();
  #used = 0;
  #wasted = 0;

  /** The first of `count` rows in a row, with nothing in them. */
  allocate(count: number): number {
    const first = this.#used;
    this.#used += count;
    const needed = this.#used * ROW;
    if (needed > this.words.length) {
      const words = wordsInLines(Math.max(needed, this.words.length * 2, ROW * 64));
      words.set(this.words);
      this.words = words;
      this.counters = new Float64Array(words.buffer, words.byteOffset);
    }
    return first;
  }

  /** Nobody asks for these rows any more. */
  release(count: number): void {
    this.#wasted += count;
  }

  /** Whether so many rows are unused that those in use should move. */
  get isWasteful(): boolean {
    return this.#wasted > MOST_WASTE && this.#wasted * 2 > this.#used;
  }

  /** The place of a list of matches; rules that have the same list share it. */
  placeOf(tests: readonly MatchCode[]): number {
    if (tests.length === 0) return 0;
    let place = this.#places.get(tests);
    if (place === undefined) {
      place = this.tests.push(tests) - 1;
      this.#places.set(tests, place);
    }
    return place;
  }

  /** The place of a target; rules whose targets differ by their numbers alone share it. */
  placeOfTarget(code: TargetCode): number {
    if (code.numbers === undefined) return this.targets.push(code) - 1;
    let place = this.#targetPlaces.get(code.apply);
    if (place === undefined) {
      place = this.targets.push(code) - 1;
      this.#targetPlaces.set(code.apply, place);
    }
    return place;
  }

  /** Chains have moved, come or gone: where rules lead to is not known any more. */
  forgetLinks(): void {
    const { words } = this;
    const end = this.#used * ROW;
    for (let at = 0; at < end; at += ROW) {
      const verb = verbOf(words[at + KIND]!);
      if (verb === VERB.jump || verb === VERB.goto) words[at + FIRST] = -1;
    }
  }
}

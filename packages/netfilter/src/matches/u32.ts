import type { Packet } from '@chainwalk/core';
import { badOption, type MatchExtension, type OptionUse } from '../x_tables/extension.ts';
import { packetBytes } from '../x_tables/packet-bytes.ts';
import { formatHex, readUnsigned } from '../x_tables/values.ts';

const OPERATORS = ['&', '<<', '>>', '@'] as const;

interface Step {
  readonly operator: (typeof OPERATORS)[number];
  readonly number: number;
}

/** One `LOCATION = VALUES`. */
interface U32Test {
  readonly start: number;
  readonly steps: readonly Step[];
  readonly values: readonly { readonly min: number; readonly max: number }[];
}

interface U32Info {
  readonly tests: readonly U32Test[];
  readonly inverted: boolean;
}

/** Of each: tests, numbers of a location, values (`XT_U32_MAXSIZE`). */
const MOST = 10;

/**
 * `-m u32 --u32 "LOCATION=VALUES && ..."`: tests on 32-bit words at any place of the packet, counted from the IP header.
 *
 * Kernel: `net/netfilter/xt_u32.c`, `u32_match_it`. A place outside the packet fails the test as a whole; of
 * a shift only five bits count, as on x86.
 */
export const u32: MatchExtension<U32Info, undefined> = {
  name: 'u32',
  options: [{ name: 'u32', args: 1, invertible: true, mandatory: true }],
  size: 2016,

  parse(options) {
    const use = options[0]!;
    return { tests: new U32Parser(use).tests(), inverted: use.inverted };
  },

  save(info) {
    return `${info.inverted ? ' !' : ''} --u32 "${info.tests.map(formatTest).join('&&')}"`;
  },

  list(info) {
    return ` u32${info.inverted ? ' !' : ''} "${info.tests.map(formatTest).join('&&')}"`;
  },

  compile({ tests, inverted }) {
    return { test: (packet) => holds(packet, tests) !== inverted };
  },
};

function holds(packet: Packet, tests: readonly U32Test[]): boolean {
  const bytes = packetBytes(packet);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return tests.every(({ start, steps, values }) => {
    if (bytes.length < 4 || start > bytes.length - 4) return false;
    let value = view.getUint32(start);
    let base = 0;
    for (const { operator, number } of steps) {
      if (operator === '&') value = (value & number) >>> 0;
      else if (operator === '<<') value = (value << number) >>> 0;
      else if (operator === '>>') value >>>= number;
      else {
        base += value;
        if (base + 4 > bytes.length || number > bytes.length - base - 4) return false;
        value = view.getUint32(base + number);
      }
    }
    return values.some(({ min, max }) => min <= value && value <= max);
  });
}

function formatTest({ start, steps, values }: U32Test): string {
  const location = formatHex(start) + steps.map(({ operator, number }) => operator + formatHex(number)).join('');
  return `${location}=${values.map(({ min, max }) => (min === max ? formatHex(min) : `${formatHex(min)}:${formatHex(max)}`)).join(',')}`;
}

/** Reads the little language of `--u32`; blanks may stand between its parts. */
class U32Parser {
  readonly #use: OptionUse;
  readonly #text: string;
  #at = 0;

  constructor(use: OptionUse) {
    this.#use = use;
    this.#text = use.values[0]!;
  }

  tests(): readonly U32Test[] {
    const tests: U32Test[] = [];
    do tests.push(this.#test());
    while (this.#take('&&'));
    if (this.#at < this.#text.length) this.#fail('expected "," or "&&"');
    return tests.length > MOST ? this.#fail(`more than ${MOST} tests`) : tests;
  }

  #test(): U32Test {
    const start = this.#number();
    const steps: Step[] = [];
    while (!this.#take('=')) {
      const operator = OPERATORS.find((word) => this.#take(word));
      if (operator === undefined) this.#fail('expected an operator (& << >> @) or "="');
      steps.push({ operator, number: this.#number() });
      if (steps.length >= MOST) this.#fail(`more than ${MOST} numbers in a location`);
    }
    const values: { min: number; max: number }[] = [];
    do {
      const min = this.#number();
      values.push({ min, max: this.#take(':') ? this.#number() : min });
    } while (this.#take(','));
    if (values.length > MOST) this.#fail(`more than ${MOST} values`);
    return { start, steps, values };
  }

  #number(): number {
    this.#skip();
    const read = readUnsigned(this.#text, this.#at);
    if (read === undefined || read.value > 0xffff_ffffn) this.#fail('expected a number of 32 bits');
    this.#at = read.end;
    return Number(read.value);
  }

  #take(word: string): boolean {
    this.#skip();
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #skip(): void {
    while (/[ \t-\r]/.test(this.#text.charAt(this.#at))) this.#at++;
  }

  #fail(message: string): never {
    badOption(this.#use, `at character ${this.#at + 1}: ${message}`, 'write "LOCATION=VALUE[:VALUE][,...] [&& ...]"');
  }
}

import { createHash } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { ComparableResult, Scenario } from '@chainwalk/scenario';

/** What a kernel said about a scenario; `again` where it was asked a second time. */
export interface Answer {
  readonly kernel: ComparableResult;
  readonly again?: ComparableResult | undefined;
}

/** Not the kernel's word: the machine was too busy, or the guest broke. Another time it may answer. */
const NO_ANSWER = /^the (?:guest|player) /;

/** The same for the same content: names do not count, nor does the order of keys. */
function contentOf(scenario: Scenario): string {
  const { name: _, ...content } = scenario;
  const sorted = (_key: string, value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(content, sorted)).digest('base64');
}

function scenarioIn(line: string): Scenario | undefined {
  try {
    return (JSON.parse(line) as { scenario?: Scenario }).scenario;
  } catch {
    return undefined;
  }
}

/**
 * A kernel's answers, kept in a file as lines `{scenario, kernel}` or `{scenario, kernel, again}`, of which the last one
 * about a scenario counts. In memory is only where each stands.
 */
export class Answers {
  readonly #file: number;
  readonly #places = new Map<string, { readonly at: number; readonly bytes: number }>();
  #end = 0;

  /** Opens a file, which need not exist yet. @throws Error if it cannot be written, or holds something else */
  constructor(path: string) {
    this.#file = openSync(path, existsSync(path) ? 'r+' : 'w+');
    for (const [line, at, bytes] of this.#lines()) {
      const scenario = scenarioIn(line);
      if (scenario === undefined) throw new Error(`${path} holds no answers: byte ${at} begins no line of them`);
      this.#places.set(contentOf(scenario), { at, bytes });
      this.#end = at + bytes;
    }
    // A line was cut short where a run was stopped.
    ftruncateSync(this.#file, this.#end);
  }

  /** How many scenarios have an answer. */
  get size(): number {
    return this.#places.size;
  }

  get(scenario: Scenario): Answer | undefined {
    const place = this.#places.get(contentOf(scenario));
    if (place === undefined) return undefined;
    const bytes = Buffer.alloc(place.bytes);
    readSync(this.#file, bytes, 0, place.bytes, place.at);
    return JSON.parse(bytes.toString('utf8')) as Answer;
  }

  put(scenario: Scenario, answer: Answer): void {
    if (NO_ANSWER.test(answer.kernel.failed ?? '') || NO_ANSWER.test(answer.again?.failed ?? '')) return;
    const line = Buffer.from(`${JSON.stringify({ scenario, ...answer })}\n`);
    writeSync(this.#file, line, 0, line.length, this.#end);
    this.#places.set(contentOf(scenario), { at: this.#end, bytes: line.length });
    this.#end += line.length;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Every whole line, with where it stands. */
  *#lines(): Generator<readonly [line: string, at: number, bytes: number]> {
    const chunk = Buffer.alloc(1 << 20);
    let rest = Buffer.alloc(0);
    let at = 0;
    for (let read = 0; ; ) {
      const got = readSync(this.#file, chunk, 0, chunk.length, read);
      read += got;
      rest = Buffer.concat([rest, chunk.subarray(0, got)]);
      for (let next = rest.indexOf(10); next >= 0; next = rest.indexOf(10)) {
        yield [rest.subarray(0, next).toString('utf8'), at, next + 1];
        at += next + 1;
        rest = rest.subarray(next + 1);
      }
      if (got === 0) return;
    }
  }
}

import { DEEPEST } from '@chainwalk/core/yaml';
import { readFlow } from './flow-yaml.ts';
import { GiveUp, giveUp, plain, quotedAt } from './plain-yaml.ts';

/**
 * A reader for the plain part of YAML that `kubectl -o yaml` writes, and people do: block maps and lists, scalars and flow
 * collections on one line, literal blocks, comments, several documents. It is some forty times faster than a whole
 * parser, which matters with ten thousand Services. Whatever else YAML has (anchors, tags, folded scalars, tabs, ...),
 * and everything that is wrong, makes it give up, and the whole parser is asked instead.
 *
 * Invariant: what it answers is what `yaml` with its default (1.2 core) schema answers.
 * @returns the documents' values, or `undefined` if the text is not that plain
 */
export function readBlockYaml(text: string): readonly unknown[] | undefined {
  try {
    const documents: unknown[] = [];
    const reader = new BlockReader(text);
    while (!reader.done) documents.push(reader.document());
    return documents;
  } catch (reason) {
    if (reason instanceof GiveUp) return undefined;
    throw reason;
  }
}

/** One line with something on it. */
interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

const PLAIN_KEY = /^([A-Za-z0-9_./][A-Za-z0-9_./-]*)[ ]*:(?: +(.*))?$/;
const QUOTED_KEY = /^"([^"\\]*)"[ ]*:(?: +(.*))?$/;

class BlockReader {
  readonly #raw: readonly string[];
  #at = 0;
  #line: Line | undefined;
  /** Collections around the line. */
  #depth = 0;

  constructor(text: string) {
    if (text.includes('\t') || text.includes('\r')) giveUp();
    this.#raw = text.split('\n');
    this.#advance();
  }

  get done(): boolean {
    return this.#line === undefined;
  }

  /** Goes to the next line that is neither empty nor a comment. */
  #advance(): void {
    while (this.#at < this.#raw.length) {
      const raw = this.#raw[this.#at]!;
      const number = this.#at++;
      let indent = 0;
      while (raw.charCodeAt(indent) === 32) indent++;
      if (indent === raw.length || raw.charCodeAt(indent) === 35) continue;
      this.#line = { number, indent, text: indent === 0 ? raw.trimEnd() : raw.slice(indent).trimEnd() };
      return;
    }
    this.#line = undefined;
  }

  document(): unknown {
    let line = this.#line!;
    if (line.indent === 0 && line.text === '---') {
      this.#advance();
      if (this.#line === undefined) return null;
      line = this.#line;
    }
    if (isMarker(line)) return line.text === '---' ? null : giveUp();
    const value = this.#block(line.indent);
    const next = this.#line as Line | undefined;
    if (next !== undefined && !(next.indent === 0 && next.text === '---')) giveUp();
    return value;
  }

  #block(indent: number): unknown {
    const { text } = this.#line!;
    if (text === '-' || text.startsWith('- ')) return this.#list(indent);
    if (PLAIN_KEY.test(text) || QUOTED_KEY.test(text)) return this.#map(indent);
    return giveUp();
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = [];
    if (++this.#depth > DEEPEST) giveUp();
    for (;;) {
      const line = this.#line;
      if (line === undefined || line.indent !== indent || !(line.text === '-' || line.text.startsWith('- '))) break;
      let skip = 1;
      while (line.text.charCodeAt(skip) === 32) skip++;
      const rest = line.text.slice(skip);
      if (rest === '' || rest.startsWith('#')) {
        this.#advance();
        items.push(this.#nested(indent, false));
      } else if (rest === '-' || rest.startsWith('- ') || PLAIN_KEY.test(rest) || QUOTED_KEY.test(rest)) {
        // A collection that begins on the line of the dash is indented by what stands before it.
        this.#line = { number: line.number, indent: indent + skip, text: rest };
        items.push(this.#block(indent + skip));
      } else items.push(this.#scalar(rest, indent));
    }
    if (this.#line !== undefined && this.#line.indent > indent) giveUp();
    this.#depth--;
    return items;
  }

  #map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    if (++this.#depth > DEEPEST) giveUp();
    for (;;) {
      const line = this.#line;
      if (line === undefined || line.indent !== indent || isMarker(line)) break;
      const match = PLAIN_KEY.exec(line.text) ?? QUOTED_KEY.exec(line.text);
      if (match === null) {
        if (line.text === '-' || line.text.startsWith('- ')) break;
        giveUp();
      }
      const key = match[1]!;
      // Keys that are no strings, and twice the same key, are for the whole parser.
      if (Object.hasOwn(map, key) || key === '__proto__' || typeof plain(key) !== 'string') giveUp();
      const rest = match[2] ?? '';
      if (rest === '' || rest.startsWith('#')) {
        this.#advance();
        map[key] = this.#nested(indent, true);
      } else map[key] = this.#scalar(rest, indent);
    }
    if (this.#line !== undefined && this.#line.indent > indent) giveUp();
    this.#depth--;
    return map;
  }

  /** What stands below a key or a dash: a deeper block, for a key also a list at its own depth, or nothing. */
  #nested(indent: number, ofKey: boolean): unknown {
    const line = this.#line;
    if (line === undefined || isMarker(line)) return null;
    if (line.indent > indent) return this.#block(line.indent);
    if (ofKey && line.indent === indent && (line.text === '-' || line.text.startsWith('- '))) return this.#list(indent);
    return null;
  }

  #scalar(text: string, indent: number): unknown {
    const first = text.charAt(0);
    if (first === '|') return this.#literal(text, indent);
    let value: unknown;
    if (first === '"' || first === "'" || first === '{' || first === '[') {
      const read = first === '{' || first === '[' ? readFlow(text, this.#depth) : quotedAt(text, 0);
      endOfLine(text, read.end);
      value = read.value;
    } else {
      if ('&*!>%@`{}[],?#'.includes(first) || text === '-' || text.startsWith('- ')) giveUp();
      const comment = text.indexOf(' #');
      const bare = comment < 0 ? text : text.slice(0, comment).trimEnd();
      if (bare.includes(': ') || bare.endsWith(':')) giveUp();
      value = plain(bare);
    }
    this.#advance();
    // A deeper line would go on with this scalar.
    if (this.#line !== undefined && this.#line.indent > indent && !isMarker(this.#line)) giveUp();
    return value;
  }

  /** `|`, `|-`, `|+`: lines as they are, but for the indentation of the first. */
  #literal(header: string, indent: number): string {
    if (!/^\|[-+]?$/.test(header)) giveUp();
    const lines: string[] = [];
    let depth = -1;
    let at = this.#line!.number + 1;
    for (; at < this.#raw.length; at++) {
      const raw = this.#raw[at]!;
      let blanks = 0;
      while (raw.charCodeAt(blanks) === 32) blanks++;
      if (blanks === raw.length) {
        if (depth < 0 && blanks > 0) giveUp();
        lines.push(depth < 0 ? '' : raw.slice(depth));
        continue;
      }
      if (depth < 0) {
        if (blanks <= indent) break;
        depth = blanks;
      } else if (blanks < depth) {
        if (blanks > indent) giveUp();
        break;
      }
      lines.push(raw.slice(depth));
    }
    this.#at = at;
    this.#advance();
    let trailing = 0;
    while (trailing < lines.length && lines[lines.length - 1 - trailing] === '') trailing++;
    const body = lines.slice(0, lines.length - trailing).join('\n');
    if (header === '|-') return body;
    // How much of empty lines at the end of the text belongs to a kept block is the whole parser's business.
    if (header === '|+') giveUp();
    return body === '' ? '' : `${body}\n`;
  }
}

function isMarker(line: Line): boolean {
  return line.indent === 0 && (line.text.startsWith('---') || line.text.startsWith('...') || line.text.startsWith('%'));
}

/** Checks that nothing but a comment follows what a line holds. */
function endOfLine(text: string, end: number): void {
  if (!/^(?: +#.*)?$/.test(text.slice(end))) giveUp();
}

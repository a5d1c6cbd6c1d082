import { InputError, type Place } from '@chainwalk/core';
import { utf8Length } from '../x_tables/utf8.ts';

/** The words of one line or command, with the column (from 1) at which each begins. */
export interface WordList {
  readonly texts: string[];
  readonly columns: number[];
  /** Where the words come from. */
  source: string;
  line: number;
}

/** Longest word that iptables-restore takes, in bytes (`struct xt_param_buf`). */
const MAX_WORD = 1023;
/** Most words of a line, the program's name, `-t` and the table among them (`MAX_ARGC`). */
const MAX_WORDS = 255 - 4;

/** An empty list, to be filled by {@link splitRestoreLine}. */
export function emptyWords(source: string): WordList {
  return { texts: [], columns: [], source, line: 1 };
}

/** The place of a word; past the last one, the place of the last. */
export function placeOfWord(words: WordList, index: number): Place {
  const at = Math.min(index, words.columns.length - 1);
  return { source: words.source, line: words.line, column: words.columns[at] ?? 1 };
}

/** Whether a quote of the line was left open: iptables-restore then takes all that follows as one word, line end included. */
export interface SplitResult {
  readonly openQuote: number | undefined;
}

const CLOSED: SplitResult = { openQuote: undefined };
const TAB = 0x09;
const BLANK = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Splits a line of iptables-restore into words, as `add_param_to_argv` does: blanks and tabs separate; a double quote
 * opens anywhere in a word, and where it closes the word ends, with or without a blank; a backslash takes the next
 * character as it is, inside quotes only. Linear in the length of the line.
 *
 * @param from the index at which the line's words begin
 * @param to the index of its line end
 * @param lineStart the index of the line's first character, from which columns count
 * @param ended whether a newline follows
 * @throws InputError for a word or a number of words that is too large
 */
export function splitRestoreLine(
  text: string,
  from: number,
  to: number,
  lineStart: number,
  ended: boolean,
  words: WordList,
): SplitResult {
  const { texts, columns } = words;
  let at = from;
  let result = CLOSED;
  while (at < to) {
    let code = text.charCodeAt(at);
    if (code === BLANK || code === TAB) {
      at++;
      continue;
    }
    const start = at;
    while (code !== BLANK && code !== TAB && code !== QUOTE) {
      at++;
      if (at >= to) break;
      code = text.charCodeAt(at);
    }
    let word = text.slice(start, at);
    if (at < to && code === QUOTE) {
      const open = at++;
      let chunk = at;
      let closed = false;
      while (at < to) {
        code = text.charCodeAt(at);
        if (code === QUOTE) {
          closed = true;
          break;
        }
        if (code === BACKSLASH) {
          word += text.slice(chunk, at);
          chunk = at + 1;
          // The character after a backslash is taken whatever it is, a quote or a backslash among others.
          at = Math.min(at + 2, to);
        } else at++;
      }
      word += text.slice(chunk, at);
      if (!closed) {
        if (ended) word += '\n';
        result = { openQuote: open - lineStart + 1 };
        if (word === '') break;
      }
      at++;
    }
    columns.push(start - lineStart + 1);
    texts.push(word);
    if (word.length > MAX_WORD / 3 && utf8Length(word) > MAX_WORD) tooMuch(words, 'Parameter too long!');
    if (texts.length > MAX_WORDS) tooMuch(words, 'Parser cannot handle more arguments');
  }
  return result;
}

function tooMuch(words: WordList, message: string): never {
  throw new InputError([
    { severity: 'error', code: 'line-too-long', message, place: placeOfWord(words, words.texts.length - 1) },
  ]);
}

/** Characters that would make a shell do more than start one command. */
const SHELL_SYNTAX = '|&;<>()$`\n';

/**
 * Splits a command as a shell does: words between blanks, single and double quotes, backslash. Nothing else of the shell
 * is modelled; its other special characters are refused unless quoted.
 * @throws InputError with the place of an open quote or of shell syntax
 */
export function splitShellCommand(command: string, source = 'command'): WordList {
  const words = emptyWords(source);
  let word = '';
  let started = -1;
  const finish = (): void => {
    if (started < 0) return;
    words.texts.push(word);
    words.columns.push(started + 1);
    word = '';
    started = -1;
  };
  const bad = (at: number, message: string, hint: string): never => {
    const place = { source, line: 1, column: at + 1 };
    throw new InputError([{ severity: 'error', code: 'shell-syntax', message, place, hint }]);
  };
  for (let at = 0; at < command.length; at++) {
    const char = command[at]!;
    if (char === ' ' || char === '\t') {
      finish();
      continue;
    }
    if (char === '#' && started < 0) break;
    if (char === '\n' && command.slice(at).trim() === '') break;
    if (started < 0) started = at;
    if (char === "'") {
      const close = command.indexOf("'", at + 1);
      if (close < 0) bad(at, 'this quote is not closed', "add a '");
      word += command.slice(at + 1, close);
      at = close;
    } else if (char === '"') {
      const open = at++;
      for (; at < command.length && command[at] !== '"'; at++) {
        const inside = command[at]!;
        const next = command[at + 1];
        if (inside === '\\' && (next === '"' || next === '\\' || next === '$' || next === '`')) {
          word += next;
          at++;
        } else if (inside === '$' || inside === '`')
          bad(at, `"${inside}" would be expanded by a shell`, 'use single quotes');
        else word += inside;
      }
      if (at >= command.length) bad(open, 'this quote is not closed', 'add a "');
    } else if (char === '\\') {
      if (++at >= command.length) bad(at - 1, 'a backslash ends the command', 'remove it');
      word += command[at];
    } else if (SHELL_SYNTAX.includes(char)) {
      bad(at, `"${char}" is shell syntax, which is not modelled`, 'give one command, or quote the character');
    } else word += char;
  }
  finish();
  return words;
}

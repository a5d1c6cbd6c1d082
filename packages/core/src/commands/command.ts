/** What a command-line tool answers, as a shell sees it. */
export interface CommandResult {
  /** 0 for success, else the tool's own number. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A tool: `argv[0]` is the name it was called by. */
export type Command = (argv: readonly string[], stdin: string) => CommandResult;

/** Success with this output. */
export function succeed(stdout = ''): CommandResult {
  return { status: 0, stdout, stderr: '' };
}

/** Failure with this status and message; the message ends in one newline. */
export function fail(status: number, message: string): CommandResult {
  return { status, stdout: '', stderr: `${message}\n` };
}

/**
 * Splits a command line as a POSIX shell would, as far as a single command goes: blanks, single and double quotes,
 * backslashes. No variables, pipes or substitutions: their characters stand for themselves.
 * @returns the words, or `undefined` if a quote is not closed
 */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < line.length; i++) {
    const letter = line.charAt(i);
    if (letter === ' ' || letter === '\t' || letter === '\n' || letter === '\r') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (letter === "'") {
      const end = line.indexOf("'", i + 1);
      if (end < 0) return undefined;
      word = (word ?? '') + line.slice(i + 1, end);
      i = end;
    } else if (letter === '"') {
      word ??= '';
      for (i++; line.charAt(i) !== '"'; i++) {
        if (i >= line.length) return undefined;
        if (line.charAt(i) === '\\' && '"\\$`'.includes(line.charAt(i + 1)) && i + 1 < line.length) i++;
        word += line.charAt(i);
      }
    } else if (letter === '\\' && i + 1 < line.length) {
      word = (word ?? '') + line.charAt(++i);
    } else word = (word ?? '') + letter;
  }
  if (word !== undefined) words.push(word);
  return words;
}

import { COMMANDS, type CommandSpec, OPTIONS, type OptionSpec } from './options.ts';
import { tryHelp, UsageError } from './usage.ts';

/** One option of a command line, with its argument. */
export interface Word {
  readonly spec: OptionSpec;
  readonly argument: string | undefined;
}

/** A command line taken apart. */
export interface CommandLine {
  readonly command: CommandSpec;
  readonly words: readonly Word[];
  /** Arguments that belong to no option. */
  readonly rest: readonly string[];
  /** What is wrong behind these words; faults in the words themselves come first. */
  readonly fault: UsageError | undefined;
}

type Found = { readonly command: CommandSpec } | { readonly option: OptionSpec };

/**
 * Takes a command line apart as popt does: the command first, then options; short ones may stand together and have their
 * argument attached, long ones may have theirs behind `=`. Behind `--` nothing is an option.
 * @throws UsageError for what is wrong before there is a command
 */
export function splitCommandLine(argv: readonly string[]): CommandLine | undefined {
  let command: CommandSpec | undefined;
  const words: Word[] = [];
  const rest: string[] = [];
  let at = 0;
  const argumentOf = (word: string, attached: string | undefined): string => {
    const argument = attached ?? argv[at++];
    if (argument === undefined) throw new UsageError(`${word}: missing argument`, 255);
    return argument;
  };
  const take = (found: Found | undefined, word: string, attached: string | undefined): void => {
    if (found === undefined) throw new UsageError(`${word}: unknown option`, 255);
    if ('command' in found) {
      if (attached !== undefined && found.command.wrongState === undefined) refuseArgument(word);
      if (command !== undefined) throw new UsageError(`invalid option \`${word}'`);
      if (found.command.wrongState !== undefined) {
        const state = argumentOf(word, attached);
        command = found.command;
        if (state !== 'master' && state !== 'backup') throw new UsageError(found.command.wrongState);
      }
      command = found.command;
      return;
    }
    const { option } = found;
    if (command === undefined) tryHelp();
    let argument = attached;
    if (option.argument === 'none' && attached !== undefined) refuseArgument(word);
    if (option.argument === 'required') argument = argumentOf(word, attached);
    const next = argv[at];
    if (option.argument === 'optional' && argument === undefined && next !== undefined && !next.startsWith('-')) {
      argument = next;
      at++;
    }
    words.push({ spec: option, argument });
  };
  const takeWord = (word: string): void => {
    if (word === '--') {
      while (at < argv.length) rest.push(argv[at++]!);
    } else if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      take(
        findLong(equals < 0 ? word.slice(2) : word.slice(2, equals)),
        word,
        equals < 0 ? undefined : word.slice(equals + 1),
      );
    } else if (word.startsWith('-') && word.length > 1) {
      for (let index = 1; index < word.length; index++) {
        const found = findShort(word[index]!);
        const takesArgument = found !== undefined && 'option' in found && found.option.argument !== 'none';
        const isAttached = index + 1 < word.length && (takesArgument || word[index + 1] === '=');
        const attached = isAttached ? word.slice(index + 1) : undefined;
        take(found, word, attached?.replace(/^=/, ''));
        if (attached !== undefined) break;
      }
    } else rest.push(word);
  };
  let fault: UsageError | undefined;
  while (at < argv.length && fault === undefined) {
    try {
      takeWord(argv[at++]!);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      if (command === undefined) tryHelp();
      fault = error;
    }
  }
  if (command === undefined && argv.length > 0) tryHelp();
  return command === undefined ? undefined : { command, words, rest, fault };
}

function refuseArgument(word: string): never {
  throw new UsageError(`${word}: option does not take an argument`, 255);
}

function findLong(name: string): Found | undefined {
  const command = COMMANDS.find((entry) => entry.long === name);
  if (command !== undefined) return { command };
  const option = OPTIONS.find((entry) => entry.long === name);
  return option === undefined ? undefined : { option };
}

function findShort(letter: string): Found | undefined {
  const wanted = letter === 'l' ? 'L' : letter;
  const command = COMMANDS.find((entry) => entry.short === wanted);
  if (command !== undefined) return { command };
  const option = OPTIONS.find((entry) => entry.short === letter);
  return option === undefined ? undefined : { option };
}

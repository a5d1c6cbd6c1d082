import { COMMANDS, type CommandSpec, OPTIONS, type OptionSpec } from './options.ts';
import { tryHelp, UsageError } from './usage.ts';

/** One option of a command line, with its argument. */
export interface Word {
  readonly spec: OptionSpec;
  /** As it was written: `-t`, `--tcp-service`. */
  readonly written: string;
  readonly argument: string | undefined;
}

/** A command line taken apart. */
export interface CommandLine {
  readonly command: CommandSpec;
  readonly words: readonly Word[];
  /** Arguments that belong to no option. */
  readonly rest: readonly string[];
}

type Found = { readonly command: CommandSpec } | { readonly option: OptionSpec };

/**
 * Takes a command line apart as popt does: the command first, then options; short ones may stand together and have their
 * argument attached, long ones may have theirs behind `=`.
 * @throws UsageError
 */
export function splitCommandLine(argv: readonly string[]): CommandLine | undefined {
  let command: CommandSpec | undefined;
  const words: Word[] = [];
  const rest: string[] = [];
  let at = 0;
  const take = (found: Found | undefined, written: string, attached: string | undefined): void => {
    if (found === undefined) {
      if (command === undefined) tryHelp();
      throw new UsageError(`${written}: unknown option`, 255);
    }
    if ('command' in found) {
      if (command !== undefined) throw new UsageError(`invalid option \`${written}'`);
      command = found.command;
      return;
    }
    if (command === undefined) tryHelp();
    const { option } = found;
    let argument = attached;
    if (option.argument !== 'none' && argument === undefined) {
      const next = argv[at];
      if (option.argument === 'required' && next === undefined)
        throw new UsageError(`${written}: missing argument`, 255);
      if (next !== undefined && (option.argument === 'required' || !next.startsWith('-'))) {
        argument = next;
        at++;
      }
    }
    words.push({ spec: option, written, argument });
  };
  while (at < argv.length) {
    const word = argv[at++]!;
    if (word.startsWith('--') && word.length > 2) {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      take(findLong(name), `--${name}`, equals < 0 ? undefined : word.slice(equals + 1));
    } else if (word.startsWith('-') && word.length > 1) {
      for (let index = 1; index < word.length; index++) {
        const letter = word[index]!;
        const found = findShort(letter);
        const takesArgument = found !== undefined && 'option' in found && found.option.argument !== 'none';
        const attached = takesArgument && index + 1 < word.length ? word.slice(index + 1) : undefined;
        take(found, `-${letter}`, attached?.replace(/^=/, ''));
        if (attached !== undefined) break;
      }
    } else rest.push(word);
  }
  if (command === undefined && (rest.length > 0 || argv.length > 0)) tryHelp();
  return command === undefined ? undefined : { command, words, rest };
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

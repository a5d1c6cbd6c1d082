import { type Command, InvalidArgumentError, Option } from 'commander';

/** Values that options of several commands take. A wrong one ends the program with status 2 before anything is done. */

/** A whole number, as a parser of an option's value. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) throw new InvalidArgumentError('It is no whole number.');
  return value;
}

/** A whole number of at least 1. */
export function count(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError('It is less than 1.');
  return value;
}

/** Gives a command `--colour`. */
export function addColour(command: Command): Command {
  const colour = new Option('--colour <when>', 'auto, always or never').choices(['auto', 'always', 'never']);
  return command.addOption(colour.default('auto'));
}

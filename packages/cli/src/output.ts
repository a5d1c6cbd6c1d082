import { styleText } from 'node:util';
import type { TextRole } from '@chainwalk/core';

const STYLES: Readonly<Record<TextRole, Parameters<typeof styleText>[0]>> = {
  packet: 'bold',
  hook: ['bold', 'cyan'],
  function: 'cyan',
  matched: 'yellow',
  passed: 'dim',
  change: 'magenta',
  good: 'green',
  bad: 'red',
  note: 'dim',
};

/** Whether colours are wanted: a terminal that has not said no, or a user who said yes. */
export function wantsColour(choice: 'auto' | 'always' | 'never', stream: { readonly isTTY?: boolean }): boolean {
  if (choice !== 'auto') return choice === 'always';
  return stream.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
}

/** The painter of {@link renderTrace} for this terminal. */
export function painter(colour: boolean): (role: TextRole, text: string) => string {
  return colour ? (role, text) => styleText(STYLES[role], text, { validateStream: false }) : (_, text) => text;
}

/** Writes to standard output; a reader that has gone away (`| head`) ends the program quietly. */
export function print(text: string): void {
  process.stdout.write(text);
}

/** Writes to standard error. */
export function complain(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

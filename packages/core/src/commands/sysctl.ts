import type { SysctlTable } from '../net/sysctl.ts';
import { type CommandResult, fail, succeed } from './command.ts';

const LONG: Readonly<Record<string, string>> = {
  '--write': 'w',
  '--values': 'n',
  '--names': 'N',
  '--quiet': 'q',
  '--ignore': 'e',
};

/**
 * `sysctl [-w] [-n] [-N] [-q] [-e] NAME[=VALUE]...` on the parameters of one host. Every name is tried; the first
 * failure decides the status. With -w a word without a value ends it.
 */
export function runSysctl(table: SysctlTable, argv: readonly string[]): CommandResult {
  const flags = new Set<string>();
  const words: string[] = [];
  for (const word of argv.slice(1)) {
    if (/^-[wnNqe]+$/.test(word)) for (const letter of word.slice(1)) flags.add(letter);
    else if (LONG[word] !== undefined) flags.add(LONG[word]);
    else if (word.startsWith('-')) return fail(1, `sysctl: unknown option ${word}`);
    else words.push(word);
  }
  if (words.length === 0) return fail(1, 'sysctl: no variables given');
  let stdout = '';
  let stderr = '';
  let status = 0;
  const refuse = (message: string): void => {
    stderr += `sysctl: ${message}\n`;
    status = 1;
  };
  const print = (name: string, value: string): void => {
    stdout += flags.has('N') ? `${name}\n` : flags.has('n') ? `${value}\n` : `${name} = ${value}\n`;
  };
  for (const word of words) {
    const equals = word.indexOf('=');
    const name = dotted((equals < 0 ? word : word.slice(0, equals)).trim());
    const known = table.read(name);
    if (equals < 0 && flags.has('w')) {
      refuse('command line(0): invalid syntax, continuing...');
      break;
    }
    if (known === undefined) {
      if (!flags.has('e')) refuse(`cannot stat /proc/sys/${swapped(name)}: No such file or directory`);
    } else if (equals < 0) print(name, `${known}`);
    else {
      const text = word.slice(equals + 1).trim();
      const fault = table.write(name, writtenInteger(text));
      if (fault === undefined) {
        if (!flags.has('q')) print(name, text);
      } else if (fault === 'read-only') {
        // The tool finds the file closed to writers, says so, and counts it as no failure.
        stderr += `sysctl: setting key "${name}": Invalid argument\n`;
      } else refuse(`setting key "${name}": Invalid argument`);
    }
  }
  return stderr === '' ? succeed(stdout) : { status, stdout, stderr };
}

/**
 * The number that the kernel finds in what is written to a parameter of one number (`proc_get_long`): decimal, octal
 * with a leading 0 or hexadecimal, of at most 20 characters, without a plus sign. What stands behind it and a space is
 * passed over. NaN if it finds none.
 */
function writtenInteger(text: string): number {
  const word = /^[^ \t\n]*/.exec(text)![0];
  const parts = /^(-?)(?:(0x[0-9a-f]+)|0([0-7]*)|([1-9]\d*))$/i.exec(word);
  if (parts === null || word.length > 20) return Number.NaN;
  const [, sign, hexadecimal, octal, decimal] = parts;
  const size = Number(hexadecimal ?? decimal ?? `0o${octal === '' ? '0' : octal}`);
  return sign === '-' ? -size : size;
}

/** Whichever of dots and slashes comes first in a name parts it, and the other belongs to a device's name. */
function dotted(name: string): string {
  return /^[^./]*\//.test(name) ? swapped(name) : name;
}

function swapped(name: string): string {
  return name.replace(/[./]/g, (mark) => (mark === '.' ? '/' : '.'));
}

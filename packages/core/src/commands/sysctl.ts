import type { SysctlTable } from '../net/sysctl.ts';
import { type CommandResult, fail, succeed } from './command.ts';

/** `sysctl [-w] [-n] [-q] NAME[=VALUE]...` on the parameters of one host. Every name is tried; the first failure decides the status. */
export function runSysctl(table: SysctlTable, argv: readonly string[]): CommandResult {
  const flags = new Set<string>();
  const names: string[] = [];
  for (const word of argv.slice(1)) {
    if (/^-[wnqe]+$/.test(word)) for (const letter of word.slice(1)) flags.add(letter);
    else if (word === '--write' || word === '--values' || word === '--quiet')
      flags.add(word === '--write' ? 'w' : word === '--values' ? 'n' : 'q');
    else if (word.startsWith('-')) return fail(1, `sysctl: unknown option ${word}`);
    else names.push(word);
  }
  if (names.length === 0) return fail(1, 'sysctl: no variables given');
  let stdout = '';
  let stderr = '';
  for (const word of names) {
    const equals = word.indexOf('=');
    const name = (equals < 0 ? word : word.slice(0, equals)).trim();
    if (equals < 0) {
      const value = table.read(name);
      if (value === undefined)
        stderr += `sysctl: cannot stat /proc/sys/${name.replaceAll('.', '/')}: No such file or directory\n`;
      else stdout += flags.has('n') ? `${value}\n` : `${name} = ${value}\n`;
      continue;
    }
    const text = word.slice(equals + 1).trim();
    const fault = /^[-+]?\d+$/.test(text)
      ? table.write(name, Number(text))
      : table.read(name) === undefined
        ? 'unknown'
        : 'invalid';
    if (fault === undefined) {
      if (!flags.has('q')) stdout += flags.has('n') ? `${text}\n` : `${name} = ${text}\n`;
    } else if (fault === 'unknown')
      stderr += `sysctl: cannot stat /proc/sys/${name.replaceAll('.', '/')}: No such file or directory\n`;
    else if (fault === 'read-only') stderr += `sysctl: permission denied on key "${name}"\n`;
    else stderr += `sysctl: setting key "${name}": Invalid argument\n`;
  }
  return stderr === '' ? succeed(stdout) : { status: 1, stdout, stderr };
}

import { readFileSync, statSync } from 'node:fs';
import { refuse } from '@chainwalk/core';

/** Longest text file that is read at once. */
const LONGEST = 512 * 1024 * 1024;

/** The text of a file, or of standard input for `-`. @throws InputError with the name of the file */
export function readText(path: string): string {
  try {
    if (path === '-') return readFileSync(0, 'utf8');
    const { size } = statSync(path);
    if (size > LONGEST) refuse('file-too-large', `${path}: ${size} bytes are more than can be read at once`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      const reasons: Readonly<Record<string, string>> = {
        ENOENT: 'there is no such file',
        EISDIR: 'it is a directory',
        EACCES: 'reading it is not allowed',
      };
      refuse('unreadable', `${path}: ${reasons[String(error.code)] ?? error.message}`);
    }
    throw error;
  }
}

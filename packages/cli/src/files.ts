import { createWriteStream, openSync, readFileSync, statSync, type WriteStream } from 'node:fs';
import { refuse } from '@chainwalk/core';

/** Longest text file that is read at once. */
const LONGEST = 512 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'it is not allowed',
};

/** A file to write to, empty at first. @throws InputError with the name of the file */
export function openForWriting(path: string): WriteStream {
  try {
    return createWriteStream(path, { fd: openSync(path, 'w') });
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    const reason = code === 'ENOENT' ? 'there is no such directory' : (REASONS[code] ?? (error as Error).message);
    refuse('unwritable', `${path} cannot be written: ${reason}`);
  }
}

/** The text of a file, or of standard input for `-`. @throws InputError with the name of the file */
export function readText(path: string): string {
  try {
    if (path === '-') return readFileSync(0, 'utf8');
    const { size } = statSync(path);
    if (size > LONGEST) refuse('file-too-large', `${path}: ${size} bytes are more than can be read at once`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      refuse('unreadable', `${path}: ${REASONS[String(error.code)] ?? error.message}`);
    }
    throw error;
  }
}

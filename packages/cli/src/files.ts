import {
  closeSync,
  createReadStream,
  createWriteStream,
  fstatSync,
  openSync,
  type ReadStream,
  readFileSync,
  statSync,
  type WriteStream,
  writeSync,
} from 'node:fs';
import { refuse } from '@chainwalk/core';

/** Longest text file that is read at once. */
const LONGEST = 512 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of its path is no directory',
  EACCES: 'it is not allowed',
};

/** A file to write to, empty at first. @throws InputError with the name of the file */
export function openForWriting(path: string): WriteStream {
  return createWriteStream(path, { fd: opened(path) });
}

/**
 * A file that is written piece by piece, empty at first. A piece is on its way when `write` returns, so its memory can be
 * used again.
 *
 * All of it throws InputError with the name of the file.
 */
export class OutputFile {
  readonly #path: string;
  readonly #descriptor: number;

  constructor(path: string) {
    this.#path = path;
    this.#descriptor = opened(path);
  }

  write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    } catch (error) {
      refuseToWrite(this.#path, error);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    return refuseToWrite(path, error);
  }
}

function refuseToWrite(path: string, error: unknown): never {
  const code = String((error as NodeJS.ErrnoException).code);
  const reason = code === 'ENOENT' ? 'there is no such directory' : (REASONS[code] ?? (error as Error).message);
  refuse('unwritable', `${path} cannot be written: ${reason}`);
}

/** The text of a file, or of standard input for `-`. @throws InputError with the name of the file */
export function readText(path: string): string {
  const text = readAll(path);
  const at = text.indexOf('\0');
  if (at >= 0) {
    const before = text.slice(0, at).split('\n');
    const place = { source: path, line: before.length, column: before.at(-1)!.length + 1 };
    refuse('not-text', 'this is no text: there is a NUL character', place, 'give a text file in UTF-8');
  }
  return text;
}

function readAll(path: string): string {
  try {
    if (path === '-') return readFileSync(0, 'utf8');
    const { size } = statSync(path);
    if (size > LONGEST) refuse('file-too-large', `${path}: ${size} bytes are more than can be read at once`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    return refuseToRead(path, error);
  }
}

/** A file that is read piece by piece, and its bytes. @throws InputError with the name of the file */
export function openForReading(path: string): { readonly stream: ReadStream; readonly size: number } {
  try {
    const fd = openSync(path, 'r');
    const stats = fstatSync(fd);
    if (stats.isDirectory()) {
      closeSync(fd);
      refuse('unreadable', `${path}: it is a directory`);
    }
    return { stream: createReadStream(path, { fd, highWaterMark: 1 << 18 }), size: stats.size };
  } catch (error) {
    return refuseToRead(path, error);
  }
}

/** @throws InputError if what is written would replace what is read. */
export function refuseSameFile(input: string, output: string): void {
  const [read, written] = [input, output].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (read === undefined || written === undefined || !written.isFile()) return;
  if (read.dev === written.dev && read.ino === written.ino)
    refuse('same-file', `${output} cannot be written: it is what is read`, undefined, 'name another file behind --out');
}

function refuseToRead(path: string, error: unknown): never {
  if (error instanceof Error && 'code' in error) {
    refuse('unreadable', `${path}: ${REASONS[String(error.code)] ?? error.message}`);
  }
  throw error;
}

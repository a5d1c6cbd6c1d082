/** What a cache brings at once, in bytes. */
const LINE = 64;
/** Where the memory of a large array begins in a line: behind the header that the C library puts before it. */
const HEADER = 16;

/**
 * Zeros, the first of them at the beginning of a cache line, for rows of 64 bytes that shall not lie across two. That is so
 * for arrays of 128 KiB and more on Linux with its usual C library; elsewhere rows may lie across, and nothing else differs.
 * @param count a multiple of 16
 */
export function wordsInLines(count: number): Int32Array {
  return new Int32Array(new ArrayBuffer(count * 4 + LINE - HEADER), LINE - HEADER, count);
}

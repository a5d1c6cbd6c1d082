/** The least that an array of integers by slot grows by. */
const STEP = 1024;

/**
 * The same integers with room for `count` at least, and a quarter more than before. What a walk reads of the connections that it
 * only passes lies in one array: going through pages would cost as much as the shorter way saves.
 */
export function grown(words: Int32Array, count: number): Int32Array {
  const larger = new Int32Array(Math.max(count, words.length + Math.max(STEP, words.length >> 2)));
  larger.set(words);
  return larger;
}

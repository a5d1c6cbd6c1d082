import { TCP_ROW, type TcpState } from './tcp-state.ts';

/** Whole rows of a page. */
const PAGE_BITS = 12;
const PAGE_MASK = (1 << PAGE_BITS) - 1;
/** The compiler takes only what a module itself declares for a constant. */
const WHOLE_SIZE: number = TCP_ROW;
/** Which of the eight integers says where the state is, by the bit that a packed one never has. */
const KEY = 3;
const IS_WHOLE: number = 1 << 31;

/**
 * What TCP remembers of all connections of a host: packed into eight integers of the connection's own row if it fits there,
 * as nearly always; while it does not, the first of them names a row of another memory that holds it whole.
 */
export class TcpRows {
  readonly #pages: Int32Array[] = [];
  readonly #free: number[] = [];
  #used = 0;

  /** Reads a state that was written. @param at where the eight integers begin in `words` */
  read(words: Int32Array, at: number, state: TcpState): void {
    if (words[at + KEY]! >= 0) state.unpack(words, at);
    else {
      const place = words[at]!;
      state.copyFrom(this.#pages[place >> PAGE_BITS]!, (place & PAGE_MASK) * WHOLE_SIZE);
    }
    state.isChanged = false;
  }

  /** Writes a state where one was written before, or zeros are. */
  write(words: Int32Array, at: number, state: TcpState): void {
    state.isChanged = false;
    const wasWhole = words[at + KEY]! < 0;
    const before = words[at]!;
    if (state.pack(words, at)) {
      if (wasWhole) this.#free.push(before);
      return;
    }
    const place = wasWhole ? before : this.#take();
    state.copyTo(this.#pages[place >> PAGE_BITS]!, (place & PAGE_MASK) * WHOLE_SIZE);
    words[at] = place;
    words[at + KEY] = IS_WHOLE;
  }

  /** Gives back what a state takes beyond the eight integers. */
  free(words: Int32Array, at: number): void {
    if (words[at + KEY]! < 0) this.#free.push(words[at]!);
  }

  #take(): number {
    const place = this.#free.pop() ?? this.#used++;
    if (place >> PAGE_BITS === this.#pages.length) this.#pages.push(new Int32Array(WHOLE_SIZE << PAGE_BITS));
    return place;
  }
}

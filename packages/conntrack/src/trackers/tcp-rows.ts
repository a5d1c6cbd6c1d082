import { PACKED_TCP_ROW, TCP_ROW, type TcpState } from './tcp-state.ts';

/** Rows of a page. */
const PAGE_BITS = 12;
const PAGE_MASK = (1 << PAGE_BITS) - 1;
/** The compiler takes only what a module itself declares for a constant. */
const WHOLE_SIZE: number = TCP_ROW;
const PACKED_SIZE: number = PACKED_TCP_ROW;

/** Rows of integers in pages, numbered from 1; those that were given back are used again. */
class Rows {
  readonly pages: Int32Array[] = [];
  readonly #size: number;
  readonly #free: number[] = [];
  #used = 0;

  /** Rows of so many integers. */
  constructor(size: number) {
    this.#size = size;
  }

  take(): number {
    const row = this.#free.pop() ?? ++this.#used;
    if (row >> PAGE_BITS === this.pages.length) this.pages.push(new Int32Array(this.#size << PAGE_BITS));
    return row;
  }

  give(row: number): void {
    this.#free.push(row);
  }
}

/**
 * What TCP remembers of all connections of a host. The place of a state is a positive number if it fits a packed row, as
 * nearly all do, a negative one while it does not, and 0 if there is none.
 */
export class TcpRows {
  readonly #packed = new Rows(PACKED_SIZE);
  readonly #whole = new Rows(WHOLE_SIZE);

  /** Reads the state of a place. */
  read(place: number, state: TcpState): void {
    if (place > 0) state.unpack(this.#packed.pages[place >> PAGE_BITS]!, (place & PAGE_MASK) * PACKED_SIZE);
    else state.copyFrom(this.#whole.pages[-place >> PAGE_BITS]!, (-place & PAGE_MASK) * WHOLE_SIZE);
    state.isChanged = false;
  }

  /** Writes a state, whose place so far is given; answers with its place from now on. */
  write(place: number, state: TcpState): number {
    state.isChanged = false;
    if (place > 0 && this.#pack(place, state)) return place;
    return this.#move(place, state);
  }

  #pack(place: number, state: TcpState): boolean {
    return state.pack(this.#packed.pages[place >> PAGE_BITS]!, (place & PAGE_MASK) * PACKED_SIZE);
  }

  /** The same for a state that has no packed row, or does not fit the one that it has. */
  #move(place: number, state: TcpState): number {
    if (place <= 0) {
      const packed = this.#packed.take();
      if (this.#pack(packed, state)) {
        this.free(place);
        return packed;
      }
      this.#packed.give(packed);
    }
    let whole = -place;
    if (whole <= 0) {
      whole = this.#whole.take();
      this.free(place);
    }
    state.copyTo(this.#whole.pages[whole >> PAGE_BITS]!, (whole & PAGE_MASK) * WHOLE_SIZE);
    return -whole;
  }

  /** Gives a place back, if it is one. */
  free(place: number): void {
    if (place > 0) this.#packed.give(place);
    else if (place < 0) this.#whole.give(-place);
  }
}

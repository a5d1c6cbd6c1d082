import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SideFlag, TcpIndex, TcpSide, TcpState } from '../../src/index.ts';
import { TcpRows } from '../../src/trackers/tcp-rows.ts';
import { PACKED_TCP_ROW, TCP_ROW } from '../../src/trackers/tcp-state.ts';

const arbWord = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
/** Now and then any integer, or one at a border of a field of the row; mostly one from 0 to `most`. */
function arbUpTo(most: number): fc.Arbitrary<number> {
  const borders = fc.constantFrom(-1, 0, most, most + 1);
  const any = fc.oneof(arbWord, fc.integer({ min: -3, max: 0x7_ffff }));
  return fc.oneof(
    { weight: 40, arbitrary: fc.integer({ min: 0, max: most }) },
    { weight: 5, arbitrary: borders },
    { weight: 1, arbitrary: any },
  );
}

interface Numbers {
  readonly ends: readonly [number, number];
  readonly windows: readonly [number, number];
  readonly missing: readonly [number, number];
  readonly short: readonly [number, number];
  readonly flags: readonly [number, number];
  readonly scales: readonly [number, number];
  readonly last: { readonly side: 0 | 1; readonly behind: number; readonly length: number; readonly ack: number };
  readonly lastWindow: number;
  readonly shared: readonly [state: number, direction: 0 | 1, index: number, flags: number, scale: number];
  readonly retransmissions: number;
}

const both = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<[T, T]> => fc.tuple(arb, arb);
const arbNumbers: fc.Arbitrary<Numbers> = fc.record({
  ends: both(arbWord),
  windows: both(arbUpTo(0xff_ffff)),
  missing: both(arbUpTo(0x3_ffff)),
  short: both(arbUpTo(0x3_ffff)),
  flags: both(fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 0x3f }) }, fc.integer({ min: 0, max: 255 }))),
  scales: both(fc.integer({ min: 0, max: 15 })),
  last: fc.record({
    side: fc.constantFrom(0 as const, 1 as const),
    behind: arbUpTo(1),
    length: arbUpTo(0xffff),
    ack: arbUpTo(0),
  }),
  lastWindow: arbUpTo(0xffff),
  shared: fc.tuple(
    fc.integer({ min: 0, max: 15 }),
    fc.constantFrom(0 as const, 1 as const),
    fc.integer({ min: 0, max: 7 }),
    fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 255 })),
    fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 15 })),
  ),
  retransmissions: fc.integer({ min: 0, max: 255 }),
});

/** A state whose numbers lie as far from each other as is said. */
function stateOf(numbers: Numbers): TcpState {
  const { ends, windows, missing, short, flags, scales, last, shared } = numbers;
  const state = new TcpState();
  for (const direction of [0, 1] as const) {
    const peer = direction === 0 ? 1 : 0;
    const side = new TcpSide();
    side.end = ends[direction];
    side.maxWindow = windows[direction] | 0;
    side.flags = flags[direction];
    side.scale = scales[direction];
    side.maxAck =
      (flags[direction] & SideFlag.MAXACK_SET) === 0 ? missing[direction] | 0 : (ends[peer] - missing[direction]) | 0;
    side.maxEnd = (ends[direction] + windows[peer] - short[direction]) | 0;
    state.store(direction, side);
  }
  state.lastEnd = (ends[last.side] - last.behind) | 0;
  state.lastSeq = (state.lastEnd - last.length) | 0;
  state.lastAck = (state.maxAck(last.side) + last.ack) | 0;
  state.lastWindow = numbers.lastWindow;
  [state.state, state.lastDirection, state.lastIndex, state.lastFlags, state.lastScale] = shared;
  state.retransmissions = numbers.retransmissions;
  return state;
}

const wordsOf = (state: TcpState): number[] => {
  const words = new Int32Array(TCP_ROW);
  state.copyTo(words, 0);
  return [...words];
};

function withWords(words: readonly number[]): TcpState {
  const state = new TcpState();
  state.copyFrom(Int32Array.from(words), 0);
  return state;
}

const arbState: fc.Arbitrary<TcpState> = fc.oneof(
  { weight: 4, arbitrary: arbNumbers.map(stateOf) },
  fc.array(arbWord, { minLength: TCP_ROW, maxLength: TCP_ROW }).map(withWords),
  fc.array(fc.constantFrom(0, 0, 0, 1, -1, 0x20, 0x20020), { minLength: TCP_ROW, maxLength: TCP_ROW }).map(withWords),
);

describe('the short form of what TCP remembers', () => {
  it('loses nothing of what it takes, and writes nothing of what it does not', () => {
    let taken = 0;
    fc.assert(
      fc.property(arbState, (state) => {
        const row = new Int32Array(PACKED_TCP_ROW + 2).fill(77);
        const isTaken = state.pack(row, 1);
        expect([row[0], row[PACKED_TCP_ROW + 1]]).toEqual([77, 77]);
        if (!isTaken) {
          expect(row.every((word) => word === 77)).toBe(true);
          return;
        }
        taken++;
        const again = new TcpState();
        again.unpack(row, 1);
        expect(wordsOf(again)).toEqual(wordsOf(state));
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it('takes nearly every state that a connection comes to', () => {
    const state = new TcpState();
    const sides = [new TcpSide(), new TcpSide()] as const;
    const takes = (what: string): void => {
      state.store(0, sides[0]);
      state.store(1, sides[1]);
      expect([what, state.pack(new Int32Array(PACKED_TCP_ROW), 0)]).toEqual([what, true]);
    };
    const segment = (side: 0 | 1, seq: number, length: number, window: number): void => {
      const [own, peer] = [sides[side], sides[1 - side]!];
      own.end = (seq + length) | 0;
      own.maxAck = peer.end;
      own.flags |= SideFlag.MAXACK_SET;
      own.maxWindow = Math.max(own.maxWindow, window << own.scale);
      peer.maxEnd = (peer.end + (window << own.scale)) | 0;
      [state.lastSeq, state.lastAck, state.lastEnd, state.lastWindow] = [seq | 0, own.maxAck, own.end, window];
    };
    takes('nothing was seen');
    Object.assign(sides[0], { end: -5, maxEnd: -5, maxWindow: 64240, scale: 7, flags: 0x03 });
    state.lastIndex = TcpIndex.SYN;
    takes('SYN');
    Object.assign(sides[1], { end: 1000, maxEnd: 1000 + 64240, maxWindow: 65160, maxAck: -5, scale: 7, flags: 0x23 });
    sides[0].maxEnd = -5 + 65160;
    takes('SYN/ACK');
    segment(0, -5, 0, 502);
    takes('ACK');
    segment(0, -5, 517, 502);
    takes('a question, over the end of the numbers');
    segment(1, 1000, 0, 505);
    takes('its acknowledgement');
    for (let i = 0; i < 40; i++) segment(1, 1000 + i * 1448, 1448, 505);
    takes('57,920 bytes under way');
    segment(0, 512, 0, 100);
    takes('a window that closes');
    sides[1].end++;
    takes('FIN, behind the last segment');
    segment(0, 512, 0, 502);
    takes('its acknowledgement');
  });

  it('is left for a whole row and come back to as numbers drift apart and meet', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.option(arbState)), { maxLength: 60 }),
        (steps) => {
          const rows = new TcpRows();
          // Rows of connections, with something else before and behind.
          const words = new Int32Array(4 * 10);
          const wanted: (number[] | undefined)[] = [undefined, undefined, undefined, undefined];
          for (const [which, state] of steps) {
            const at = which * 10 + 1;
            if (state !== null) rows.write(words, at, state);
            else if (wanted[which] !== undefined) {
              rows.free(words, at);
              words.fill(0, at, at + 8);
            }
            wanted[which] = state === null ? undefined : wordsOf(state);
            const read = wanted.map((there, i) => {
              if (there === undefined) return undefined;
              const found = new TcpState();
              rows.read(words, i * 10 + 1, found);
              return wordsOf(found);
            });
            expect(wanted.flatMap((_, i) => [words[i * 10], words[i * 10 + 9]])).toEqual(new Array(8).fill(0));
            expect(read).toEqual(wanted);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

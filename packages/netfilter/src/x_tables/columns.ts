import { KIND_MASK } from './compile.ts';
import { DST, DST_MASK, KIND, protocolOf, ROW, type RuleRows, SRC, SRC_MASK } from './rule-rows.ts';

/** A chain shorter than this is walked rule by rule, without columns or index: that is as fast. */
export const LONG_FROM = 24;

/**
 * The tests that nearly every rule has, of a whole long chain side by side: a rule that does not apply costs a few loads,
 * and none from the rule itself.
 */
export interface Columns {
  readonly kinds: Uint8Array;
  readonly srcNetwork: Int32Array;
  readonly srcMask: Int32Array;
  readonly dstNetwork: Int32Array;
  readonly dstMask: Int32Array;
  readonly protocol: Int16Array;
}

/** The columns of `count` rules from a row on. */
export function columnsOf({ words }: RuleRows, first: number, count: number): Columns {
  const columns: Columns = {
    kinds: new Uint8Array(count),
    srcNetwork: new Int32Array(count),
    srcMask: new Int32Array(count),
    dstNetwork: new Int32Array(count),
    dstMask: new Int32Array(count),
    protocol: new Int16Array(count),
  };
  const { kinds, srcNetwork, srcMask, dstNetwork, dstMask, protocol } = columns;
  for (let i = 0; i < count; i++) {
    const at = (first + i) * ROW;
    kinds[i] = words[at + KIND]! & KIND_MASK;
    srcNetwork[i] = words[at + SRC]!;
    srcMask[i] = words[at + SRC_MASK]!;
    dstNetwork[i] = words[at + DST]!;
    dstMask[i] = words[at + DST_MASK]!;
    protocol[i] = protocolOf(words[at + KIND]!);
  }
  return columns;
}

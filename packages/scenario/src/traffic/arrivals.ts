import { type Duration, type RandomStream, refuse, SECOND, type SimTime } from '@chainwalk/core';
import { type Distribution, sampler } from './distribution.ts';

/** A rate that holds from a moment on, until the next piece begins. */
export interface RatePiece {
  /** Nanoseconds since the generator began. The first piece begins at 0. */
  readonly from: Duration;
  /** Arrivals a second, 0 or more. */
  readonly rate: number;
}

/** When an open-loop generator sends, whatever becomes of what it sent. Rates are arrivals a second. */
export type Arrivals =
  /** Exactly evenly, the first one gap after the beginning. */
  | { readonly kind: 'regular'; readonly rate: number }
  | { readonly kind: 'poisson'; readonly rate: number }
  /** A Poisson process whose rate changes at given times (exact: no thinning, no steps). */
  | { readonly kind: 'piecewise'; readonly pieces: readonly RatePiece[] }
  /** Bursts come as a Poisson process of `rate`; each has `size` arrivals, `gap` nanoseconds apart. */
  | { readonly kind: 'bursts'; readonly rate: number; readonly size: number; readonly gap?: Duration }
  /** Any distribution of the time between two arrivals, in nanoseconds. */
  | { readonly kind: 'renewal'; readonly between: Distribution };

/**
 * The times of arrivals, whole nanoseconds since the beginning, never going back; `undefined` once no more will come.
 * @throws InputError for a rate, size or piece out of range
 */
export function arrivalTimes(arrivals: Arrivals, random: RandomStream): () => SimTime | undefined {
  switch (arrivals.kind) {
    case 'regular': {
      const rate = positive(arrivals.rate);
      let count = 0;
      return () => Math.round((++count * SECOND) / rate);
    }
    case 'poisson':
      return piecewise([{ from: 0, rate: positive(arrivals.rate) }], random);
    case 'piecewise':
      return piecewise(arrivals.pieces, random);
    case 'bursts':
      return bursts(positive(arrivals.rate), arrivals.size, arrivals.gap ?? 0, random);
    case 'renewal': {
      const draw = sampler(arrivals.between, random);
      let time = 0;
      return () => Math.round((time += draw()));
    }
  }
}

/**
 * A Poisson process of changing rate: unit-rate arrivals on the integral of the rate, carried back to time. An arrival
 * that the current piece has no room for takes what is left of its exponential into the next piece.
 */
function piecewise(pieces: readonly RatePiece[], random: RandomStream): () => SimTime | undefined {
  if (pieces[0]?.from !== 0) refuse('bad-rate', 'the first piece of a rate begins at 0');
  for (const [i, piece] of pieces.entries()) {
    if (!(Number.isFinite(piece.rate) && piece.rate >= 0)) refuse('bad-rate', `rate ${piece.rate}: from 0`);
    if (i > 0 && !(piece.from > pieces[i - 1]!.from)) refuse('bad-rate', 'the pieces of a rate follow each other');
  }
  let at = 0;
  let time = 0;
  return () => {
    let work = -Math.log(1 - random.next());
    for (;;) {
      const rate = pieces[at]!.rate / SECOND;
      const end = pieces[at + 1]?.from ?? Number.POSITIVE_INFINITY;
      const room = rate === 0 ? 0 : (end - time) * rate;
      if (work < room) {
        time += work / rate;
        return Math.floor(time);
      }
      if (end === Number.POSITIVE_INFINITY) return undefined;
      work -= room;
      time = end;
      at++;
    }
  };
}

function bursts(rate: number, size: number, gap: Duration, random: RandomStream): () => SimTime | undefined {
  if (!(Number.isInteger(size) && size > 0)) refuse('bad-rate', `a burst has at least one arrival, not ${size}`);
  if (!(Number.isFinite(gap) && gap >= 0)) refuse('bad-rate', `the gap of a burst is from 0, not ${gap}`);
  const starts = piecewise([{ from: 0, rate }], random);
  let start = 0;
  let left = 0;
  return () => {
    if (left === 0) {
      // A burst that is still going on is finished before the next begins, so that time does not go back.
      start = Math.max(starts()!, start);
      left = size;
    }
    const time = Math.round(start);
    left--;
    start += gap;
    return time;
  };
}

function positive(rate: number): number {
  if (!(Number.isFinite(rate) && rate > 0)) refuse('bad-rate', `a rate is above 0, not ${rate}`);
  return rate;
}

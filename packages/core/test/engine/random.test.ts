import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStreams } from '../../src/engine/random.ts';

const draw = (streams: RandomStreams, name: string, count: number): number[] =>
  Array.from({ length: count }, () => streams.stream(name).u32());

describe('RandomStreams', () => {
  it('gives each name the same numbers, whichever other streams are used', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 5 }), fc.integer(), (name, others, seed) => {
        const alone = draw(new RandomStreams(seed), name, 5);
        const streams = new RandomStreams(seed);
        for (const other of others) if (other !== name) streams.stream(other).next();
        expect(draw(streams, name, 5)).toEqual(alone);
      }),
    );
  });

  it('goes on from a saved state, and begins anew what was not saved', () => {
    const streams = new RandomStreams(7);
    draw(streams, 'nat', 3);
    const saved = streams.save();
    const next = draw(streams, 'nat', 4);
    const fresh = draw(streams, 'late', 2);
    streams.restore(saved);
    expect(draw(streams, 'nat', 4)).toEqual(next);
    expect(draw(streams, 'late', 2)).toEqual(fresh);
  });

  it('keeps its numbers below the bound', () => {
    const stream = new RandomStreams(1).stream('x');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (bound) => {
        const number = stream.below(bound);
        expect(Number.isInteger(number) && number >= 0 && number < bound).toBe(true);
      }),
    );
  });

  it('yields these very numbers for seed 42, today and after every update', () => {
    expect(draw(new RandomStreams(42), 'statistic', 3)).toMatchInlineSnapshot(`
      [
        352755915,
        2420562821,
        1329993399,
      ]
    `);
  });
});

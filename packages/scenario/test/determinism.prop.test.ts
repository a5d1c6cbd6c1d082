import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbScenario, FEATURES } from '../src/generate/index.ts';
import { playScenario } from '../src/player.ts';

describe('a scenario', () => {
  it('has the same result, byte for byte, each time it is played', () => {
    fc.assert(
      fc.property(arbScenario(FEATURES), ({ scenario }) => {
        expect(JSON.stringify(playScenario(scenario))).toBe(JSON.stringify(playScenario(scenario)));
      }),
      { numRuns: 60 },
    );
  });
});

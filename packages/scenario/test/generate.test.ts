import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbScenario, FEATURES } from '../src/generate/index.ts';
import { playScenario } from '../src/player.ts';

describe('generated scenarios', () => {
  it('are the same for the same seed', () => {
    const sample = () => JSON.stringify(fc.sample(arbScenario(), { seed: 5, numRuns: 20 }));
    expect(sample()).toBe(sample());
  });

  it.each(FEATURES)('about %s have a configuration that the tools accept, and can be played', (feature) => {
    fc.assert(
      fc.property(arbScenario([feature]), ({ scenario, plan }) => {
        expect(plan.feature).toBe(feature);
        expect(playScenario(scenario).steps).toHaveLength(scenario.steps.length);
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('give the same result each time they are played', () => {
    fc.assert(
      fc.property(arbScenario(), ({ scenario }) => {
        expect(playScenario(scenario)).toEqual(playScenario(scenario));
      }),
      { numRuns: 60 },
    );
  });

  it('keep the times of their steps in order', () => {
    fc.assert(
      fc.property(arbScenario(['limit']), ({ scenario }) => {
        const times = scenario.steps.map((step) => step.at ?? 0);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
    );
  });
});

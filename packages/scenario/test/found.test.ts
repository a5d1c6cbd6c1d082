import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareResults, formatDifference } from '../src/compare.ts';
import type { Scenario, ScenarioResult } from '../src/format.ts';
import { type PlayOptions, playScenario } from '../src/player.ts';

interface Recording {
  readonly scenario: Scenario;
  readonly kernel: ScenarioResult;
  /** As which kernel it is to be played, if not as the reference. */
  readonly as?: PlayOptions;
}

/** Differences that the comparison with a real kernel once found, each as small as it got, with the kernel's answer. */
const folder = new URL('../../../conformance/found/', import.meta.url);
const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];

describe('a difference that was found once stays mended', () => {
  it.each(files)('%s', (file) => {
    const recordings = [JSON.parse(readFileSync(new URL(file, folder), 'utf8'))].flat() as Recording[];
    expect(recordings.length).toBeGreaterThan(0);
    for (const { scenario, kernel, as } of recordings) {
      const differences = compareResults(playScenario(scenario, as), kernel, scenario);
      expect(differences.map((difference) => formatDifference(difference)).join('\n')).toBe('');
    }
  });
});

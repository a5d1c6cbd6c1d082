import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareResults, formatDifference } from '../src/compare.ts';
import type { Scenario, ScenarioResult } from '../src/format.ts';
import { playScenario } from '../src/player.ts';

interface Recording {
  readonly scenario: Scenario;
  readonly kernel: ScenarioResult;
}

const folder = new URL('./golden/', import.meta.url);
const only = process.env['CHAINWALK_GOLDEN'];

describe.each(readdirSync(folder).filter((file) => file.endsWith('.json')))('the recordings of %s', (file) => {
  const recordings = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Recording[];
  it.each(
    recordings
      .map((recording) => [recording.scenario.name ?? '', recording] as const)
      .filter(([name]) => only === undefined || name.startsWith(only)),
  )('%s: Linux 6.1 says the same', (_, { scenario, kernel }) => {
    const differences = compareResults(playScenario(scenario), kernel, scenario);
    expect(differences.map((difference) => formatDifference(difference)).join('\n')).toBe('');
  });
});

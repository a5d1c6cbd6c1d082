#!/usr/bin/env node
// Compares results of scenarios by the scenario format's rule of what "equal" means, which is `@chainwalk/scenario`'s
// `compareResults`; so this needs a build (`npm run build`). A library and a command.
//
//   node compare.mjs OURS.json KERNEL.json
//
// A file holds one result, an array of results, or an array of {scenario, kernel}. Every difference is printed with the
// scenario's name, the step and both sides. Exit status: 0 equal, 1 different, 2 bad use.

import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compareResults, formatDifference } from '@chainwalk/scenario/compare';

/** The results, with their scenarios where known, that a parsed file holds. */
export function resultsOf(parsed) {
  return [parsed].flat().map((entry) => {
    const result = entry.kernel ?? entry.result ?? entry;
    return { name: result.name || entry.scenario?.name || '', scenario: entry.scenario, result };
  });
}

/**
 * Compares two lists from `resultsOf`, by place where they have the same names, else by name.
 * @returns {{ compared: number, equal: number, differences: import('@chainwalk/scenario/compare').Difference[] }}
 */
export function compareLists(ours, kernel) {
  const differences = [];
  let equal = 0;
  let compared = 0;
  const inPlace = ours.length === kernel.length && ours.every((entry, i) => entry.name === kernel[i].name);
  const byName = new Map(kernel.map((entry) => [entry.name, entry]));
  ours.forEach((entry, i) => {
    const other = inPlace ? kernel[i] : byName.get(entry.name);
    byName.delete(entry.name);
    compared++;
    const found = other
      ? compareResults(entry.result, other.result, entry.scenario ?? other.scenario)
      : [{ scenario: entry.name, what: 'scenario', ours: ['present'], kernel: ['missing'] }];
    if (found.length === 0) equal++;
    differences.push(...found);
  });
  if (!inPlace) {
    for (const name of byName.keys()) {
      compared++;
      differences.push({ scenario: name, what: 'scenario', ours: ['missing'], kernel: ['present'] });
    }
  }
  return { compared, equal, differences };
}

function main() {
  const files = process.argv.slice(2);
  if (files.length !== 2 || files.some((file) => file.startsWith('-'))) {
    console.error('usage: compare.mjs OURS.json KERNEL.json');
    return 2;
  }
  const [ours, kernel] = files.map((file) => resultsOf(JSON.parse(readFileSync(file, 'utf8'))));
  const { compared, equal, differences } = compareLists(ours, kernel);
  for (const difference of differences) console.log(formatDifference(difference));
  console.log(`${equal} of ${compared} scenarios equal`);
  return equal === compared ? 0 : 1;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) process.exitCode = main();

import type { Conntrack } from '../conntrack.ts';

/** The line of `conntrack -S`, for the one CPU there is. */
export function formatStatistics(conntrack: Conntrack): string {
  const s = conntrack.statistics;
  const words: readonly (readonly [string, number])[] = [
    ['found', s.found],
    ['invalid', s.invalid],
    ['insert', s.insert],
    ['insert_failed', s.insertFailed],
    ['drop', s.drop],
    ['early_drop', s.earlyDrop],
    ['error', s.error],
    ['search_restart', s.searchRestart],
    ['clash_resolve', s.clashResolve],
    ['chaintoolong', s.chainTooLong],
  ];
  return `cpu=0   \t${words.map(([name, value]) => `${name}=${value} `).join('')}`;
}

import { describe, expect, it } from 'vitest';
import { ALL_TARGETS } from '../../src/targets/all.ts';
import { loadRule, readCorpus } from './world.ts';

describe('the text of each target is what iptables 1.8.9 takes and saves', () => {
  for (const { name } of ALL_TARGETS) {
    it(name, () => {
      const differences: string[] = [];
      for (const { place, table, chains, rule, saved } of readCorpus(name)) {
        for (const chain of chains) {
          const got = loadRule(table, chain, rule);
          const ours = 'refused' in got ? undefined : got.saved;
          if (ours?.join(' | ') === saved?.join(' | ')) continue;
          differences.push(
            `${place} ${table} ${chain}: ${rule}\n  real: ${saved?.join(' | ') ?? 'refused'}\n  ours: ${ours?.join(' | ') ?? `refused: ${'refused' in got ? got.refused : ''}`}`,
          );
        }
      }
      expect(differences.join('\n')).toBe('');
    });
  }
});

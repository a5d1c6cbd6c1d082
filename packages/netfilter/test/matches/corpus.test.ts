import { describe, expect, it } from 'vitest';
import { ALL_MATCHES } from '../../src/matches/all.ts';
import { loadRule, readCorpus } from '../targets/world.ts';

describe('the text of each match is what iptables 1.8.9 takes and saves', () => {
  for (const { name } of ALL_MATCHES) {
    it(name, () => {
      const differences: string[] = [];
      for (const { place, table, chains, rule, saved } of readCorpus(name)) {
        for (const chain of chains) {
          const got = loadRule(table, chain, rule);
          const ours = 'refused' in got ? undefined : got.saved;
          if (ours?.join(' | ') === saved?.join(' | ')) continue;
          const why = 'refused' in got ? `refused: ${got.refused}` : got.saved.join(' | ');
          differences.push(
            `${place} ${table} ${chain}: ${rule}\n  real: ${saved?.join(' | ') ?? 'refused'}\n  ours: ${why}`,
          );
        }
      }
      expect(differences.join('\n')).toBe('');
    });
  }
});

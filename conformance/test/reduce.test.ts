import type { Scenario } from '@chainwalk/scenario';
import { arbScenario } from '@chainwalk/scenario/generate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reductions, size } from '../src/reduce.ts';

describe('reductions', () => {
  it.each([0, 1, 2, 3])('of fineness %i are smaller, and no answer is left without its question', (fineness) => {
    fc.assert(
      fc.property(arbScenario(), ({ scenario }) => {
        for (const { scenario: smaller } of reductions(scenario, fineness)) {
          expect(size(smaller)).toBeLessThan(size(scenario));
          const ids = new Set<string | undefined>();
          for (const step of smaller.steps) {
            for (const answered of [step.reply, step.reply_error])
              if (answered !== undefined) expect(ids).toContain(answered);
            ids.add(step.id);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('take out a set with its members and the rules that look into it', () => {
    const scenario: Scenario = {
      ipset: 'create a hash:ip\ncreate b hash:ip\nadd a 10.0.0.1\nadd b 10.0.0.2\n',
      iptables:
        '*filter\n-A INPUT -m set --match-set a src -j DROP\n-A INPUT -m set --match-set b src -j DROP\nCOMMIT\n',
      steps: [],
    };
    const found = reductions(scenario, 2).find(({ without }) => without === 'create a hash:ip');
    expect(found?.scenario.ipset).toBe('create b hash:ip\nadd b 10.0.0.2\n');
    expect(found?.scenario.iptables).toBe('*filter\n-A INPUT -m set --match-set b src -j DROP\nCOMMIT\n');
  });

  it('leave out one match of a rule at a time', () => {
    const iptables =
      '*filter\n-A INPUT ! -s 10.0.0.1/32 -p tcp -m comment --comment "a -m b" -m mark ! --mark 0x1 -j DROP\nCOMMIT\n';
    const rules = reductions({ iptables, steps: [] }, 3).map(({ scenario }) => scenario.iptables?.split('\n')[1]);
    expect(rules).toEqual([
      '-A INPUT -p tcp -m comment --comment "a -m b" -m mark ! --mark 0x1 -j DROP',
      '-A INPUT ! -s 10.0.0.1/32 -m comment --comment "a -m b" -m mark ! --mark 0x1 -j DROP',
      '-A INPUT ! -s 10.0.0.1/32 -p tcp -m mark ! --mark 0x1 -j DROP',
      '-A INPUT ! -s 10.0.0.1/32 -p tcp -m comment --comment "a -m b" -j DROP',
    ]);
  });
});

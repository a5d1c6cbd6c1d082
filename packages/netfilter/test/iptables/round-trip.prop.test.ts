import fc from 'fast-check';
import { applyPatches, enablePatches } from 'immer';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXTENSIONS } from '../../src/extensions.ts';
import { parseRestore } from '../../src/iptables/restore.ts';
import { rulesetPatches } from '../../src/iptables/ruleset-patches.ts';
import { editRuleset } from '../../src/iptables/run.ts';
import { ruleText, saveRuleset } from '../../src/iptables/save.ts';
import { arbRule, arbRuleset, arbRulesetText, arbRuleText } from '../../src/testing/index.ts';
import type { Ruleset } from '../../src/x_tables/rule.ts';
import { shell } from './hosts.ts';

enablePatches();
const registry = DEFAULT_EXTENSIONS;

describe('any ruleset', () => {
  it('is the same after it is printed and read again, counters and all', () => {
    fc.assert(
      fc.property(arbRuleset(), (parsed) => {
        const counters = (table: never, chain: string) => parsed.store.counters(table, chain);
        const text = saveRuleset(parsed.ruleset, { registry, counters: counters as never, ruleCounters: true });
        const again = parseRestore(text, 'again', { registry });
        const names = (ruleset: Ruleset): string[] => ruleset.tables.map(({ name }) => name);
        // iptables-save prints the newest table first, so that reading turns their order round.
        expect(names(again.ruleset)).toEqual(names(parsed.ruleset).reverse());
        expect([...again.ruleset.tables].reverse()).toEqual(parsed.ruleset.tables);
        expect([...again.counters.values()].length).toBe([...parsed.counters.values()].length);
        const store = again.store;
        expect(
          saveRuleset(parsed.ruleset, {
            registry,
            counters: (table, chain) => store.counters(table, chain),
            ruleCounters: true,
          }),
        ).toBe(text);
      }),
      { numRuns: 150 },
    );
  });

  it('is accepted by a host, and saved there as it is', () => {
    fc.assert(
      fc.property(arbRulesetText({ maxRules: 3 }), (text) => {
        const { run, save } = shell();
        expect(run('iptables-restore -c', text)).toMatchObject({ status: 0, stderr: '' });
        const saved = save('-c');
        expect(run('iptables-restore -c', saved)).toMatchObject({ status: 0 });
        expect(save('-c')).toBe(saved);
      }),
      { numRuns: 60 },
    );
  });

  it('becomes any other by the patches between them', () => {
    fc.assert(
      fc.property(arbRuleset(), arbRuleset(), ({ ruleset: before }, { ruleset: after }) => {
        expect(applyPatches(before, [...rulesetPatches(before, after)])).toEqual(after);
        expect(rulesetPatches(after, after)).toEqual([]);
      }),
      { numRuns: 80 },
    );
  });
});

describe('any command', () => {
  const command = fc.oneof(
    fc
      .tuple(fc.constantFrom('-A INPUT', '-I INPUT', '-I FORWARD 2', '-R INPUT 1', '-A NEW'), arbRuleText())
      .map((parts) => parts.join(' ')),
    fc.constantFrom(
      '-D INPUT 1',
      '-D FORWARD 2',
      '-F',
      '-F INPUT',
      '-X',
      '-N NEW',
      '-E NEW OLD',
      '-P OUTPUT DROP',
      '-Z',
      '-t raw -L',
    ),
  );

  it('leaves the old ruleset as it was and tells the way to the new one', () => {
    fc.assert(
      fc.property(arbRuleset({ tables: ['filter'] }), fc.array(command, { maxLength: 6 }), (parsed, commands) => {
        let ruleset = deepFreeze(parsed.ruleset);
        for (const words of commands) {
          const result = editRuleset(ruleset, `iptables ${words}`, { registry });
          expect(applyPatches(ruleset, [...result.patches])).toEqual(result.ruleset);
          if (result.status !== 0) expect(result.ruleset.tables[0]).toBe(ruleset.tables[0]);
          ruleset = deepFreeze(result.ruleset);
        }
      }),
      { numRuns: 80 },
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    if (ArrayBuffer.isView(value)) return value;
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

describe('any rule', () => {
  it('can be found and deleted by its text', () => {
    fc.assert(
      fc.property(fc.array(arbRuleText(), { minLength: 1, maxLength: 5 }), fc.nat(), (rules, pick) => {
        const { run } = shell();
        run('iptables -N A');
        const text = `*filter\n${rules.map((rule) => `-A A ${rule}\n`).join('')}COMMIT\n`;
        expect(run('iptables-restore -n', text).status).toBe(0);
        const saved = run('iptables -S A').stdout.split('\n').slice(1, -1);
        const line = saved[pick % saved.length]!;
        expect(run('iptables-restore -n', `*filter\n${line.replace(/^-A/, '-C')}\nCOMMIT\n`).status).toBe(0);
        expect(run('iptables-restore -n', `*filter\n${line.replace(/^-A/, '-D')}\nCOMMIT\n`).status).toBe(0);
        const first = saved.indexOf(line);
        expect(run('iptables -S A').stdout.split('\n').slice(1, -1)).toEqual(
          saved.filter((_, index) => index !== first),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('prints what it is read from again', () => {
    fc.assert(
      fc.property(arbRule({ table: 'mangle', chains: ['A', 'B'] }), (rule) => {
        const text = `*mangle\n:A -\n:B -\n:X -\n-A X ${ruleText(rule, registry)}\nCOMMIT\n`;
        const { ruleset } = parseRestore(text, 'again', { registry });
        expect(ruleset.tables[0]!.chains.find(({ name }) => name === 'X')!.rules[0]).toEqual(rule);
      }),
      { numRuns: 200 },
    );
  });
});

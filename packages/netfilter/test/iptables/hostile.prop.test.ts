import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXTENSIONS } from '../../src/extensions.ts';
import { checkRuleset } from '../../src/iptables/check.ts';
import { restore } from '../../src/iptables/restore.ts';
import { runTool } from '../../src/iptables/run.ts';
import { MemoryStore } from '../../src/iptables/table-store.ts';
import { arbRulesetText, arbRuleText } from '../../src/testing/index.ts';

/** Ways to spoil a text: cut it, change a character, double or swap pieces, put something nasty in. */
const NASTY = [
  '\0',
  '"',
  '\\',
  '!',
  '-',
  '--',
  '\r\n',
  '\n',
  '[',
  ']',
  ':',
  '*',
  '#',
  '\uD800',
  '-A',
  '-j',
  '%s',
  '0x',
  ',',
  '/',
  'COMMIT\n',
  '\t',
  '9'.repeat(40),
];
const spoil = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), length: fc.nat(20) }),
    fc.record({ kind: fc.constant('end' as const), at: fc.nat() }),
    fc.record({
      kind: fc.constant('put' as const),
      at: fc.nat(),
      text: fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 4, unit: 'binary' })),
    }),
    fc.record({ kind: fc.constant('copy' as const), at: fc.nat(), length: fc.nat(30), to: fc.nat() }),
  ),
  { minLength: 1, maxLength: 3 },
);

function spoiled(text: string, changes: typeof spoil extends fc.Arbitrary<infer T> ? T : never): string {
  let result = text;
  for (const change of changes) {
    const at = change.at % (result.length + 1);
    if (change.kind === 'cut') result = result.slice(0, at) + result.slice(at + change.length);
    else if (change.kind === 'end') result = result.slice(0, at);
    else if (change.kind === 'put') result = result.slice(0, at) + change.text + result.slice(at);
    else {
      const to = change.to % (result.length + 1);
      result = result.slice(0, to) + result.slice(at, at + change.length) + result.slice(to);
    }
  }
  return result;
}

/** Sound files to start from; making new ones for every case would take most of the time. */
const SOUND = fc.sample(arbRulesetText({ maxRules: 2, maxChains: 2 }), { numRuns: 200, seed: 20260101 });

describe('a truncated, corrupted or hostile file', () => {
  it('gives only diagnostics with a place, and leaves the table of the fault as it was', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SOUND), spoil, (text, changes) => {
        const bad = spoiled(text, changes);
        const store = new MemoryStore(DEFAULT_EXTENSIONS);
        const { status, diagnostics, committed } = restore(bad, store, { source: 'bad', counters: true });
        if (status === 0) expect(diagnostics).toEqual([]);
        for (const { place } of diagnostics) {
          expect(place).toMatchObject({ source: 'bad' });
          expect(place!.line).toBeLessThanOrEqual(bad.split('\n').length + 1);
        }
        if (status !== 0) expect(diagnostics.length).toBeGreaterThan(0);
        for (const table of store.ruleset.tables) {
          if (!committed.includes(table.name)) expect(table.chains.every(({ rules }) => rules.length === 0)).toBe(true);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('is checked to its end', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SOUND), spoil, (text, changes) => {
        const found = checkRuleset(spoiled(text, changes), 'bad');
        expect(found.every(({ place }) => place?.source === 'bad')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('made of any characters does no harm either', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
        restore(`*filter\n${text}\nCOMMIT\n`, new MemoryStore(DEFAULT_EXTENSIONS));
        expect(checkRuleset(text, 'any').every(({ place }) => place !== undefined)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a spoiled command', () => {
  it('ends with a status', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('-A INPUT', '-I INPUT 1', '-D INPUT', '-R INPUT 1', '-C INPUT'),
        arbRuleText(),
        spoil,
        (command, rule, changes) => {
          const result = runTool(
            new MemoryStore(DEFAULT_EXTENSIONS),
            `iptables ${spoiled(`${command} ${rule}`, changes)}`,
          );
          expect([0, 1, 2, 3]).toContain(result.status);
          if (result.status !== 0) expect(result.diagnostics.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

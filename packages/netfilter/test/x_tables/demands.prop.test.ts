import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_EXTENSIONS } from '../../src/extensions.ts';
import { arbRuleset } from '../../src/testing/index.ts';
import { Compiler } from '../../src/x_tables/compile.ts';

it('what a chain demands is known before it is compiled, and is what it then asks for', () => {
  fc.assert(
    fc.property(arbRuleset({ tables: ['raw', 'mangle', 'nat', 'filter'] }), ({ ruleset }) => {
      const compiler = new Compiler(DEFAULT_EXTENSIONS);
      for (const chain of ruleset.tables.flatMap(({ chains }) => chains)) {
        const { needs, keepsState } = compiler.demands(chain);
        const compiled = chain.rules.map((rule) => compiler.rule(rule));
        const wanted = new Set(compiled.flatMap((rule) => rule.needs));
        expect(new Set(needs)).toEqual(wanted);
        expect(needs.length).toBe(wanted.size);
        expect(keepsState).toBe(compiled.some((rule) => rule.stateful.length > 0));
      }
    }),
    { numRuns: 300 },
  );
});

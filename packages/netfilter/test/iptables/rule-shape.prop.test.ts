import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXTENSIONS } from '../../src/extensions.ts';
import { parseRestore, type RestoreOptions, restore } from '../../src/iptables/restore.ts';
import { saveRuleset } from '../../src/iptables/save.ts';
import { MemoryStore } from '../../src/iptables/table-store.ts';
import { arbRulesetText } from '../../src/testing/index.ts';
import { CONTINUE, type MatchExtension } from '../../src/x_tables/extension.ts';
import type { TableName } from '../../src/x_tables/rule.ts';

const registry = DEFAULT_EXTENSIONS;

/** What becomes of a text; with `-n`, which takes tables as they are. */
function outcome(text: string, options: RestoreOptions) {
  const store = new MemoryStore(registry);
  const { status, diagnostics, committed } = restore(text, store, { ...options, noflush: true });
  const saved = saveRuleset(store.ruleset, {
    registry,
    counters: (table, chain) => store.counters(table, chain),
    ruleCounters: true,
  });
  return { status, diagnostics, committed, saved, ruleset: store.ruleset };
}

/** Texts with counters and every kind of match, to start from. */
const SOUND = fc.sample(arbRulesetText({ maxRules: 3, maxChains: 3 }), { numRuns: 150, seed: 20260102 });
const WORD = /"(?:[^"\\]|\\.)*"?|\S+/g;
const WORDS = [...new Set(SOUND.flatMap((text) => text.match(WORD) ?? []))];
const ODD_WORDS = [
  ...['0.0.0.0/0', '10.0.0.1/0', '10.0.0.01', '256.1.1.1', '10.0.0.0/33', '10.0.0.0/', '10.1/16', '1.2.3.4,5.6.7.8'],
  ...['any/0', '10.0.0.0/255.255.0.0', '1.2.3.4.5', '010.0.0.1', '10.0.0.1/032'],
  ...['"a b"', '"', '""', 'a"b', '"a"b', '"a\\"b"', '"\u00e9\u2192"', 'x'.repeat(400), '"a\tb"', 'a\u000bb', 'a\rb'],
  ...[
    'INPUT',
    'OUTPUT',
    'ACCEPT',
    'DROP',
    'LOG',
    'MARK',
    'NEW',
    'eth0',
    '+',
    'averyveryverylongdevice',
    '80',
    '70000',
    '!',
  ],
];

const arbChanges = fc.array(
  fc.record({
    line: fc.nat(),
    word: fc.nat(),
    text: fc.oneof(
      fc.constantFrom(...WORDS),
      fc.constantFrom(...ODD_WORDS),
      fc.constantFrom('10.9.8.7', '10.9.8.7/32', '"other words"', '443'),
    ),
    how: fc.constantFrom('replace', 'replace', 'replace', 'insert', 'remove', 'none', 'blanks'),
  }),
  { maxLength: 5 },
);
/** Lines that change what names mean. */
const arbCommands = fc.array(
  fc.record({
    line: fc.nat(),
    text: fc.constantFrom(
      ':LOG - [0:0]',
      ':MARK -',
      ':NEW - [0:0]',
      ':EIGHTEEN-AND-TEN-CHARACTERS',
      ':EIGHTEEN-AND-TEN-CHARACTER - [0:0]',
      ':EIGHTEEN-AND-TEN-CHARACTERSX - [0:0]',
      ':A\u000bB - [0:0]',
      '-N NEW',
      '-N OTHER',
      '-X NEW',
      '-F NEW',
      '-E NEW OTHER',
      '-A NEW -j LOG',
      '-A NEW -j OTHER',
      '-A NEW -j LOG --log-level 3',
    ),
  }),
  { maxLength: 4 },
);

type Changes = typeof arbChanges extends fc.Arbitrary<infer T> ? T : never;
type Commands = typeof arbCommands extends fc.Arbitrary<infer T> ? T : never;

/** The text with copies of some of its lines in which a word is another. */
function varied(text: string, changes: Changes, commands: Commands): string {
  const lines = text.split('\n');
  for (const { line, text: command } of commands) lines.splice(1 + (line % (lines.length - 1)), 0, command);
  for (const { line, word, text: other, how } of changes) {
    const at = line % lines.length;
    const words: string[] = lines[at]!.match(WORD) ?? [];
    if (!words.includes('-A')) continue;
    const index = word % words.length;
    if (how === 'replace') words[index] = other;
    else if (how === 'insert') words.splice(index, 0, other);
    else if (how === 'remove') words.splice(index, 1);
    lines.splice(at + 1, 0, words.join(how === 'blanks' ? ' \t ' : ' '));
  }
  return lines.join('\n');
}

describe('lines like others before them', () => {
  it('come to what the whole parser makes of them, faults and all', () => {
    let sound = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...SOUND),
        arbChanges,
        arbCommands,
        fc.boolean(),
        (text, changes, commands, counters) => {
          const other = varied(text, changes, commands);
          const found = outcome(other, { counters });
          // With -v every line goes through the whole parser.
          expect(found).toStrictEqual(outcome(other, { counters, verbose: 1 }));
          if (found.status === 0) sound++;
        },
      ),
      { numRuns: 4000 },
    );
    expect(sound).toBeGreaterThan(400);
  });

  it('are the same when they are read twice in one text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SOUND), (text) => {
        const twice = text.replace(/^.*-A .*$/gm, (line) => `${line}\n${line}`);
        const found = outcome(twice, { counters: true });
        expect(found.status).toBe(0);
        expect(found).toStrictEqual(outcome(twice, { counters: true, verbose: 1 }));
      }),
    );
  });
});

/** Texts for one host after each other; the last line of the last is like one before it, but for something. */
const TRAPS: readonly (readonly [title: string, status: number, ...texts: (readonly string[])[]])[] = [
  [
    'a name of a chain that is too long',
    2,
    ['-N X', `-E X ${'x'.repeat(29)}`, ...twice('-A INPUT -p tcp'), `-A ${'x'.repeat(29)} -p tcp`],
  ],
  ['a device that the chain does not have', 2, [...twice('-A FORWARD -i eth0'), '-A OUTPUT -i eth0']],
  ['the other device', 2, [...twice('-A FORWARD -o eth0'), '-A INPUT -o eth0']],
  ['a jump to a built-in chain', 1, [':A -', ...twice('-A INPUT -j A'), '-A INPUT -j FORWARD']],
  ['a goto to a built-in chain', 1, [':A -', ...twice('-A INPUT -g A'), '-A INPUT -g FORWARD']],
  ['a jump to a chain that is missing', 2, [':A -', ...twice('-A INPUT -j A'), '-A INPUT -j B']],
  ['a chain that is missing', 1, [...twice('-A INPUT -p tcp'), '-A INPUTS -p tcp']],
  ['a chain that is gone', 1, ['-N X', ...twice('-A X -p tcp'), '-F X', '-X X', '-A X -p tcp']],
  ['a chain with another name', 1, ['-N X', ...twice('-A X -p tcp'), '-E X Y', '-A X -p tcp']],
  ['a chain that hides a target', 0, [...twice('-A INPUT -j LOG'), '-N X', '-E X LOG', '-A INPUT -j LOG']],
  ['a chain that hid a target', 0, ['-N X', '-E X LOG', ...twice('-A INPUT -j LOG'), '-E LOG Y', '-A INPUT -j LOG']],
  [
    'a target that a chain of another table hides',
    2,
    ['-A INPUT -j LOG', '-A INPUT -j LOG', 'COMMIT', '*raw', ':LOG -', 'COMMIT', '*filter', '-A INPUT -j LOG'],
  ],
  [
    'a chain like a target that was not declared',
    2,
    [':SET -', 'COMMIT'],
    [':A -', ...twice('-A INPUT -j A'), '-A INPUT -j SET'],
  ],
  ['counters of its own', 0, [...twice('-A INPUT -c 5 6 -j DROP')]],
  ['counters in front and of its own', 2, [...twice('-A INPUT -c 5 6 -j DROP'), '[1:2] -A INPUT -c 5 6 -j DROP']],
  [
    'another protocol for a port of one',
    2,
    [
      ...twice('-A INPUT -p tcp -m multiport --dports smtp'),
      ...twice('-A INPUT -p udp -m multiport --dports 53'),
      '-A INPUT -p udp -m multiport --dports smtp',
    ],
  ],
  [
    'a word that is too long',
    2,
    [...twice('-A INPUT -m comment --comment abc'), `-A INPUT -m comment --comment ${'x'.repeat(1100)}`],
  ],
  [
    'a word of too many bytes',
    2,
    [...twice('-A INPUT -m comment --comment abc'), `-A INPUT -m comment --comment ${'\u2192'.repeat(342)}`],
  ],
  ['a quote inside a word', 0, [...twice('-A INPUT -m comment --comment "a b"'), '-A INPUT -m comment --comment a"b"']],
  [
    'a word right behind a quote',
    2,
    [...twice('-A INPUT -m comment --comment "a b"'), '-A INPUT -m comment --comment "a b"c'],
  ],
  [
    'a quote that does not close',
    0,
    [...twice('-A INPUT -m comment --comment "a b"'), '-A INPUT -m comment --comment "a b'],
  ],
  ['nothing in quotes', 0, [...twice('-A INPUT -m comment --comment "a b"'), '-A INPUT -m comment --comment ""']],
  ['an octal address', 0, [...twice('-A INPUT -s 10.0.0.1'), '-A INPUT -s 010.0.0.1']],
  ['a list of addresses', 0, [...twice('-A INPUT -s 10.0.0.1'), '-A INPUT -s 10.0.0.1,10.0.0.2']],
  ['any address', 0, [...twice('-A INPUT -s 10.0.0.1'), '-A INPUT -s 0.0.0.0/0']],
  ['none but any address', 0, [...twice('-A INPUT ! -s 10.0.0.1'), '-A INPUT ! -s 0.0.0.0/0']],
  [
    'an address that is attached',
    0,
    [...twice('-A INPUT ! --source=any/0 -d 10.0.0.1'), '-A INPUT ! --source=any/0 -d 10.0.0.2'],
  ],
  ['a device that is attached', 0, [...twice('-A FORWARD -ieth0 -d 10.0.0.1'), '-A FORWARD -ieth0 -d 10.0.0.2']],
  ['a device with too long a name', 2, [...twice('-A INPUT -i eth0'), '-A INPUT -i averyveryverylongdevice']],
  ['a chain declared with too long a name', 2, [':A - [0:0]', `:${'x'.repeat(29)} - [0:0]`]],
  ['a chain declared twice', 0, [':A - [0:0]', '-A A -p tcp', ':A - [0:0]']],
  ['a chain declared like a verdict', 2, [':A - [0:0]', ':DROP - [0:0]']],
  ['a chain declared without a policy', 2, [':A - [0:0]', ':B']],
  ['a chain declared with a policy', 2, [':A - [0:0]', ':B -x']],
];

function twice(line: string): readonly string[] {
  return [line, line];
}

describe('a line like one before it, but for', () => {
  const traps = TRAPS.map(([title, status, ...texts]) => [title, { status, texts }] as const);
  it.each(traps)('%s, is what the whole parser makes of it', (_, { status, texts }) => {
    const outcomes = [undefined, 1].map((verbose) => {
      const store = new MemoryStore(registry);
      const results = texts.map((lines) => {
        const text = `*filter\n${lines.join('\n')}\n${lines.at(-1) === 'COMMIT' ? '' : 'COMMIT\n'}`;
        return restore(text, store, { noflush: true, counters: true, ...(verbose === undefined ? {} : { verbose }) });
      });
      const counters = (table: TableName, chain: string) => store.counters(table, chain);
      const saved = saveRuleset(store.ruleset, { registry, counters, ruleCounters: true });
      return { results, saved, ruleset: store.ruleset };
    });
    expect(outcomes[0]).toStrictEqual(outcomes[1]);
    expect(outcomes[0]!.results.at(-1)!.status).toBe(status);
  });
});

describe('an extension that does not share its infos', () => {
  it('is asked for each rule, and told where its options stand', () => {
    const seen: unknown[] = [];
    const both = {
      name: 'probe',
      options: [{ name: 'word', args: 1 }],
      size: 40,
      parse(options) {
        seen.push(...options.map(({ values, place }) => [values[0], place?.line, place?.column]));
        return options[0]!.values[0]!;
      },
      save: (word) => ` --word ${word}`,
      list: () => '',
    } satisfies Partial<MatchExtension<string>>;
    const more = registry.with({
      matches: [{ ...both, compile: () => ({ test: () => true }) }],
      targets: [{ ...both, compile: () => ({ apply: () => CONTINUE }) }],
    });
    const match = '-A INPUT -m probe --word a\n';
    const target = '-A INPUT -j probe --word b\n';
    parseRestore(`*filter\n${match.repeat(3)}${target.repeat(3)}COMMIT\n`, 'text', { registry: more });
    expect(seen).toEqual([2, 3, 4, 5, 6, 7].map((line) => [line < 5 ? 'a' : 'b', line, 19]));
  });
});

describe('values that rules share', () => {
  const rules = (text: string) => parseRestore(text, 'text', { registry }).ruleset.tables[0]!.chains[0]!.rules;

  it('are those of the same words, under the same protocol and options', () => {
    const [a, b, c, d, e, f] = rules(
      [
        '*filter',
        '-A INPUT -p tcp -m comment --comment "one two" -m tcp --dport 80 -j ACCEPT',
        '-A INPUT -p tcp -m comment --comment "one two" -m tcp --dport 443 -j ACCEPT',
        '-A INPUT -p tcp -m comment --comment "one three" -m tcp --dport 443 -j ACCEPT',
        '-A INPUT -p tcp -m comment --comment one -m tcp --sport 443 -j ACCEPT',
        '-A INPUT -p tcp -m comment --comment "one" -m tcp ! --dport 443 -j ACCEPT',
        '-A INPUT -p udp -m comment --comment "one three" -m udp --dport 443 -j ACCEPT',
        'COMMIT\n',
      ].join('\n'),
    ).map(({ matches }) => matches.map(({ info }) => info));
    expect(a![0]).toEqual({ text: 'one two' });
    expect(b![0]).toEqual(a![0]);
    expect(c![0]).toEqual({ text: 'one three' });
    expect(c![1]).toBe(b![1]);
    expect(b![1]).not.toEqual(a![1]);
    expect(d![1]).not.toEqual(c![1]);
    expect(e![1]).not.toEqual(c![1]);
    expect(d![0]).toEqual(e![0]);
    expect(f![0]).toEqual(c![0]);
    expect(f![1]).not.toEqual(c![1]);
  });

  it('are told apart by quotes and by what stands between two values of a match', () => {
    const text = [
      '*filter',
      '-A INPUT -m statistic --mode random --probability 0.5',
      '-A INPUT -m statistic --mode random --probability 0.25',
      '-A INPUT -m statistic --mode "random" --probability 0.25',
      '-A INPUT -m statistic --mode nth --every 2 --packet 1',
      '-A INPUT -m statistic --mode nth --every 3 --packet 1',
      '-A INPUT -m statistic --mode nth -m comment --comment "--every" --every 3 --packet 1',
      'COMMIT\n',
    ].join('\n');
    const saved = rules(text).map(({ matches }) => registry.match('statistic')!.save(matches[0]!.info));
    expect(saved).toEqual([
      ' --mode random --probability 0.50000000000',
      ' --mode random --probability 0.25000000000',
      ' --mode random --probability 0.25000000000',
      ' --mode nth --every 2 --packet 1',
      ' --mode nth --every 3 --packet 1',
      ' --mode nth --every 3 --packet 1',
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { InputError } from '../../src/diagnostic.ts';
import { DEEPEST, readJson, readYaml } from '../../src/yaml/index.ts';

function values(text: string): readonly unknown[] {
  return readYaml(text, 'f.yaml').documents.map(({ value }) => value);
}

function faultsOf(text: string): readonly string[] {
  try {
    values(text);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message.split('\n');
  }
}

/** A block map in a block map and so on, a level a line. */
function blocks(levels: number): string {
  return Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}a:\n`).join('');
}

describe('collections that lie in each other', () => {
  it.each([
    ['flow lists', (n: number) => `${'['.repeat(n)}${']'.repeat(n)}`],
    ['flow maps', (n: number) => `${'{a: '.repeat(n)}1${'}'.repeat(n)}`],
    ['JSON maps', (n: number) => `${'{"a":'.repeat(n)}1${'}'.repeat(n)}`],
    ['block lists on a line', (n: number) => `${'- '.repeat(n)}x`],
    ['block maps', blocks],
    ['maps as keys', (n: number) => `${'? '.repeat(n - 1)}x: y`],
    ['lists over lines', (n: number) => `a:\n${' [\n'.repeat(n - 1)}${' ]\n'.repeat(n - 1)}`],
  ])('are refused as %s beyond the bound, and nothing else is said', (name, nested) => {
    const refused = [
      expect.stringMatching(/^f\.yaml:\d+:\d+: error: maps and lists are nested deeper than 100 levels \(/),
    ];
    expect(faultsOf(nested(DEEPEST + 1))).toEqual(refused);
    expect(faultsOf(nested(name === 'block maps' ? 2000 : 200_000))).toEqual(refused);
    // A key that is a map is refused in any case, but not for its depth.
    if (name !== 'maps as keys') expect(faultsOf(nested(DEEPEST))).toEqual([]);
    else expect(faultsOf(nested(DEEPEST)).join()).not.toContain('deeper');
  });

  it('are refused without their ends too, at the first that is too deep', () => {
    expect(faultsOf(`a: ${'['.repeat(200_000)}`)).toEqual([
      expect.stringMatching(/^f\.yaml:1:103: error: maps and lists/),
    ]);
    expect(faultsOf('- '.repeat(200_000))).toEqual([expect.stringMatching(/^f\.yaml:1:201: error: maps and lists/)]);
  });

  it.each([
    ['a quoted text', `a: "${'['.repeat(500)}"`, '['.repeat(500)],
    ['a text in single quotes', `a: '${'{'.repeat(500)}'`, '{'.repeat(500)],
    ['a text over lines', `a: "x\n  ${'[ '.repeat(500)}y"`, `x ${'[ '.repeat(500)}y`],
    ['a literal block', `a: |\n${'  [{- ? [[\n'.repeat(500)}`, '[{- ? [[\n'.repeat(500)],
    [
      'a literal block, indented more with each line',
      `a: |\n  x\n${blocks(300).replace(/^/gm, '  ').trimEnd()}\n`,
      `x\n${blocks(300)}`,
    ],
    ['a plain text', `a: x${'['.repeat(500)}`, `x${'['.repeat(500)}`],
    ['lines of a plain text', `a: x\n${'  [y\n'.repeat(500)}`, `x${' [y'.repeat(500)}`],
    ['a comment', `a: 1 # ${'['.repeat(500)}\n# ${'- '.repeat(500)}`, 1],
  ])('are not seen in %s', (_, text, value) => {
    expect(values(text)).toEqual([{ a: value }]);
  });

  it('count anew in each document and each branch', () => {
    const flat = `[${'[],'.repeat(500)}]`;
    expect(values(`${flat}\n---\n${flat}\n`)).toHaveLength(2);
  });
});

describe('JSON', () => {
  it('is left to YAML when it is nested too deeply, brackets in texts not counted', () => {
    expect(readJson(`${'['.repeat(DEEPEST)}${']'.repeat(DEEPEST)}`)).toBeDefined();
    expect(readJson(`${'['.repeat(DEEPEST + 1)}${']'.repeat(DEEPEST + 1)}`)).toBeUndefined();
    expect(readJson(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)).toBeUndefined();
    const text = `${'[{'.repeat(500)}\\"`;
    expect(readJson(JSON.stringify({ text }))).toEqual({ value: { text } });
    expect(readJson('{')).toBeUndefined();
  });
});

describe('aliases', () => {
  it('stand for what they name', () => {
    expect(values('a: &x {b: 1}\nc: *x\nd: [*x, *x]')).toEqual([{ a: { b: 1 }, c: { b: 1 }, d: [{ b: 1 }, { b: 1 }] }]);
  });

  it.each([
    [
      'nothing',
      'a: *x',
      'f.yaml:1:4: error: the alias *x names no anchor in front of it (write &x before what it names)',
    ],
    ['their own insides', 'a: &x [*x]', 'f.yaml:1:8: error: the alias *x is a part of what it stands for'],
  ])('that name %s are refused', (_, text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  it('that would grow by powers are refused', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 30; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`);
    expect(faultsOf(lines.join('\n'))[0]).toContain('aliases stand for more than 10000 values');
  });

  it('that nest one in the other are refused beyond the bound', () => {
    const lines = ['a0: &a0 [x]'];
    for (let i = 1; i < 20_000; i++) lines.push(`a${i}: &a${i} [*a${i - 1}]`);
    expect(faultsOf(lines.join('\n'))[0]).toContain('maps and lists are nested deeper than 100 levels');
  });
});

describe('a damaged text', () => {
  it.each([
    ['brackets', '[]'.repeat(300_000)],
    ['closing brackets', ']'.repeat(300_000)],
    ['commas', `[${','.repeat(300_000)}`],
    ['quotes', '"'.repeat(300_000)],
    ['anchors', `a: ${'&x '.repeat(100_000)}y`],
    ['tags', `a: ${'!x '.repeat(100_000)}y`],
    ['aliases', '- *a\n'.repeat(100_000)],
  ])('of many %s tells the first hundred faults', (_, text) => {
    const faults = faultsOf(text);
    expect(faults).toHaveLength(100);
    expect(faults.at(-1)).toContain('(these are the first 100 faults, there may be more)');
  });
});

describe('keys', () => {
  it('are there once, whatever the size of the map', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `k${i}: 1`);
    expect(faultsOf(keys.join('\n'))).toEqual([]);
    expect(faultsOf([...keys, 'k7: 2'].join('\n'))).toEqual(['f.yaml:100001:1: error: Map keys must be unique']);
    expect(faultsOf('a: {b: 1, c: 2, b: 3}')).toEqual(['f.yaml:1:17: error: Map keys must be unique']);
  });

  it('are words', () => {
    expect(faultsOf('? [a]\n: b')).toEqual(['f.yaml:1:3: error: a key is a word, no map or list']);
  });
});

describe('any text', () => {
  const piece = fc.constantFrom(
    ...['a', 'b: ', ': ', '- ', '? ', '[', ']', '{', '}', ', ', '"', "'", '#', ' #', '|\n', '>-\n', '&x ', '*x', '!t '],
    ...['\n', '\n  ', '\n    ', '---\n', '...\n', '%YAML 1.2\n', '\t', '1', '~', '\ufeff', '\r\n', '\\', '<<: '],
  );

  it('has the value that the whole parser gives it, or is refused', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('');
        const whole = parseAllDocuments(text, { prettyErrors: false });
        const faults = faultsOf(text);
        if (faults.length > 0) return;
        expect(whole.flatMap(({ errors }) => errors)).toEqual([]);
        expect(values(text)).toEqual(whole.map((document) => document.toJS()));
      }),
      { numRuns: 3000 },
    );
  });

  it('is refused for what the whole parser refuses, and for aliases and keys alone besides', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('');
        const whole = parseAllDocuments(text, { prettyErrors: false });
        const isSound = whole.every(({ errors }) => errors.length === 0);
        if (!isSound || 'empty' in whole) return;
        for (const fault of faultsOf(text)) expect(fault).toMatch(/the alias \*|a key is a word/);
      }),
      { numRuns: 3000 },
    );
  });
});

import { InputError } from '@chainwalk/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { arbScenario, FEATURES } from '../src/generate/index.ts';
import { playScenario } from '../src/player.ts';
import { readScenarios } from '../src/read.ts';
import { readLoad } from '../src/traffic/load-spec.ts';

/** Ways to damage a text: cut it, drop, double or change a piece, put something hostile in. */
const arbDamage = fc.oneof(
  fc.nat().map((at) => (text: string) => text.slice(0, at % (text.length + 1))),
  fc.tuple(fc.nat(), fc.nat(40)).map(([at, length]) => (text: string) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + text.slice(from + length);
  }),
  fc.tuple(fc.nat(), fc.string({ unit: 'binary', maxLength: 4 })).map(([at, piece]) => (text: string) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + piece + text.slice(from);
  }),
  fc
    .tuple(
      fc.nat(),
      fc.constantFrom(
        '70000',
        '-1',
        '1e99',
        'null',
        '[[[[',
        '}',
        '&a *a',
        '!!js/function x',
        '\u0000',
        '010.0.0.1',
        '"',
        "'",
        '- ',
        ': ',
        'lo',
        '999999999999999999999',
        '127.0.0.1/33',
        'NaN',
      ),
    )
    .map(([at, piece]) => (text: string) => {
      const words = [...text.matchAll(/[\w.]+/g)];
      const word = words[at % Math.max(1, words.length)];
      return word === undefined ? piece : text.slice(0, word.index) + piece + text.slice(word.index + word[0].length);
    }),
);

const SOUND = fc
  .sample(arbScenario(FEATURES), { numRuns: 12, seed: 5 })
  .flatMap(({ scenario }) => [stringify(scenario), JSON.stringify(scenario)]);

/** Reads and plays; answers the faults, and throws whatever is not bad input. */
function faultsOf(text: string): readonly { readonly message: string; readonly place?: unknown }[] {
  try {
    for (const scenario of readScenarios(text, 'hostile.yaml'))
      playScenario({ ...scenario, steps: scenario.steps.slice(0, 6) });
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.diagnostics;
  }
}

describe('a damaged scenario file', () => {
  it('gives diagnostics and nothing else: no crash, no hang', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SOUND), fc.array(arbDamage, { minLength: 1, maxLength: 3 }), (sound, damages) => {
        const text = damages.reduce((damaged, damage) => damage(damaged), sound);
        for (const fault of faultsOf(text)) expect(fault.message).not.toBe('');
      }),
      { numRuns: Number(process.env['CHAINWALK_FUZZ'] ?? 600) },
    );
  });

  it.each([
    [
      'name: x\nsteps:\n  - {in: eth0, pakket: {}}',
      'hostile.yaml:3:16: error: unknown key "pakket" (did you mean "packet"?)',
    ],
    [
      'name: x\nsteps:\n  - in: eth0\n    packet: {src: 1.1.1.1, dst: 2.2.2.2, proto: tcp, dport: 70000}',
      'hostile.yaml:4:54: error: steps.0.packet.dport',
    ],
    ['name: x\nsteps: [', 'hostile.yaml:2:'],
    ['', 'hostile.yaml'],
    ['name: x\nname: y\nsteps: []', 'hostile.yaml:2:1: error: Map keys must be unique'],
    ['steps: [{reply: a}]', 'answers "a", but no earlier step has that id'],
    ['interfaces: [{name: lo}]\nsteps: []', 'interface lo is there twice'],
    [
      'a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]',
      'hostile.yaml:5:5: error: aliases stand for more than 10000 values',
    ],
  ])('%j is answered with its place', (text, message) => {
    expect(() => readScenarios(text, 'hostile.yaml')).toThrow(message);
  });
});

describe('a file nested beyond measure', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['flow lists', `steps: ${'['.repeat(200_000)}`],
    ['flow maps with their ends', `steps: ${'{a: '.repeat(200_000)}1${'}'.repeat(200_000)}`],
    ['lists on a line', '- '.repeat(200_000)],
    ['maps, a level a line', Array.from({ length: 3000 }, (_, level) => `${' '.repeat(level)}a:\n`).join('')],
    ['JSON', `{"steps":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ];
  const refused = /^hostile\.yaml:\d+:\d+: error: maps and lists are nested deeper than 100 levels \([^\n]*\)$/;

  it.each(texts)('as %s is one fault of a scenario', (_, text) => {
    expect(() => readScenarios(text, 'hostile.yaml')).toThrow(refused);
  });

  it.each(texts)('as %s is one fault of traffic', (_, text) => {
    expect(() => readLoad(text, 'hostile.yaml')).toThrow(refused);
  });

  it('is a scenario where brackets are text', () => {
    const name = '[{'.repeat(500);
    for (const text of [
      `name: "${name}"\nsteps: []`,
      `name: |-\n  ${name}\nsteps: []`,
      JSON.stringify({ name, steps: [] }),
    ])
      expect(readScenarios(text, 'hostile.yaml')[0]!.name).toBe(name);
  });
});

describe('a file of traffic', () => {
  it.each([
    ['', 'hostile.yaml:1:1: error: there is no traffic in it'],
    [
      'duration: 1s\n---\nduration: 2s\n',
      'hostile.yaml:2:1: error: a file describes traffic once (leave one document)',
    ],
  ])('%j is refused', (text, message) => {
    expect(() => readLoad(text, 'hostile.yaml')).toThrow(message);
  });
});

import { describe, expect, it } from 'vitest';
import { Misuse, readOptions } from '../src/options.ts';

describe('the options of npm run conformance', () => {
  it('are read with their units', () => {
    expect(
      readOptions([
        '--runs',
        '20',
        '--',
        '--time',
        '10m',
        '--features',
        'nat,ipvs',
        '--shrink',
        '90s',
        '--kernel',
        'own',
        'a.json',
      ]),
    ).toMatchObject({
      runs: 20,
      time: 600_000,
      shrink: 90_000,
      features: ['nat', 'ipvs'],
      kernel: 'own',
      files: ['a.json'],
    });
  });

  it('have a file for answers', () => {
    expect(readOptions(['--answers', 'a.jsonl']).answers).toBe('a.jsonl');
    expect(readOptions([]).answers).toBeUndefined();
  });

  it.each([
    ['--runs', '0'],
    ['--runs'],
    ['--answers'],
    ['--kernel', 'own', '--answers', 'a.jsonl'],
    ['--features', 'nat,cats'],
    ['--time', 'soon'],
    ['--kernel', '5.4'],
    ['--what'],
  ])('refuse %s %s %s %s', (...words) => {
    expect(() => readOptions(words.filter((word) => word !== undefined))).toThrow(Misuse);
  });
});

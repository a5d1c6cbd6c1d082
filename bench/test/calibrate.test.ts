import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compare, isFar, SENT, summary, table } from '../calibrate/comparison.mjs';
import { type CurveRow, deviations, fitWalk, walkOf } from '../calibrate/fit.mjs';
import { figureOf, readRuns, shortest } from '../calibrate/statistics.mjs';

describe('readRuns', () => {
  const line = (name: string, ns: number, load = 1): string => JSON.stringify({ name, ns, load, loop: 30 + load });

  it('collects the runs of each variant in turn, the highest load and the shortest yardstick', () => {
    const read = readRuns(`${line('a', 5, 2)}\n${line('b', 7)}\n\n${line('a', 4, 3)}\n`);
    expect([...read.runs]).toEqual([
      ['a', [5, 4]],
      ['b', [7]],
    ]);
    expect(read.load).toBe(3);
    expect(read.loop).toBe(31);
  });

  it('passes on what a sender says is wrong', () => {
    expect(() => readRuns(`${line('a', 5)}\n{"error": "b: ipset is missing"}`)).toThrow('b: ipset is missing');
  });

  it('refuses what is no result', () => {
    expect(() => readRuns('')).toThrow('no results');
    expect(() => readRuns('Killed')).toThrow('not a line of results: Killed');
    expect(() => readRuns('{"name": "a", "load": 1}')).toThrow('not a line of results');
    expect(() => readRuns('{"name": "a", "ns": "5"}')).toThrow('not a line of results');
  });
});

describe('figureOf', () => {
  it('is the difference of the shortest runs, each', () => {
    expect(figureOf([1300, 1200, 1250], [1000, 1100, 1050], 100).ns).toBeCloseTo(2);
    expect(figureOf([1300, 1200], undefined, 1).ns).toBe(1200);
  });

  it('is not moved by a run that something else disturbed, and its spread tells of it', () => {
    const base = [100, 100, 100, 100, 100, 100];
    expect(figureOf([200, 200, 200, 200, 200, 200], base, 1)).toEqual({ ns: 100, spread: 0 });
    expect(figureOf([200, 900, 200, 200, 200, 200], base, 1)).toEqual({ ns: 100, spread: 0 });
    // Every run of one part was slow.
    expect(figureOf([200, 250, 200, 200, 250, 200], base, 1)).toEqual({ ns: 100, spread: 0.5 });
  });

  it('needs a run', () => {
    expect(() => shortest([])).toThrow('never run');
  });
});

describe('compare', () => {
  const committed = [
    { name: SENT, ns: 1000 },
    { name: 'jump', ns: 8 },
    { name: 'target', ns: 20 },
  ];

  it('says how far each figure lies from the committed one, and how far when the machine is left out', () => {
    const rows = compare(
      [
        { name: SENT, ns: 2000, modelled: 1000 },
        { name: 'jump', ns: 16, modelled: 4 },
        { name: 'target', ns: 20, modelled: 0 },
        { name: 'another', ns: 3 },
      ],
      committed,
    );
    expect(rows.map(({ ratio, scaled, modelRatio, modelScaled }) => [ratio, scaled, modelRatio, modelScaled])).toEqual([
      [2, 1, 2, 1],
      [2, 1, 4, 2],
      [1, 0.5, undefined, undefined],
      [undefined, undefined, undefined, undefined],
    ]);
    expect(rows[1]!.committed).toBe(8);
  });

  it('does not scale without a packet sent', () => {
    expect(compare([{ name: 'jump', ns: 16 }], committed)[0]).toMatchObject({ ratio: 2, scaled: undefined });
  });

  it('calls a figure far from 15 % on, in either direction', () => {
    expect([1, 1.15, 1 / 1.15, undefined].map((ratio) => isFar(ratio))).toEqual([false, false, false, false]);
    expect([1.16, 0.86, 0, -1].map((ratio) => isFar(ratio))).toEqual([true, true, true, true]);
  });

  it('counts what is near', () => {
    expect(summary([1, 2, undefined], 'the model')).toBe('1 of 2 figures lie within 15 % of the model.');
    expect(summary([undefined], 'the model')).toBe('No figure could be compared with the model.');
  });

  it('writes columns', () => {
    expect(
      table([
        ['what', 'ns', 'how'],
        ['jump', '8.4', 'two rules'],
      ]),
    ).toEqual(['what   ns  how', 'jump  8.4  two rules']);
  });
});

describe('fitWalk', () => {
  const CACHE = 2 ** 20;
  const truth = { cachedRule: 4, cachedMatch: 11, rule: 2.5, ruleByte: 0.03, match: 6, comment: 3 };
  const rows: CurveRow[] = [];
  for (const [bytes, calls] of [
    [152, 0],
    [488, 0],
    [200, 1],
    [488, 2],
  ] as const) {
    // Where two matches are called the first is a comment.
    const comments = Math.max(0, calls - 1);
    for (const rules of [100, 1000, 10_000, 40_000]) {
      const counts = { rules, ruleBytes: rules * bytes, matches: rules * calls, comments: rules * comments };
      rows.push({
        name: `${bytes} ${rules}`,
        ns: walkOf(truth, CACHE, counts) / rules,
        per: rules,
        baseNs: 1000,
        counts,
      });
    }
  }

  it('finds the prices that curves were made with', () => {
    const fit = fitWalk(rows, CACHE);
    for (const { name, deviation } of deviations(rows, fit, CACHE)) {
      expect(Math.abs(deviation), name).toBeLessThan(0.02);
    }
    expect(fit.cachedRule).toBeCloseTo(truth.cachedRule, 0);
    expect(fit.ruleByte).toBeCloseTo(truth.ruleByte, 2);
    expect(fit.comment).toBeCloseTo(truth.comment, 0);
  });

  it('needs a curve', () => {
    expect(() => fitWalk([], CACHE)).toThrow('no curves');
  });
});

describe('the command', () => {
  const calibrate = fileURLToPath(new URL('../calibrate.mjs', import.meta.url));
  const run = (...words: string[]): { status: number; stderr: string } => {
    try {
      execFileSync(process.execPath, [calibrate, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
      return { status: 0, stderr: '' };
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: Buffer };
      return { status, stderr: stderr.toString() };
    }
  };

  it('refuses words that it does not know', () => {
    expect(run('--fast')).toEqual({ status: 2, stderr: 'calibrate: unknown option --fast\n' });
    expect(run('--rounds', 'many')).toEqual({ status: 2, stderr: 'calibrate: --rounds needs a number, not "many"\n' });
    expect(run('--model')).toEqual({ status: 2, stderr: 'calibrate: --model needs a value\n' });
  });

  it('describes itself', () => {
    const text = execFileSync(process.execPath, [calibrate, '--help'], { encoding: 'utf8' });
    const source = readFileSync(calibrate, 'utf8');
    for (const [option] of source.matchAll(/(?<=word === ')--[a-z]+/g)) expect(text).toContain(option);
  });
});

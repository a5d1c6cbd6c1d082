import { describe, expect, it } from 'vitest';
import { growth } from '../lib/fit.mjs';
import { bars } from '../lib/svg.mjs';

const sizes = [10, 100, 1000, 5000, 10_000, 30_000, 40_000, 100_000];
const curve = (of: (x: number) => number) =>
  sizes.map((x, i): [number, number] => [x, of(x) * (i % 2 === 0 ? 1.01 : 0.99)]);

describe('growth', () => {
  it.each([
    ['linear', (x: number) => 3000 + 8 * x],
    ['logarithmic', (x: number) => 100 * Math.log2(x)],
  ] as const)('tells a %s curve', (law, of) => {
    const fit = growth(curve(of));
    expect(fit.law).toBe(law);
    expect(fit.weight).toBeGreaterThan(0.99);
  });

  it('holds the slope within its interval, and the interval near it', () => {
    const noise = [900, -700, 300, -200, 800, -900, 100, -300];
    const { slope, margin } = growth(sizes.map((x, i) => [x, 3000 + 8 * x + noise[i]!])).linear;
    expect(slope).not.toBe(8);
    expect(Math.abs(slope - 8)).toBeLessThan(margin);
    expect(margin).toBeLessThan(0.1);
  });

  it('calls constant what hardly grows, and weighs nothing there', () => {
    expect(growth(curve(() => 500))).toMatchObject({ law: 'constant', weight: undefined });
    expect(growth(curve((x) => 500 + x / 1000)).law).toBe('constant');
  });
});

describe('bars', () => {
  it('are as long as their values, on an axis that holds marks as well', () => {
    const svg = bars({
      title: 'a & b',
      x: 'things',
      rows: [
        { name: 'one', value: 10 },
        { name: 'two', value: 20, mark: 40 },
      ],
    });
    const widths = [...svg.matchAll(/<rect x="330"[^>]* width="([\d.]+)"/g)].map(([, width]) => Number(width));
    expect(widths[1]! / widths[0]!).toBeCloseTo(2, 1);
    expect(Number(/<line x1="([\d.]+)"[^>]*stroke-width="3"/.exec(svg)![1]) - 330).toBeCloseTo(2 * widths[1]!, 0);
    expect(svg).toContain('a &amp; b');
  });
});

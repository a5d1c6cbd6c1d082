import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

// Every example is a program with its expected output beside it. UPDATE_GOLDEN=1 writes the output anew: read the change.
const folder = fileURLToPath(new URL('.', import.meta.url));
const examples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'main.mjs')))
  .map((entry) => entry.name)
  .sort();

describe('examples', () => {
  it.each(examples)('%s prints what its main.out says', (name) => {
    const printed = execFileSync(process.execPath, ['main.mjs'], {
      cwd: join(folder, name),
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    const expected = join(folder, name, 'main.out');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(expected, printed);
    expect(printed).toBe(readFileSync(expected, 'utf8'));
  });

  it.each(examples)('%s has a README', (name) => {
    expect(existsSync(join(folder, name, 'README.md'))).toBe(true);
  });

  it('01-first-walk is the program that the README of the project shows, with its output', () => {
    const readme = readFileSync(join(folder, '..', 'README.md'), 'utf8');
    for (const file of ['main.mjs', 'main.out']) {
      expect(readme).toContain(readFileSync(join(folder, '01-first-walk', file), 'utf8').trimEnd());
    }
  });
});

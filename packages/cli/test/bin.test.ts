import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../bin/chainwalk.js', import.meta.url));

/** What the command loads in a workspace that has these files, each written at a time in seconds. */
function loadedBy(word: string, files: Readonly<Record<string, number>>): string {
  const root = mkdtempSync(join(tmpdir(), 'chainwalk-bin-'));
  try {
    for (const [path, seconds] of Object.entries({ 'cli/dist/main.js': 1, ...files })) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `export const main = () => console.log(${JSON.stringify(path)});`);
      utimesSync(file, seconds, seconds);
    }
    mkdirSync(join(root, 'cli/bin'));
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
    copyFileSync(BIN, join(root, 'cli/bin/chainwalk.js'));
    return execFileSync(process.execPath, [join(root, 'cli/bin/chainwalk.js'), word], { encoding: 'utf8' }).trim();
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('bin/chainwalk.js', () => {
  const built = { 'cli/dist/.tsbuildinfo': 10, 'core/dist/.tsbuildinfo': 10, 'ipvs/dist/.tsbuildinfo': 10 };

  it('runs the bundle where it is as new as all packages, or alone as in an installation', () => {
    expect(loadedBy('run', { ...built, 'cli/bundle/main.js': 10 })).toBe('cli/bundle/main.js');
    expect(loadedBy('run', { 'cli/bundle/main.js': 10 })).toBe('cli/bundle/main.js');
  });

  it('runs the modules where there is no bundle, or one of the packages was built later', () => {
    expect(loadedBy('run', built)).toBe('cli/dist/main.js');
    for (const file of Object.keys(built)) {
      expect(loadedBy('run', { ...built, 'cli/bundle/main.js': 10, [file]: 11 })).toBe('cli/dist/main.js');
    }
  });

  it('runs the modules for the judge, which brings modules that share them', () => {
    expect(loadedBy('judge', { ...built, 'cli/bundle/main.js': 10 })).toBe('cli/dist/main.js');
  });
});

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OutputFile } from '../src/files.ts';

describe('a file that is written piece by piece', () => {
  it('holds the pieces, whose memory may be used again', () => {
    const directory = mkdtempSync(join(tmpdir(), 'chainwalk-'));
    try {
      const path = join(directory, 'out');
      const file = new OutputFile(path);
      const bytes = Uint8Array.of(1, 2, 3);
      file.write(bytes);
      file.write(bytes.fill(7).subarray(0, 2));
      file.write(bytes.subarray(0, 0));
      file.close();
      expect([...readFileSync(path)]).toEqual([1, 2, 3, 7, 7]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('that cannot be made is refused by name', () => {
    expect(() => new OutputFile('/nowhere/out')).toThrow('/nowhere/out cannot be written: there is no such directory');
  });

  it.runIf(existsSync('/dev/full'))('on a full disk is refused by name', () => {
    expect(() => new OutputFile('/dev/full').write(Uint8Array.of(1))).toThrow('/dev/full cannot be written: ENOSPC');
  });
});

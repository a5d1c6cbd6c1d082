import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shell, withoutComments } from './hosts.ts';

interface Step {
  readonly run: readonly string[];
  readonly stdin?: string;
  readonly status: number;
  readonly stdout: string;
}

/** What iptables-legacy 1.8.9 answered, `record.mjs` asks it again. */
const CASES = JSON.parse(
  readFileSync(new URL('fixtures/recorded.json', import.meta.url), 'utf8'),
) as readonly (readonly Step[])[];

describe('commands that the real tools have answered', () => {
  it.each(CASES.map((steps, index) => [index + 1, steps] as const))('get the same answers (case %d)', (_, steps) => {
    const { run } = shell();
    const ours = steps.map(({ run: words, stdin }) => {
      const { status, stdout } = run(words, stdin);
      return { words: words.join(' '), stdin, status, stdout: withoutComments(stdout) };
    });
    const real = steps.map(({ run: words, stdin, status, stdout }) => ({
      words: words.join(' '),
      stdin,
      status,
      stdout,
    }));
    expect(ours).toEqual(real);
  });
});

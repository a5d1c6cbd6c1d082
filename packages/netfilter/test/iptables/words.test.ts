import { InputError } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { emptyWords, splitRestoreLine, splitShellCommand } from '../../src/iptables/words.ts';

function split(line: string): { texts: string[]; columns: number[]; openQuote: number | undefined } {
  const ended = line.endsWith('\n');
  const words = emptyWords('test');
  const { openQuote } = splitRestoreLine(line, 0, ended ? line.length - 1 : line.length, 0, ended, words);
  return { texts: words.texts, columns: words.columns, openQuote };
}

describe('a line of iptables-restore', () => {
  it('is split at blanks and tabs, with the column of each word', () => {
    expect(split('-A  INPUT\t-j DROP\n')).toMatchObject({
      texts: ['-A', 'INPUT', '-j', 'DROP'],
      columns: [1, 5, 11, 14],
    });
  });

  it('ends a word where its quote closes, with or without a blank', () => {
    expect(split('"a b"c d').texts).toEqual(['a b', 'c', 'd']);
    expect(split('x"a b"-j').texts).toEqual(['xa b', '-j']);
  });

  it('takes the character after a backslash as it is, inside quotes only', () => {
    expect(split('"a \\" \\\\ \\n" a\\b').texts).toEqual(['a " \\ n', 'a\\b']);
  });

  it('keeps an empty quoted word', () => {
    expect(split('--comment "" -j').texts).toEqual(['--comment', '', '-j']);
  });

  it('takes the rest of the line, line end included, into a quote that stays open', () => {
    expect(split('-A "a b\n')).toMatchObject({ texts: ['-A', 'a b\n'], openQuote: 4 });
    expect(split('-A "a b').texts).toEqual(['-A', 'a b']);
    expect(split('-A "').texts).toEqual(['-A']);
  });

  it('takes a carriage return and a single quote for letters', () => {
    expect(split("a\r 'b c'\n").texts).toEqual(['a\r', "'b", "c'"]);
  });

  it('refuses a word of more than 1023 bytes and a line of more than 251 words', () => {
    expect(split('x'.repeat(1023)).texts[0]).toHaveLength(1023);
    expect(() => split('x'.repeat(1024))).toThrow(InputError);
    expect(() => split('é'.repeat(512))).toThrow(InputError);
    expect(split('x '.repeat(251)).texts).toHaveLength(251);
    expect(() => split('x '.repeat(252))).toThrow(InputError);
  });
});

describe('a command', () => {
  it('is split as a shell does it', () => {
    expect(splitShellCommand(`iptables -m comment --comment "a 'b' \\"c\\"" 'd "e' f\\ g # no`).texts).toEqual([
      'iptables',
      '-m',
      'comment',
      '--comment',
      `a 'b' "c"`,
      'd "e',
      'f g',
    ]);
  });

  it.each([
    ['iptables -L | grep x', 13],
    ['iptables -L; reboot', 12],
    ['iptables -A $CHAIN', 13],
    ['iptables -m comment --comment "a', 31],
    ["iptables 'a", 10],
    ['iptables `id`', 10],
    ['iptables \\', 10],
  ])('is refused with a place where a shell would do more: %s', (command, column) => {
    expect(() => splitShellCommand(command)).toThrow(`command:1:${column}: error`);
  });
});

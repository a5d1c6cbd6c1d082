import { describe, expect, it } from 'vitest';
import { formatCase, parseCorpus, splitOutsideQuotes } from '../corpus.mjs';

describe('a corpus file', () => {
  it('gives the cases with their header, verdict and saved lines', () => {
    const text =
      '# comment\n:filter INPUT,OUTPUT\n-j ACCEPT ; = ; OK\n-s 1.1.1.1,2.2.2.2 ; -s 1.1.1.1/32 | -s 2.2.2.2/32 ; OK\n-o x ; ; FAIL\n\n:ipset\ncreate a hash:ip | add a 1.1.1.1\n';
    expect(parseCorpus(text, 'f.t')).toMatchObject([
      { line: 3, kind: 'iptables', table: 'filter', chains: ['INPUT', 'OUTPUT'], verdict: 'OK', saved: ['-j ACCEPT'] },
      { line: 4, verdict: 'OK', saved: ['-s 1.1.1.1/32', '-s 2.2.2.2/32'] },
      { line: 5, verdict: 'FAIL', saved: [] },
      { line: 8, kind: 'ipset', verdict: undefined, text: 'create a hash:ip | add a 1.1.1.1' },
    ]);
  });

  it('takes semicolons and bars within quotes as text', () => {
    const rule = String.raw`-m comment --comment "a;b \" ; | c"`;
    expect(splitOutsideQuotes(`${rule} ; = ; OK`, ';')).toEqual([rule, '=', 'OK']);
    expect(splitOutsideQuotes(`${rule} | x`, ' | ')).toEqual([rule, 'x']);
  });

  it('is written in the form in which it is read', () => {
    const read = (line: string) => parseCorpus(`:filter INPUT\n${line}`)[0];
    for (const answer of [
      { ok: true, saved: ['-j DROP'] },
      { ok: true, saved: ['-j A', '-j B'] },
      { ok: false, saved: [] },
    ]) {
      const written = read(formatCase({ text: '-j DROP' }, answer));
      expect(written).toMatchObject({ text: '-j DROP', verdict: answer.ok ? 'OK' : 'FAIL', saved: answer.saved });
    }
  });

  it.each(['-j ACCEPT ; = ; OK', ':filter\n', ':filter INPUT\n-j X ; = ; MAYBE', ':filter INPUT\n-j X ; OK'])(
    'is refused with its place: %j',
    (text) => {
      expect(() => parseCorpus(text, 'f.t')).toThrow(/^f\.t:\d+: /);
    },
  );
});

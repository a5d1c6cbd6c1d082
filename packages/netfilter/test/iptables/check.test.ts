import { formatDiagnostic } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { checkRuleset } from '../../src/iptables/check.ts';

function check(text: string): string[] {
  return checkRuleset(text, 'rules').map((diagnostic) => {
    const { place, severity, code } = diagnostic;
    return `${place?.line}:${place?.column} ${severity} ${code}`;
  });
}

describe('checking a ruleset', () => {
  it('finds nothing in a sound one', () => {
    expect(check('*filter\n:A - [0:0]\n-A INPUT -j A\n-A A -j LOG\n-A A -j DROP\nCOMMIT\n')).toEqual([]);
  });

  it('says once that a file is none, and what it seems to be', () => {
    const told = (text: string) => checkRuleset(text, 'it').map(({ code, place, hint }) => [code, place?.line, hint]);
    expect(told('')).toEqual([]);
    expect(told('# nothing\n\n')).toEqual([]);
    expect(told('# a set\ncreate s hash:ip\nadd s 10.0.0.1\n')).toEqual([
      ['no-ruleset', 2, expect.stringContaining('ipset save')],
    ]);
    expect(told('-A -t 10.0.0.1:80 -s rr\n')).toEqual([['no-ruleset', 1, expect.stringContaining('ipvsadm')]]);
    expect(told('interfaces: []\nsteps: []\n')).toEqual([['no-ruleset', 1, expect.stringContaining('scenario')]]);
    expect(told('kind: Service\n')).toEqual([['no-ruleset', 1, expect.stringContaining('kube-proxy')]]);
    expect(told('\n'.repeat(300_000))).toEqual([]);
    expect(told('a\nb\nc\n')).toEqual([['no-ruleset', 1, 'give it what iptables-save prints']]);
    expect(told('-A INPUT -j DROP\n*filter\nCOMMIT\n')).toEqual([
      ['no-table', 1, 'lines belong between *TABLE and COMMIT'],
    ]);
  });

  it('points at every fault, not only the first', () => {
    const text = `*filter
:A - [0:0]
-A INPUT -p tpc -j A
-A INPUT -p tcp --dprt 80 -j A
-A INPUT -j ACEPT
-A NOPE -j DROP
COMMIT
*filtr
-A INPUT -j NOPE
COMMIT
*nat
-A OUTPUT -j DROP
-A OUTPUT -j REJECT
-A OUTPUT -m tcp --dport 80
`;
    expect(check(text)).toEqual([
      '2:2 warning unused-chain',
      '3:13 error unknown-protocol',
      '4:17 error unknown-option',
      '5:13 error unknown-target',
      '6:4 error unknown-chain',
      '8:2 error unknown-table',
      '12:14 error nat-drop',
      '15:1 error no-commit',
    ]);
    expect(formatDiagnostic(checkRuleset(text, 'rules')[1]!)).toBe(
      'rules:3:13: error: unknown protocol "tpc" specified (did you mean "tcp"?)',
    );
  });

  it('blames a target that is not modelled, and not its options', () => {
    const text =
      '*raw\n-A PREROUTING -p tcp -j SYNPROXY --sack-perm\n-A PREROUTING -p tcp -j NOSUCH --on-port 1\nCOMMIT\n';
    expect(checkRuleset(text, 'rules').map(formatDiagnostic)).toEqual([
      'rules:2:25: error: the target "SYNPROXY" is not modelled (register an extension of this name)',
      'rules:3:32: error: unknown option "--on-port"',
    ]);
  });

  it('knows the name that other distributions have for a protocol', () => {
    expect(formatDiagnostic(checkRuleset('*filter\n-A INPUT -p ipv4 -j ACCEPT\nCOMMIT\n', 'rules')[0]!)).toBe(
      'rules:2:13: error: unknown protocol "ipv4" specified (write 4: other distributions call ipencap so)',
    );
  });

  it('finds no fault in a policy without counters, which iptables-restore -c alone wants', () => {
    expect(check('*filter\n:INPUT DROP\n:FORWARD DROP [1:2]\nCOMMIT\n')).toEqual([]);
    expect(check('*filter\n:INPUT DROP [x]\nCOMMIT\n')).toEqual(['2:2 error bad-number']);
  });

  it('says what the kernel would refuse, at the rule', () => {
    expect(check('*nat\n-A OUTPUT -j REJECT\n-A OUTPUT -m tcp --dport 80\nCOMMIT\n')).toEqual([
      '2:1 error refused-by-kernel',
      '3:1 error refused-by-kernel',
      '3:1 warning unreachable-rule',
    ]);
  });

  it('finds jumps that lead back to where they came from', () => {
    expect(check('*raw\n:A - [0:0]\n:B - [0:0]\n-A OUTPUT -j A\n-A A -j B\n-A B -g A\nCOMMIT\n')).toEqual([
      '6:1 error loop',
    ]);
    expect(check('*raw\n:A - [0:0]\n-A A -j A\nCOMMIT\n')).toEqual([
      '2:2 warning unused-chain',
      '3:1 warning unlinked-loop',
    ]);
  });

  it('warns of rules after one that takes every packet', () => {
    expect(check('*filter\n-A INPUT -j ACCEPT\n-A INPUT -j DROP\n-A INPUT -j DROP\nCOMMIT\n')).toEqual([
      '3:1 warning unreachable-rule',
    ]);
    const chained =
      '*filter\n:A - [0:0]\n:B - [0:0]\n-A A -p tcp -j DROP\n-A A -j B\n-A B -j DROP\n-A INPUT -j A\n-A INPUT -j LOG\nCOMMIT\n';
    expect(check(chained)).toEqual(['8:1 warning unreachable-rule']);
    const returning =
      '*filter\n:A - [0:0]\n-A A -p tcp -j RETURN\n-A A -j DROP\n-A INPUT -j A\n-A INPUT -j LOG\nCOMMIT\n';
    expect(check(returning)).toEqual([]);
  });

  it('warns of chains that nothing reaches and of jumps to empty ones', () => {
    expect(
      check('*filter\n:A - [0:0]\n:B - [0:0]\n:C - [0:0]\n-A A -j B\n-A B -j DROP\n-A INPUT -j C\nCOMMIT\n'),
    ).toEqual(['2:2 warning unused-chain', '3:2 warning unused-chain', '7:1 warning empty-chain']);
  });

  it('says that a file has the wrong line ends once, and reads on', () => {
    expect(check('*filter\r\n-A INPUT -j NOPE\r\nCOMMIT\r\n')).toEqual(['1:8 error crlf', '2:13 error unknown-target']);
    expect(check('\uFEFF*filter\nCOMMIT\n')).toEqual(['1:1 error byte-order-mark']);
  });

  it('warns of a quote that swallows the rest of the line', () => {
    expect(check('*filter\n-A INPUT -m comment --comment "a -j DROP\nCOMMIT\n')).toEqual(['2:31 warning open-quote']);
  });

  it('stops after as many faults as it is told', () => {
    const text = `*filter\n${'-A INPUT -j NOPE\n'.repeat(50)}COMMIT\n`;
    expect(checkRuleset(text, 'rules', { limit: 10 })).toHaveLength(10);
  });
});

describe('a hostile file', () => {
  it.each([
    ['brackets', '['.repeat(10_000)],
    ['quotes', '"'.repeat(10_000)],
    ['dashes', '-'.repeat(10_000)],
    ['commands', '-A '.repeat(200)],
  ])('of many long lines of %s is read in linear time', (_, line) => {
    // A quadratic reader would take minutes for these 200 MB.
    expect(checkRuleset(`*filter\n${`${line}\n`.repeat(20_000)}`, 'hostile')).toHaveLength(1000);
  });

  it('of chains that lead one to the next fifty thousand times is followed to its end', () => {
    const names = Array.from({ length: 50_000 }, (_, index) => `c${index}`);
    const heads = names.map((name) => `:${name} - [0:0]\n`).join('');
    const jumps = names
      .slice(1)
      .map((name, index) => `-A c${index} -j ${name}\n`)
      .join('');
    expect(check(`*filter\n${heads}-A INPUT -j c0\n${jumps}COMMIT\n`)).toEqual(['100001:1 warning empty-chain']);
  });
});

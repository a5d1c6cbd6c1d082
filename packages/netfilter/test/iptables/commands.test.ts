import { describe, expect, it } from 'vitest';
import { shell } from './hosts.ts';

describe('counters', () => {
  it('of rules stay and of policies fall to zero with any change of the table', () => {
    const { run, save } = shell();
    run(
      'iptables-restore -c',
      '*filter\n:INPUT DROP [7:8]\n:A - [0:0]\n[1:2] -A INPUT -j A\n[3:4] -A A -j ACCEPT\nCOMMIT\n',
    );
    expect(run('iptables -L -n').status).toBe(0);
    expect(save('-c')).toContain(':INPUT DROP [7:8]');
    expect(run('iptables -A FORWARD -j DROP').status).toBe(0);
    expect(save('-c')).toBe(`*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:A - [0:0]
[1:2] -A INPUT -j A
[0:0] -A FORWARD -j DROP
[3:4] -A A -j ACCEPT
COMMIT
`);
  });

  it('stay with a rule whose chain is renamed, and with those that lead there', () => {
    const { run, save } = shell();
    run(
      'iptables-restore -c',
      '*filter\n:A - [0:0]\n[1:2] -A INPUT -j A\n[5:6] -A INPUT -g A\n[3:4] -A A -j ACCEPT\nCOMMIT\n',
    );
    run('iptables -E A B');
    expect(save('-c')).toContain(':B - [0:0]\n[1:2] -A INPUT -j B\n[5:6] -A INPUT -g B\n[3:4] -A B -j ACCEPT\n');
  });

  it('are zeroed for a table, a chain or one rule', () => {
    const text = '*filter\n:A - [0:0]\n[1:1] -A INPUT -j A\n[2:2] -A INPUT\n[3:3] -A A\nCOMMIT\n';
    const left = (command: string): string[] => {
      const { run, save } = shell();
      run('iptables-restore -c', text);
      expect(run(command).status).toBe(0);
      return save('-c').match(/^\[\d+:\d+\]/gm)!;
    };
    expect(left('iptables -Z')).toEqual(['[0:0]', '[0:0]', '[0:0]']);
    expect(left('iptables -Z INPUT')).toEqual(['[0:0]', '[0:0]', '[3:3]']);
    expect(left('iptables -Z INPUT 2')).toEqual(['[1:1]', '[0:0]', '[3:3]']);
  });

  it('are listed before -L -Z zeroes them', () => {
    const { run, save } = shell();
    run('iptables -A INPUT -c 5 6');
    expect(run('iptables -nvL INPUT -Z').stdout).toContain('    5     6 ');
    expect(save('-c')).toContain('[0:0] -A INPUT\n');
  });
});

describe('a command', () => {
  it('answers with patches of the size of the change', () => {
    const { net, run } = shell();
    run('iptables -A INPUT -p tcp -j ACCEPT');
    const before = net.ruleset;
    const { patches } = run('iptables -I INPUT -s 10.0.0.1 -j DROP');
    expect(patches).toHaveLength(1);
    expect(patches[0]).toMatchObject({ op: 'add', path: ['tables', 0, 'chains', 0, 'rules', 0] });
    expect(before.tables[0]!.chains[0]!.rules).toHaveLength(1);
  });

  it('that only looks changes nothing, but brings its table into being', () => {
    const { net, run } = shell();
    expect(run('iptables -t raw -S').patches).toMatchObject([{ op: 'add', path: ['tables', 0] }]);
    const before = net.ruleset.tables[0];
    expect(run('iptables -t raw -nvL').patches).toEqual([]);
    expect(run('iptables -t raw -C OUTPUT -j ACCEPT')).toMatchObject({ status: 1, patches: [] });
    expect(net.ruleset.tables[0]).toBe(before);
  });

  it('keeps the values of the chains that it does not change', () => {
    const { net, run } = shell();
    run('iptables -A OUTPUT -j ACCEPT');
    const before = net.table('filter').chains;
    run('iptables -A INPUT -j ACCEPT');
    const after = net.table('filter').chains;
    expect(after[2]).toBe(before[2]);
    expect(after[0]).not.toBe(before[0]);
  });

  it('inserts lists of addresses at one place, so that they stand in reverse', () => {
    const { run } = shell();
    run('iptables -I INPUT -s 1.1.1.1,2.2.2.2 -d 3.3.3.3');
    expect(run('iptables -S INPUT').stdout).toBe(
      '-P INPUT ACCEPT\n-A INPUT -s 2.2.2.2/32 -d 3.3.3.3/32\n-A INPUT -s 1.1.1.1/32 -d 3.3.3.3/32\n',
    );
  });

  it('deletes a rule by what it tests and does, however it was written', () => {
    const { run } = shell();
    run('iptables -A INPUT -p tcp -m tcp --dport 80 -m comment --comment "x" -j MARK --set-mark 1');
    expect(
      run('iptables -C INPUT -p 6 --dport http -m comment --comment x -j MARK --set-xmark 0x1/0xffffffff').status,
    ).toBe(0);
    expect(run('iptables -D INPUT -p tcp --dport 81 -m comment --comment x -j MARK --set-mark 1').status).toBe(1);
    expect(
      run('iptables -D INPUT --proto tcp --destination-port 80 -m comment --comment x -j MARK --set-mark 1').status,
    ).toBe(0);
    expect(run('iptables -S INPUT').stdout).toBe('-P INPUT ACCEPT\n');
  });

  it.each([
    ['iptables -A NOPE', 1, 'No chain/target/match by that name'],
    ['iptables -D INPUT 2', 1, 'Index of deletion too big'],
    ['iptables -R INPUT 2 -j ACCEPT', 1, 'Index of replacement too big'],
    ['iptables -I INPUT 3 -j ACCEPT', 1, 'Index of insertion too big'],
    ['iptables -N A', 1, 'Chain already exists'],
    ['iptables -X A', 1, "Can't delete chain with references left"],
    ['iptables -X C', 1, 'Chain is not empty'],
    ['iptables -P A DROP', 1, 'Bad built-in chain name'],
    ['iptables -A INPUT -j FORWARD', 1, 'Invalid argument'],
    ['iptables -A B -j A', 1, 'Too many levels of symbolic links'],
    ['iptables -A INPUT -j NOPE', 2, "Couldn't load target"],
    ['iptables -A INPUT -g ACCEPT', 2, 'is not a chain'],
    ['iptables -N LOG', 2, 'clash with target name'],
    ['iptables -A INPUT -s 1.1.1.1 -s 2.2.2.2', 2, 'multiple -s flags not allowed'],
    ['iptables -A INPUT ! -s 1.1.1.1,2.2.2.2', 2, '! not allowed with multiple'],
    ['iptables -A INPUT -o eth0', 2, "Can't use -o with INPUT"],
    ['iptables -A INPUT --dport 80 -p tcp', 2, 'unknown option "--dport"'],
    ['iptables -A INPUT -s1.2.3.4', 2, "host/network `-s1.2.3.4' not found"],
    ['iptables -A INPUT --jump=DROP', 2, '--jump=DROP'],
    ['iptables -A INPUT -L', 2, 'Cannot use -L with -A'],
    ['iptables -A INPUT -n', 2, 'Illegal option `-n'],
    ['iptables -t nat -P OUTPUT DROP', 2, 'not intended for filtering'],
    ['iptables -t nope -L', 3, 'nope'],
    ['iptables -vvL', 2, 'not modelled'],
    ['ip6tables -L', 2, 'ip6tables'],
    ['iptables-save -x', 1, "invalid option -- 'x'"],
    ['iptables-save -t nope', 1, 'nope'],
    ['iptables-save file', 1, 'Unknown arguments'],
    ['iptables-restore -x', 1, "invalid option -- 'x'"],
    ['iptables -A INPUT -j LED', 2, 'not modelled'],
  ])('%s ends with %d: %s', (command, status, message) => {
    const { run } = shell();
    run('iptables-restore', '*filter\n:A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A A -j B\nCOMMIT\n');
    run('iptables -N C');
    run('iptables -A C');
    expect(run(command)).toMatchObject({ status, patches: [], stderr: expect.stringContaining(message) as string });
  });

  it('points at the word that is wrong and offers the nearest name', () => {
    const { run } = shell();
    const [fault] = run('iptables -A INPUT -p tcp --dprot 80').diagnostics;
    expect(fault).toMatchObject({ place: { line: 1, column: 26 }, hint: 'did you mean --dport?' });
  });
});

describe('options', () => {
  it.each([
    ['-A INPUT -p tcp --dpo 80 -j ACCEPT', '-p tcp -m tcp --dport 80 -j ACCEPT'],
    ['--app INPUT --proto TCP --in-i eth0 --jum ACCEPT', '-i eth0 -p tcp -j ACCEPT'],
    ['-j MARK --set-m 2 -AINPUT', '-j MARK --set-xmark 0x2/0xffffffff'],
    ['-A INPUT -m mark --mark 1 -p tcp --dport 5', '-p tcp -m mark --mark 0x1 -m tcp --dport 5'],
    ['-A INPUT -m mark --mark 1 -m mark ! --mark=2', '-m mark --mark 0x1 -m mark ! --mark 0x2'],
    ['-A INPUT -i +', ''],
    ['-A INPUT ! -i +', ''],
    ['-A INPUT ! -s 0/0', '! -s 0.0.0.0/0'],
    ['-A INPUT -p 47 -f', '-p gre -f'],
    ['-A INPUT -p all', ''],
    ['-w 5 -A INPUT -W 100 -4 -j ACCEPT --', '-j ACCEPT'],
    ['-A INPUT -j ACCEPT -c 5x,6', '-j ACCEPT'],
  ])('%s is saved as %s', (words, rule) => {
    const { run } = shell();
    expect(run(`iptables ${words}`)).toMatchObject({ status: 0, stderr: '' });
    expect(run('iptables -S INPUT 1').stdout).toBe(`-A INPUT${rule === '' ? '' : ' '}${rule}\n`);
  });
});

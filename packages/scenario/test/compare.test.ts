import { describe, expect, it } from 'vitest';
import { type ComparableResult, compareResults, formatDifference } from '../src/compare.ts';

const udp = { src: '10.0.0.2', dst: '10.0.0.1', proto: 'udp', ttl: 64, tos: 0, len: 28, sport: 5, dport: 6 };

/** A result with something in every part of it. */
const result: ComparableResult = {
  name: 'all',
  steps: [
    {
      events: [
        { out: 'eth0', packet: udp },
        { deliver: 'eth1', packet: udp },
      ],
      trace: ['raw:OUTPUT:policy:1'],
    },
    { events: [], status: 0, stdout: 'Chain INPUT (policy ACCEPT)\n' },
    { events: [], error: 'EPERM' },
    { events: [], skipped: true },
  ],
  iptables:
    '# comment\n*filter\n:INPUT ACCEPT [1:28]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:U - [0:0]\n' +
    '[1:28] -A INPUT -p udp -j U\n[0:0] -A INPUT -j DROP\nCOMMIT\n# comment\n',
  conntrack: [
    'ipv4     2 udp      17 29 src=10.0.0.2 dst=10.0.0.1 sport=5 dport=6 packets=1 bytes=28 [UNREPLIED] src=10.0.0.1 dst=10.0.0.2 sport=6 dport=5 packets=0 bytes=0 mark=0 use=1',
    'ipv4     2 tcp      6 119 SYN_SENT src=10.0.0.2 dst=10.0.0.1 sport=5 dport=6 packets=1 bytes=40 [UNREPLIED] src=10.0.0.1 dst=10.0.0.2 sport=6 dport=5 packets=0 bytes=0 mark=0 use=2',
  ],
  ipvs:
    'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n' +
    '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n' +
    'TCP  10.96.0.1:80 rr\n' +
    '  -> 10.244.1.5:8080              Masq    1      0          1         \n' +
    '  -> 10.244.1.6:8080              Masq    1      0          0         \n',
  ipvs_conns:
    'IPVS connection entries\npro expire state       source             virtual            destination\n' +
    'TCP 01:59  SYN_RECV    8.8.8.8:40000      10.96.0.1:80       10.244.1.5:8080\n',
  ipset:
    'create a hash:ip family inet hashsize 1024 maxelem 65536 timeout 9 bucketsize 12 initval 0x01\n' +
    'add a 10.0.0.1 timeout 8\nadd a 10.0.0.2 timeout 8\n',
};

/** The same result with one text in it replaced, wherever it stands. */
function changed(from: string, to: string): ComparableResult {
  const text = JSON.stringify(result);
  expect(text).toContain(from);
  return JSON.parse(text.replace(from, to));
}

describe('compareResults', () => {
  it.each([
    ['a comment', '# comment', '# other'],
    ['the use count of an entry', 'use=2', 'use=1'],
    ['a conntrack timeout 3 s off', '17 29', '17 26'],
    ['an IPVS expiry 3 s off, across a minute', '01:59', '02:02'],
    ['a member timeout 3 s off', '0.1 timeout 8', '0.1 timeout 5'],
    ['the random start of a set', 'initval 0x01', 'initval 0x02'],
    ['the order of members', 'add a 10.0.0.1 timeout 8\\nadd a 10.0.0.2', 'add a 10.0.0.2 timeout 8\\nadd a 10.0.0.1'],
    ['the exit status of another success', '"status":0', '"status":0.0'],
  ])('takes as equal: %s', (_, from, to) => {
    expect(compareResults(result, changed(from, to))).toEqual([]);
  });

  it('takes events, conntrack entries and real servers in any order', () => {
    const lines = (result.ipvs ?? '').split('\n');
    const other: ComparableResult = {
      ...result,
      steps: (result.steps ?? []).map((step) => ({ ...step, events: [...step.events].reverse() })),
      conntrack: [...(result.conntrack ?? [])].reverse(),
      ipvs: [...lines.slice(0, 4), lines[5]!, lines[4]!, ''].join('\n'),
    };
    expect(compareResults(result, other)).toEqual([]);
  });

  it.each([
    ['events', '"ttl":64', '"ttl":63'],
    ['events', '"deliver":"eth1"', '"deliver":"lo"'],
    ['trace', 'policy:1', 'policy:2'],
    ['stdout', 'Chain INPUT', 'Chain OUTPUT'],
    ['succeeded', '"status":0', '"status":1'],
    ['error', ',"error":"EPERM"', ''],
    ['skipped', ',"skipped":true', ''],
    ['iptables *filter INPUT', ':INPUT ACCEPT [1:28]', ':INPUT ACCEPT [2:28]'],
    ['iptables *filter FORWARD', ':FORWARD DROP', ':FORWARD ACCEPT'],
    ['iptables *filter INPUT', '[1:28] -A', '[1:29] -A'],
    ['iptables *filter U', ':U - [0:0]\\n', ''],
    ['conntrack', '17 29', '17 25'],
    ['conntrack', '[UNREPLIED] ', ''],
    ['conntrack', 'SYN_SENT', 'SYN_RECV'],
    ['ipvs', '0          1  ', '1          0  '],
    ['ipvs_conns', '01:59', '01:55'],
    ['ipset', '0.1 timeout 8', '0.1 timeout 4'],
    ['ipset', 'hashsize 1024', 'hashsize 2048'],
    ['ipset', 'add a 10.0.0.2 timeout 8\\n', ''],
  ])('tells a difference in %s: %s', (what, from, to) => {
    const [difference, ...more] = compareResults(result, changed(from, to));
    expect(difference?.what).toBe(what);
    expect(more).toEqual([]);
  });

  it('lets a table be missing only if the scenario does not load it and nothing stands in it', () => {
    const withNat = (rule: string) => changed('*filter', `*nat\\n:PREROUTING ACCEPT [3:84]\\n${rule}COMMIT\\n*filter`);
    expect(compareResults(result, withNat(''))).toEqual([]);
    expect(compareResults(result, withNat(''), { iptables: '*nat\nCOMMIT\n' })).toHaveLength(1);
    expect(compareResults(result, withNat('[0:0] -A PREROUTING -j ACCEPT\\n'))).toHaveLength(1);
  });
});

describe('what a command printed', () => {
  const printing = (stdout: string): ComparableResult => ({ name: 'x', steps: [{ events: [], status: 0, stdout }] });
  const equal = (run: string, left: string, right: string) =>
    compareResults(printing(left), printing(right), { steps: [{ run }] }).length === 0;

  it('is compared as the kind of text that it is', () => {
    const list = (...members: string[]) => `Name: a\nType: hash:ip\nReferences: 1\nMembers:\n${members.join('\n')}\n`;
    expect(equal('ipset list', list('1.1.1.1', '2.2.2.2'), list('2.2.2.2', '1.1.1.1'))).toBe(true);
    expect(equal('ipset list', list('1.1.1.1', '2.2.2.2'), list('1.1.1.1'))).toBe(false);
    const deleted = (seconds: number) =>
      `udp      17 ${seconds} src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 mark=0 use=1\n`;
    expect(equal('conntrack -D', deleted(29), deleted(27))).toBe(true);
    expect(equal('conntrack -D', deleted(29), deleted(20))).toBe(false);
    const saved = (...servers: string[]) => `-A -t 1.1.1.1:80 -s rr\n${servers.join('\n')}\n`;
    expect(equal('ipvsadm -Sn', saved('-a a', '-a b'), saved('-a b', '-a a'))).toBe(true);
    expect(equal('ipvsadm -Lnc', 'TCP 00:59 NONE a b c', 'TCP 01:01 NONE a b c')).toBe(true);
    expect(equal('iptables -S', '-P INPUT ACCEPT\n-N A\n', '-N A\n-P INPUT ACCEPT\n')).toBe(false);
  });
});

describe('formatDifference', () => {
  const difference = { scenario: 'a', step: 0, what: 'events', ours: ['one', 'two'], kernel: ['three'] };

  it('prints the sides beside each other where the page is wide enough', () => {
    expect(formatDifference(difference)).toBe(
      'a step 1: events\n  chainwalk | kernel\n  one       | three\n  two       |',
    );
  });

  it('says where only as far as it is known', () => {
    const head = (more: object) => formatDifference({ ...difference, ...more }).split('\n')[0];
    expect(head({ scenario: '' })).toBe('step 1: events');
    expect(head({ scenario: '', step: undefined })).toBe('events');
  });

  it('prints them one above the other where it is not, and says where one has nothing', () => {
    const wide = { ...difference, step: undefined, ours: ['x'.repeat(70)], kernel: [] };
    expect(formatDifference(wide)).toBe(`a: events\n  chainwalk | ${'x'.repeat(70)}\n  kernel    | (nothing)`);
  });
});

import { type Connection, ctOf, setUntracked } from '@chainwalk/conntrack';
import { Hook, Priority, TCP_FLAG } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { icmp, Story, tcp, udp } from './story.ts';

const { SYN, ACK, RST } = TCP_FLAG;

describe('-m conntrack', () => {
  it('calls the first packet NEW, and the ones behind an answer ESTABLISHED', () => {
    const story = new Story([
      '-m conntrack --ctstate NEW',
      '-m state --state ESTABLISHED',
      '-m conntrack --ctstate INVALID',
    ]);
    story.arrives(icmp(8)).arrives(icmp(8));
    // The host answered the first one.
    expect(story.counts).toEqual([1, 1, 0]);
    story.arrives(icmp(3, 3));
    expect(story.counts).toEqual([1, 1, 1]);
  });

  it('lets --ctstate alone decide about a packet without a connection', () => {
    const story = new Story([
      '-m conntrack --ctstate UNTRACKED',
      '-m conntrack --ctstate UNTRACKED --ctproto 6 --ctdir REPLY',
      '-m conntrack ! --ctproto 6',
      '-m conntrack ! --ctstate NEW',
    ]);
    story.host.hooks.register({
      family: 'ipv4',
      hook: Hook.PREROUTING,
      priority: Priority.RAW,
      name: 'untrack',
      fn: (packet) => {
        setUntracked(packet);
        return { kind: 'accept' };
      },
    });
    story.arrives(udp(9, 9));
    expect(story.counts).toEqual([1, 1, 0, 1]);
  });

  it('tests tuples of both directions, status and lifetime', () => {
    const story = new Story([
      '-m conntrack --ctorigsrc 10.0.0.8/29 --ctrepldst 10.0.0.9 --ctorigdstport 50:60 --ctreplsrcport 53 --ctdir ORIGINAL',
      '-m conntrack ! --ctorigsrc 10.0.0.9',
      '-m conntrack --ctstatus CONFIRMED',
      '-m conntrack --ctstatus NONE',
      '-m conntrack ! --ctstatus NONE',
      '-m conntrack --ctexpire 20:25',
    ]);
    story.arrives(udp(9, 53));
    expect(story.counts).toEqual([1, 0, 0, 0, 1, 0]);
    story.wait(6000).arrives(udp(9, 53));
    expect(story.counts).toEqual([2, 0, 1, 0, 2, 0]);
  });

  it('takes the timeout of an unconfirmed connection for a deadline of the first five minutes', () => {
    const story = new Story(['-m conntrack --ctexpire 330', '-m conntrack --ctexpire 0']);
    story.arrives(udp(9, 53));
    expect(story.counts).toEqual([1, 0]);
    story.wait(600_000).arrives(udp(9, 53));
    expect(story.counts).toEqual([1, 1]);
  });

  it.each([
    ['one that has been up for a day has forgotten the first five minutes', 86_400, [0, 1]],
    ['one of a hundred days, at HZ=250, has gone half round its clock', 100 * 86_400, [1, 0]],
    ['one of two hundred days has gone round', 200 * 86_400, [0, 1]],
  ])('takes that deadline from the clock of the kernel: %s', (_, uptime, counts) => {
    const story = new Story(['-m conntrack --ctexpire 31:4294967295', '-m conntrack --ctexpire 0'], {
      hz: 250,
      uptime,
    });
    story.arrives(udp(9, 53));
    expect(story.counts).toEqual(counts);
  });
});

describe('-m connmark', () => {
  it('never matches without a connection, inverted or not', () => {
    const story = new Story(['-m connmark ! --mark 1', '-m connmark --mark 0/1']);
    story.arrives(icmp(3, 3));
    expect(story.counts).toEqual([0, 0]);
    story.arrives(icmp(8));
    expect(story.counts).toEqual([1, 1]);
  });
});

describe('-m connbytes', () => {
  it('switches accounting on, and counts the packet at hand', () => {
    const story = new Story([
      '-m connbytes --connbytes 2:3 --connbytes-dir original --connbytes-mode packets',
      '-m connbytes ! --connbytes 2:3 --connbytes-dir original --connbytes-mode packets',
      '-m connbytes --connbytes 100 --connbytes-dir both --connbytes-mode bytes',
      '-m connbytes --connbytes 38:38 --connbytes-dir original --connbytes-mode avgpkt',
    ]);
    expect(story.host.sysctl.read('net.netfilter.nf_conntrack_acct')).toBe(1);
    for (const payloadLength of [0, 20, 10, 0]) story.arrives(udp(9, 9, { payloadLength }));
    // Averages are 28, 38, 38 and 35; the answers of the host are errors and belong to no count.
    expect(story.counts).toEqual([2, 2, 2, 2]);
  });
});

describe('-m connlimit', () => {
  const from = (last: number, sport: number) => udp(sport, 9, { src: `10.0.0.${last}` });

  it('counts connections by network', () => {
    const rule = new Story('-m connlimit --connlimit-above 2 --connlimit-mask 31');
    const seen: boolean[] = [];
    for (const [last, sport] of [
      [2, 1],
      [3, 2],
      [2, 3],
      [4, 4],
      [2, 5],
    ] as const) {
      seen.push(rule.matches(from(last, sport)));
      rule.wait(10);
    }
    expect(seen).toEqual([false, false, true, false, true]);
  });

  it('does not count again what is confirmed, nor what has ended', () => {
    const story = new Story('-p tcp -m connlimit --connlimit-upto 1');
    const open = (sport: number) => tcp({ sport, flags: SYN, seq: 1 });
    expect(story.matches(open(1))).toBe(true);
    expect(story.wait(10).matches(open(1))).toBe(true);
    expect(story.wait(10).matches(open(2))).toBe(true);
    // The closed port answered with RST: nothing of the first connection is left to count.
    expect(story.wait(10).matches(open(3))).toBe(true);
  });

  it('drops a packet of a confirmed connection whose list came to nothing', () => {
    const story = new Story('-m connlimit --connlimit-upto 9');
    story.arrives(from(2, 1)).wait(10);
    story.run('iptables -A FORWARD -p tcp');
    // An INVALID packet opens the list of the new table, and is gone from it at the next look.
    story.arrives(icmp(3, 3, { src: '10.0.0.2' })).wait(10);
    const passed = story.passed;
    story.arrives(from(2, 1));
    expect(story.passed).toBe(passed);
  });

  it('in Linux 6.18 lists such a connection anew, unless it is assured', () => {
    const story = new Story('-m connlimit --connlimit-upto 9', { kernel: '6.18' });
    story.arrives(from(2, 1)).wait(10);
    story.run('iptables -A FORWARD -p tcp');
    story.arrives(icmp(3, 3, { src: '10.0.0.2' })).wait(10);
    const passed = story.passed;
    story.arrives(from(2, 1));
    expect(story.passed).toBe(passed + 1);
  });
});

describe('-m connlabel', () => {
  it('sets a label where it is asked to, and remembers it', () => {
    const story = new Story([
      '-m connlabel --label 5',
      '-p udp --dport 1 -m connlabel --label 5 --set',
      '-m connlabel ! --label 5',
    ]);
    story.arrives(udp(9, 1)).arrives(udp(9, 1)).arrives(udp(9, 2));
    expect(story.counts).toEqual([1, 2, 1]);
  });
});

describe('-m helper', () => {
  it('is about the connections that a helper announced, not about its own', () => {
    const story = new Story(['-m helper --helper ftp', '-m helper ! --helper ftp', '-m helper --helper ""']);
    const helper = story.net.conntrack.helpers.get('ftp')!;
    let master: Connection | undefined;
    story.host.hooks.register({
      family: 'ipv4',
      hook: Hook.PREROUTING,
      priority: Priority.MANGLE,
      name: 'announce',
      fn: (packet) => {
        const ct = ctOf(packet)!;
        if (master === undefined) {
          master = ct;
          ct.extend().helper = helper;
        } else ct.extend().master = master;
        return { kind: 'accept' };
      },
    });
    story.arrives(udp(9, 21));
    expect(story.counts).toEqual([0, 1, 0]);
    story.arrives(udp(9, 20));
    expect(story.counts).toEqual([1, 1, 1]);
  });
});

describe('-m cluster', () => {
  it('gives each connection to exactly one node', () => {
    const story = new Story([
      '-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 0xdeadbeef',
      '-m cluster --cluster-total-nodes 2 --cluster-local-node 2 --cluster-hash-seed 0xdeadbeef',
      '-m cluster --cluster-total-nodes 2 ! --cluster-local-node 2 --cluster-hash-seed 0xdeadbeef',
    ]);
    for (let last = 2; last < 102; last++) story.arrives(udp(9, 9, { src: `10.0.0.${last}` }));
    const [first, second, notSecond] = story.counts as [number, number, number];
    expect([first + second, notSecond]).toEqual([100, first]);
    expect(first).toBeGreaterThan(30);
    expect(second).toBeGreaterThan(30);
  });
});

describe('hooks of connection tracking', () => {
  it('exist while a rule looks at connections', () => {
    const story = new Story('-m conntrack --ctstate NEW');
    expect(story.net.conntrack.isActive).toBe(true);
    story.run('iptables -F');
    expect(story.net.conntrack.isActive).toBe(false);
  });

  it('see RST and ACK as the tracker does', () => {
    const story = new Story(['-p tcp -m state --state INVALID', '-p tcp -m state --state NEW']);
    story.arrives(tcp({ flags: RST })).arrives(tcp({ flags: SYN | ACK, sport: 2 }));
    expect(story.counts).toEqual([2, 0]);
  });
});

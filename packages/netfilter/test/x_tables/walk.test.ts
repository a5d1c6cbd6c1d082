import { Conntrack } from '@chainwalk/conntrack';
import { Host, Packet, PROTOCOL, parseIpv4, Simulation, udpHeader } from '@chainwalk/core';
import { describe, expect, it } from 'vitest';
import { runIptables } from '../../src/iptables/run.ts';
import { Netfilter } from '../../src/netfilter.ts';

const BASE =
  ':PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n';

/** A host whose mangle PREROUTING holds `rules`; user chains are declared by naming them. */
function host(rules: string): {
  net: Netfilter;
  send: (dport?: number) => void;
  sh: (line: string) => number;
  counters: (chain: string) => number[];
} {
  const world = new Host(new Simulation());
  world.configure((config) => {
    config.interfaces.push({ name: 'eth0', kind: 'device', up: true, mtu: 1500, group: 0, addresses: [] });
  });
  const net = new Netfilter(world, new Conntrack(world));
  const chains = [...new Set([...rules.matchAll(/-(?:A|j|g) ([A-Z]\d?)\b/g)].map((match) => match[1]))]
    .map((name) => `:${name} - [0:0]\n`)
    .join('');
  const done = runIptables(
    net,
    ['iptables-restore'],
    `*mangle\n${BASE}${chains}${rules.trim().replace(/^\s+/gm, '')}\nCOMMIT\n`,
  );
  expect(done.stderr).toBe('');
  return {
    net,
    send: (dport = 1) => {
      const packet = new Packet({
        src: parseIpv4('10.0.0.1')!,
        dst: parseIpv4('10.0.0.2')!,
        protocol: PROTOCOL.udp,
        transport: udpHeader(9, dport, 0),
      });
      world.receive(world.device('eth0')!, packet);
    },
    sh: (line) => runIptables(net, line).status,
    counters: (chain) => {
      const { rules, policy } = net.counters('mangle', chain);
      return [...rules.map((rule) => rule.packets), policy.packets];
    },
  };
}

describe('the walk of a table', () => {
  it('counts a rule without a target and goes on', () => {
    const { send, counters } = host('-A PREROUTING -p udp\n-A PREROUTING -j ACCEPT\n-A PREROUTING -j DROP');
    send();
    expect(counters('PREROUTING')).toEqual([1, 1, 0, 0]);
  });

  it('returns from a user chain to the rule behind the jump, and from a base chain to its policy', () => {
    const { send, counters } = host(`
      -A PREROUTING -j A
      -A PREROUTING -j RETURN
      -A PREROUTING -j DROP
      -A A -j RETURN
      -A A -j DROP`);
    send();
    expect(counters('PREROUTING')).toEqual([1, 1, 0, 1]);
    expect(counters('A')).toEqual([1, 0, 0]);
  });

  it('after goto comes back to the caller of the chain that went, and from a base chain to the policy', () => {
    const nested = host(`
      -A PREROUTING -j A
      -A PREROUTING -p udp
      -A A -g B
      -A A -j DROP
      -A B -p udp`);
    nested.send();
    expect(nested.counters('PREROUTING')).toEqual([1, 1, 1]);
    expect(nested.counters('A')).toEqual([1, 0, 0]);

    const base = host(`
      -A PREROUTING -g B
      -A PREROUTING -j DROP
      -A B -p udp`);
    base.send();
    expect(base.counters('PREROUTING')).toEqual([1, 0, 1]);
  });

  it('shows an unconditional verdict to TRACE as the end of its chain, as the kernel does', () => {
    const { net, send, sh } = host(`
      -A PREROUTING -p udp -m udp --dport 1 -j A
      -A PREROUTING -j ACCEPT
      -A A -p udp
      -A A -j RETURN`);
    expect(sh('iptables -t raw -A PREROUTING -j TRACE')).toBe(0);
    send();
    expect(net.host.log.since(0).map(({ text }) => text.split(' ')[1])).toEqual([
      'raw:PREROUTING:policy:2',
      'mangle:PREROUTING:rule:1',
      'mangle:A:rule:1',
      'mangle:A:return:2',
      'mangle:PREROUTING:policy:2',
    ]);
  });

  it('forgets the counters of policies on any change of the table, but not those of rules that stay', () => {
    const { send, sh, counters } = host('-A PREROUTING -p udp\n-A PREROUTING -p tcp');
    send();
    send();
    expect(counters('PREROUTING')).toEqual([2, 0, 2]);
    expect(sh('iptables -t mangle -A OUTPUT -j ACCEPT')).toBe(0);
    expect(counters('PREROUTING')).toEqual([2, 0, 0]);
    expect(sh('iptables -t mangle -I PREROUTING -p icmp')).toBe(0);
    expect(counters('PREROUTING')).toEqual([0, 2, 0, 0]);
    expect(sh('iptables -t mangle -D PREROUTING 2')).toBe(0);
    expect(counters('PREROUTING')).toEqual([0, 0, 0]);
  });

  it('makes the state of nth anew whenever the table changes', () => {
    const { send, sh, counters } = host('-A PREROUTING -m statistic --mode nth --every 2 --packet 0 -j DROP');
    send();
    expect(counters('PREROUTING')).toEqual([1, 0]);
    sh('iptables -t mangle -A OUTPUT -j ACCEPT');
    send();
    expect(counters('PREROUTING')).toEqual([2, 0]);
    send();
    expect(counters('PREROUTING')).toEqual([2, 1]);
  });

  it('refuses a loop only when it is linked from a base chain, and then changes nothing', () => {
    const { sh, net } = host('-A A -j B\n-A B -p udp');
    expect(sh('iptables -t mangle -A B -j A')).toBe(0);
    const before = net.table('mangle');
    expect(sh('iptables -t mangle -A PREROUTING -j A')).toBe(1);
    expect(net.table('mangle')).toBe(before);
    expect(sh('iptables -t mangle -D B -j A')).toBe(0);
    expect(sh('iptables -t mangle -A PREROUTING -j A')).toBe(0);
  });

  it('walks a thousand nested chains and comes back', () => {
    const depth = 1000;
    const chains = Array.from({ length: depth }, (_, i) => `:C${i} - [0:0]\n`).join('');
    const jumps = Array.from({ length: depth - 1 }, (_, i) => `-A C${i} -j C${i + 1}\n`).join('');
    const { net, send } = host('-A PREROUTING -p udp');
    const done = runIptables(
      net,
      ['iptables-restore'],
      `*mangle\n${BASE}${chains}-A PREROUTING -j C0\n-A PREROUTING -p udp\n${jumps}COMMIT\n`,
    );
    expect(done.stderr).toBe('');
    send();
    expect(net.counters('mangle', 'PREROUTING').rules.map((rule) => rule.packets)).toEqual([1, 1]);
  });
});

describe('the meter', () => {
  it('counts the rules that a linear walk visits, with their bytes', () => {
    const { net, send } = host(
      `${'-A PREROUTING -s 10.9.9.9/32\n'.repeat(10)}-A PREROUTING -d 10.0.0.2/32 -p udp -m udp --dport 1 -j A\n-A A -j ACCEPT`,
    );
    const before = net.host.meter.snapshot();
    send();
    const { rules, ruleBytes, matches, jumps } = net.host.meter.since(before);
    expect({ rules, ruleBytes, matches, jumps }).toEqual({ rules: 12, ruleBytes: 12 * 152 + 48, matches: 1, jumps: 1 });
  });

  it('counts calls of comment among the match calls, in rules that apply and in rules that do not', () => {
    const { net, send } = host(
      [
        // Called and fails: the comment before it was called as well.
        '-A PREROUTING -p udp -m comment --comment a -m udp --dport 2',
        // Fails before the comment is called.
        '-A PREROUTING -p udp -m udp --dport 2 -m comment --comment b',
        '-A PREROUTING -m comment --comment c',
        '-A PREROUTING -s 10.9.9.9/32 -m comment --comment d',
      ].join('\n'),
    );
    const before = net.host.meter.snapshot();
    send();
    const { matches, comments } = net.host.meter.since(before);
    expect({ matches, comments }).toEqual({ matches: 4, comments: 2 });
  });

  it('counts the tables that a packet is walked through, those without rules too', () => {
    const { net, send } = host('-A PREROUTING -s 10.9.9.9/32');
    const tables = (): number => {
      const before = net.host.meter.snapshot();
      send();
      return net.host.meter.since(before).tables;
    };
    const one = tables();
    expect(one).toBeGreaterThan(0);
    expect(runIptables(net, ['iptables', '-t', 'raw', '-P', 'PREROUTING', 'ACCEPT']).status).toBe(0);
    expect(tables()).toBe(one + 1);
  });

  it('is given up where chains jump to each other by powers of two', () => {
    const names = Array.from({ length: 40 }, (_, i) => String.fromCharCode(65 + (i % 26)) + (i < 26 ? '' : '1'));
    const { send, counters } = host(
      ['PREROUTING', ...names.slice(0, -1)]
        .flatMap((name, i) => [`-A ${name} -j ${names[i]}`, `-A ${name} -j ${names[i]}`])
        .join('\n'),
    );
    expect(send).toThrow(/passes a thousand million rules of table mangle/);
    expect(counters('PREROUTING')[0]).toBe(1);
  });
});
